"""SASL exchanges, played without any protocol around them."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.sansio.sasl import CLIENT_FIRST, MECHANISMS, Credentials, begin, decode


def finish(mechanism: str, *responses: bytes) -> Credentials:
    exchange = begin(mechanism, "sandbox.test")
    assert exchange is not None
    next(exchange)
    try:
        for response in responses:
            exchange.send(response)
    except StopIteration as end:
        found: Credentials = end.value
        return found
    raise AssertionError("the exchange wants more")


def test_plain_carries_name_and_password_in_one_response() -> None:
    credentials = finish("PLAIN", b"\0ann\0secret")
    assert (credentials.name, credentials.password) == ("ann", "secret")
    assert credentials.proof("secret")
    assert not credentials.proof("other")


def test_plain_allows_only_the_own_identity() -> None:
    assert finish("PLAIN", b"Ann\0ann\0secret").name == "ann"
    with pytest.raises(ValueError, match="act for another"):
        finish("PLAIN", b"bob\0ann\0secret")


def test_login_asks_twice() -> None:
    exchange = begin("LOGIN", "sandbox.test")
    assert exchange is not None
    assert next(exchange) == b"Username:"
    assert exchange.send(b"ann") == b"Password:"
    assert finish("LOGIN", b"ann", "пароль".encode()).password == "пароль"


def test_cram_md5_never_shows_the_password() -> None:
    exchange = begin("CRAM-MD5", "sandbox.test")
    assert exchange is not None
    challenge = next(exchange)
    assert challenge.endswith(b"@sandbox.test>")
    digest = hmac.new(b"secret", challenge, "md5").hexdigest()
    with pytest.raises(StopIteration) as end:
        exchange.send(b"ann smith " + digest.upper().encode())
    credentials: Credentials = end.value.value
    assert credentials.name == "ann smith"
    assert credentials.password is None
    assert credentials.proof("secret")
    assert not credentials.proof("Secret")


def test_every_challenge_is_new() -> None:
    first, second = begin("CRAM-MD5", "h"), begin("CRAM-MD5", "h")
    assert first is not None
    assert second is not None
    assert next(first) != next(second)


def test_knows_no_other_mechanism() -> None:
    assert begin("XOAUTH2", "sandbox.test") is None
    assert begin("plain", "sandbox.test") is None


def test_a_response_travels_as_base64() -> None:
    assert decode(b"=") == b""
    assert decode(b"") == b""
    assert decode(b"YQ==") == b"a"
    for broken in (b"YQ", b"Y Q==", b"\xff", b"==="):
        with pytest.raises(ValueError):
            decode(broken)


@given(st.sampled_from(MECHANISMS), st.lists(st.binary(), min_size=2, max_size=2))
def test_any_response_gives_credentials_or_is_malformed(mechanism: str, responses: list[bytes]) -> None:
    try:
        credentials = finish(mechanism, *responses[: 2 if mechanism == "LOGIN" else 1])
    except ValueError:
        return
    credentials.proof("secret")


def test_client_first_mechanisms_are_mechanisms() -> None:
    assert set(MECHANISMS) > CLIENT_FIRST
