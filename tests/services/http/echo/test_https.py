"""The endpoints know when they are asked over TLS."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.conftest import Serve


@pytest.fixture
def secure(serve: Serve) -> BackgroundEngine:
    """The HTTP service over TLS alone."""
    return serve(http={"tls": "implicit"})


@pytest.fixture
def trusting(secure: BackgroundEngine, session: requests.Session) -> requests.Session:
    """A session that trusts the sandbox' authority."""
    authority: Path = secure.call(lambda made: made.authority.certificate)
    session.verify = str(authority)
    return session


@pytest.fixture
def base(secure: BackgroundEngine) -> str:
    """The URL of the sandbox, without a slash at its end."""
    return f"https://localhost:{secure.endpoint('http').port}"


def test_urls_are_https(base: str, trusting: requests.Session) -> None:
    assert trusting.get(f"{base}/get").json()["url"] == f"{base}/get"
    answer = trusting.get(f"{base}/absolute-redirect/2")
    assert [step.headers["Location"] for step in answer.history] == [
        f"{base}/absolute-redirect/1",
        f"{base}/get",
    ]


def test_cookies_are_secure(base: str, trusting: requests.Session) -> None:
    assert trusting.get(f"{base}/cookies/set?a=1").json() == {"cookies": {"a": "1"}}
    trusting.get(f"{base}/cookies/set/b/2")
    assert all(cookie.secure for cookie in trusting.cookies)
    assert len(trusting.cookies) == 2
