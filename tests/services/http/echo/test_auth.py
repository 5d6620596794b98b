"""Passwords and tokens, with the clients' own ways to send them."""

from __future__ import annotations

import traceback
import urllib.error
import urllib.request
from base64 import b64encode

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.services.http.conftest import facts, get


def test_basic(base: str, session: requests.Session) -> None:
    url = f"{base}/basic-auth/ann/secret"
    refused = session.get(url)
    assert (refused.status_code, refused.content) == (401, b"")
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="Fake Realm"'
    assert session.get(url, auth=("ann", "wrong")).status_code == 401
    assert session.get(url, auth=("ann", "secret")).json() == {"authenticated": True, "user": "ann"}


def test_names_and_passwords_in_every_script(base: str, session: requests.Session) -> None:
    credentials = b64encode("анна:a/b:c".encode()).decode()
    answer = session.get(
        f"{base}/basic-auth/анна/a%2Fb%3Ac", headers={"Authorization": f"Basic {credentials}"}
    )
    assert answer.json()["user"] == "анна"


def opener(url: str, password: str) -> urllib.request.OpenerDirector:
    passwords = urllib.request.HTTPPasswordMgr()
    passwords.add_password("Fake Realm", url, "ann", password)
    return urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))


def test_basic_with_urllib(base: str) -> None:
    url = f"{base}/basic-auth/ann/secret"
    with opener(url, "secret").open(url, timeout=5) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        opener(url, "wrong").open(url, timeout=5)
    refused.value.close()
    traceback.clear_frames(
        refused.tb
    )  # urllib leaves the answers it does not return to whoever collects the frames


def test_hidden_basic(base: str, session: requests.Session) -> None:
    url = f"{base}/hidden-basic-auth/ann/secret"
    for auth in (None, ("ann", "wrong")):
        refused = session.get(url, auth=auth)
        assert refused.status_code == 404
        assert "WWW-Authenticate" not in refused.headers
    assert session.get(url, auth=("ann", "secret")).json()["authenticated"] is True


@pytest.mark.parametrize("field", ["Bearer t0ken", "bearer  t0ken "])
def test_bearer(web: BackgroundEngine, field: str) -> None:
    assert b'"token": "t0ken"' in get(web, "/bearer", Authorization=field).body


@pytest.mark.parametrize("field", ["", "Bearer", "Bearer ", "Basic dDpw", "t0ken"])
def test_no_token(web: BackgroundEngine, field: str) -> None:
    refused = get(web, "/bearer", Authorization=field)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("field", ["Basic", "Basic !!", "Basic YQ==", "Basic /w==", "Digest x", "\xff"])
def test_credentials_that_are_none(web: BackgroundEngine, field: str) -> None:
    assert get(web, "/basic-auth/a/b", Authorization=field).status == 401


def test_logins_are_on_the_timeline_without_passwords(
    web: BackgroundEngine, base: str, session: requests.Session
) -> None:
    session.get(f"{base}/basic-auth/ann/secret", auth=("bob", "guess"))
    session.get(f"{base}/basic-auth/ann/secret", auth=("ann", "secret"))
    assert facts(web, "login.refused") == [{"user": "bob", "mechanism": "Basic"}]
    assert facts(web, "login.accepted") == [{"user": "ann", "mechanism": "Basic"}]
