"""Digest authentication, proved by clients and by hand."""

from __future__ import annotations

import hashlib
import traceback
import urllib.error
import urllib.request

import pytest
import requests
from requests.auth import HTTPDigestAuth

from sandbox.background import BackgroundEngine
from sandbox.dice import Dice
from sandbox.services.http.credentials import parse_digest
from sandbox.services.http.echo import digest
from sandbox.services.http.echo.digest import Nonces
from tests.services.http.conftest import Answer, facts, get

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256, "SHA-512": hashlib.sha512}


@pytest.mark.parametrize("algorithm", ["", "/MD5", "/SHA-256", "/SHA-512", "/sha-256"])
@pytest.mark.parametrize("qop", ["auth", "any"])
@pytest.mark.parametrize("query", ["", "?a=b&c=%20d"])
def test_requests(base: str, session: requests.Session, qop: str, algorithm: str, query: str) -> None:
    url = f"{base}/digest-auth/{qop}/ann/secret{algorithm}{query}"
    answer = session.get(url, auth=HTTPDigestAuth("ann", "secret"))
    assert answer.json() == {"authenticated": True, "user": "ann"}
    assert session.get(url, auth=HTTPDigestAuth("ann", "wrong")).status_code == 401


def opener(url: str, password: str) -> urllib.request.OpenerDirector:
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, "ann", password)
    return urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))


def test_urllib(base: str) -> None:
    url = f"{base}/digest-auth/auth/ann/secret?with=query"
    with opener(base, "secret").open(url, timeout=5) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        opener(base, "wrong").open(url, timeout=5)
    refused.value.close()
    traceback.clear_frames(
        refused.tb
    )  # urllib leaves the answers it does not return to whoever collects the frames


def answered(challenge: Answer, path: str, *, user: str = "u", password: str = "p", **changes: str) -> str:
    """The Authorization field of a client that knows its RFC 7616."""
    given = parse_digest(challenge.headers["WWW-Authenticate"])
    assert given is not None

    def hashed(text: str) -> str:
        return HASHES[given["algorithm"]](text.encode()).hexdigest()

    fields = {
        "username": user,
        "realm": given["realm"],
        "nonce": given["nonce"],
        "uri": path,
        "algorithm": given["algorithm"],
        "opaque": given["opaque"],
        "qop": given["qop"].split(",")[0],
        "nc": "00000001",
        "cnonce": "c",
    } | changes
    asked = f"GET:{path}" + (f":{hashed('')}" if fields["qop"] == "auth-int" else "")
    middle = ":".join(fields[name] for name in ("nonce", "nc", "cnonce", "qop"))
    secret = hashed(f"{user}:{fields['realm']}:{password}")
    proof = hashed(f"{secret}:{middle}:{hashed(asked)}")
    return "Digest " + ", ".join(
        f'{name}="{value}"' for name, value in (fields | {"response": proof}).items()
    )


@pytest.mark.parametrize("algorithm", HASHES)
@pytest.mark.parametrize("qop", ["auth", "auth-int"])
def test_by_hand(web: BackgroundEngine, qop: str, algorithm: str) -> None:
    path = f"/digest-auth/{qop}/u/p/{algorithm}?x=y"
    assert get(web, path, Authorization=answered(get(web, path), path)).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"uri": "/elsewhere"},
        {"qop": "auth-int"},
        {"qop": "nonsense"},
        {"realm": "other"},
        {"algorithm": "SHA-256"},
        {"algorithm": "nonsense"},
        {"response": "0" * 32},
        {"username": "other"},
        {"nc": "00000002", "response": ""},
    ],
)
def test_a_proof_of_something_else(web: BackgroundEngine, changes: dict[str, str]) -> None:
    path = "/digest-auth/auth/u/p"
    proof = answered(get(web, path), path)
    for name, value in changes.items():
        given = parse_digest(proof) or {}
        proof = proof.replace(f'{name}="{given[name]}"', f'{name}="{value}"', 1)
    refused = get(web, path, Authorization=proof)
    assert refused.status == 401
    assert "stale" not in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "field", ["Digest", "Digest ,,,", 'Digest username="u"', "Digest nc=\xff", "Digest =\"'"]
)
def test_a_proof_that_is_none(web: BackgroundEngine, field: str) -> None:
    assert get(web, "/digest-auth/auth/u/p", Authorization=field).status == 401


def test_a_nonce_of_ones_own_is_stale(web: BackgroundEngine) -> None:
    path = "/digest-auth/auth/u/p"
    refused = get(web, path, Authorization=answered(get(web, path), path, nonce="mine"))
    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"].endswith(", stale=true")


def test_a_nonce_is_stale_after_its_uses(web: BackgroundEngine) -> None:
    path = "/digest-auth/auth/u/p/MD5/2"
    proof = answered(get(web, path), path)
    answers = [get(web, path, Authorization=proof) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 401]
    assert "stale=true" in answers[-1].headers["WWW-Authenticate"]
    assert get(web, path, Authorization=answered(answers[-1], path)).status == 200


def test_a_client_renews_a_stale_nonce(base: str, session: requests.Session) -> None:
    session.auth = HTTPDigestAuth("u", "p")
    for _ in range(3):
        assert session.get(f"{base}/digest-auth/auth/u/p/SHA-256/1").status_code == 200


@pytest.mark.parametrize("tail", ["/MD4", "/MD5/often", "/MD5/-1"])
def test_what_is_not_offered(web: BackgroundEngine, tail: str) -> None:
    assert get(web, f"/digest-auth/auth/u/p{tail}").status == 400


def test_a_challenge_that_needs_its_cookies_back(base: str, session: requests.Session) -> None:
    url = f"{base}/digest-auth/auth/u/p?require-cookie=1"
    assert session.get(url, auth=HTTPDigestAuth("u", "p")).status_code == 200
    assert session.cookies["fake"] == "fake_value"
    forgetful = {"Cookie": "other=1", "Authorization": "Digest username=u"}
    answer = requests.get(url, headers=forgetful, timeout=5)
    assert (answer.status_code, answer.json()) == (403, {"errors": ["missing cookie set on challenge"]})


def test_logins_are_on_the_timeline(web: BackgroundEngine, base: str, session: requests.Session) -> None:
    session.get(f"{base}/digest-auth/auth/ann/secret", auth=HTTPDigestAuth("ann", "secret"))
    assert facts(web, "login.accepted") == [{"user": "ann", "mechanism": "Digest"}]


def test_old_nonces_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "MAX_NONCES", 2)
    nonces = Nonces(Dice())
    first, second, third = (nonces.new() for _ in range(3))
    assert [nonces.use(nonce, None) for nonce in (first, second, third)] == [False, True, True]
