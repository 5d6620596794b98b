"""Basic and Digest against the examples of their RFCs."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.http.credentials import (
    Basic,
    basic_challenge,
    digest_challenge,
    digest_fits,
    parse_basic,
    parse_digest,
)

# RFC 7616 §3.9.1
REQUEST: dict[str, Any] = {
    "method": "GET",
    "target": "/dir/index.html",
    "realm": "http-auth@example.org",
    "password": "Circle of Life",
}
RESPONSES = {
    "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


def proof(algorithm: str) -> str:
    return (
        'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html",\r\n'
        f' algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,'
        ' cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,'
        f' response="{RESPONSES[algorithm]}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", Basic("Aladdin", "open sesame")),
        ("basic dGVzdDoxMjPCow==", Basic("test", "123£")),
        ("Basic " + base64.b64encode("имя:па:роль".encode()).decode(), Basic("имя", "па:роль")),
        ("Basic " + base64.b64encode("a:\xe9".encode("latin-1")).decode(), Basic("a", "é")),
        ("Basic Og==", Basic("", "")),
        ("Basic YQ==", None),
        ("Basic ???", None),
        ("Basic", None),
        ("Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", None),
        (None, None),
    ],
)
def test_basic(field: str | None, expected: Basic | None) -> None:
    assert parse_basic(field) == expected


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest_of_the_rfc(algorithm: str) -> None:
    given = parse_digest(proof(algorithm))
    assert given is not None
    assert digest_fits(given, algorithm=algorithm, **REQUEST)


@pytest.mark.parametrize(
    "change",
    [
        {"password": "Circle of Lies"},
        {"method": "POST"},
        {"target": "/dir/index.html?a=b"},
        {"realm": "another"},
        {"algorithm": "SHA-256"},
    ],
)
def test_a_digest_is_good_for_one_request_alone(change: dict[str, str]) -> None:
    given = parse_digest(proof("MD5"))
    assert given is not None
    assert not digest_fits(given, **({"algorithm": "MD5"} | REQUEST | change))


def test_challenges_quote_the_realm() -> None:
    assert basic_challenge('My "page"') == 'Basic realm="My \\"page\\""'
    challenge = digest_challenge('a\\"b', "n", "MD5", stale=True)
    assert parse_digest(challenge) == {
        "realm": 'a\\"b',
        "nonce": "n",
        "algorithm": "MD5",
        "qop": "auth",
        "stale": "true",
    }


@given(st.text(), st.sampled_from(["Basic ", "Digest ", ""]))
def test_any_field(rest: str, scheme: str) -> None:
    parse_basic(scheme + rest)
    digest = parse_digest(scheme + rest)
    assert digest is None or not digest_fits(digest, algorithm="MD5", **REQUEST)
