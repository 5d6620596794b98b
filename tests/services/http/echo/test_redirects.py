"""Chains of redirects, and redirects to anywhere."""

from __future__ import annotations

import json
import urllib.request

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.services.http.conftest import ask, get


@pytest.mark.parametrize("kind", ["redirect", "relative-redirect", "absolute-redirect"])
def test_a_chain_ends_at_get(base: str, session: requests.Session, kind: str) -> None:
    answer = session.get(f"{base}/{kind}/4")
    assert [step.status_code for step in answer.history] == [302] * 4
    assert answer.url == f"{base}/get"


def test_urllib_follows(base: str) -> None:
    with urllib.request.urlopen(f"{base}/redirect/3", timeout=5) as answer:
        assert answer.geturl() == f"{base}/get"


def test_too_long_a_chain_for_the_client(base: str, session: requests.Session) -> None:
    with pytest.raises(requests.TooManyRedirects):
        session.get(f"{base}/redirect/40")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/redirect/1", "/get"),
        ("/redirect/2", "/relative-redirect/1"),
        ("/redirect/2?absolute=true", "http://h.test:81/absolute-redirect/1"),
        ("/redirect/1?absolute=TRUE", "http://h.test:81/get"),
        ("/absolute-redirect/1", "http://h.test:81/get"),
        ("/relative-redirect/2", "/relative-redirect/1"),
        ("http://httpbin.org:8000/absolute-redirect/2", "http://httpbin.org:8000/absolute-redirect/1"),
        ("/redirect-to?url=//x.test/%3Fa%3Db", "//x.test/?a=b"),
        ("/redirect-to?URL=http%3A%2F%2Fx.test%2F%D0%B0%2520%20", "http://x.test/%D0%B0%20%20"),
        ("/redirect-to?url=", ""),
    ],
)
def test_where_to(web: BackgroundEngine, path: str, location: str) -> None:
    answer = get(web, path, host="h.test:81")
    assert (answer.status, answer.headers["Location"]) == (302, location)


@pytest.mark.parametrize("n", ["0", "-1", "abc", "1.5", "9" * 5000, "%D9%A1"])
@pytest.mark.parametrize("kind", ["redirect", "relative-redirect", "absolute-redirect"])
def test_a_number_that_is_none(web: BackgroundEngine, kind: str, n: str) -> None:
    assert get(web, f"/{kind}/{n}").status == 400


@pytest.mark.parametrize(
    ("code", "status"), [("301", 301), ("307", 307), ("399", 399), ("200", 302), ("999", 302)]
)
def test_the_status_of_a_redirect(web: BackgroundEngine, code: str, status: int) -> None:
    assert get(web, f"/redirect-to?url=/get&status_code={code}").status == status


@pytest.mark.parametrize(
    "query", ["", "?status_code=301", "?url=/get&status_code=x", "?url=a%0D%0ASet-Cookie:b=c"]
)
def test_a_redirect_to_nowhere(web: BackgroundEngine, query: str) -> None:
    assert get(web, f"/redirect-to{query}").status == 400


@pytest.mark.parametrize(
    ("code", "method", "data"), [(303, "GET", ""), (307, "POST", "x"), (308, "POST", "x")]
)
def test_a_post_is_redirected(
    base: str, session: requests.Session, code: int, method: str, data: str
) -> None:
    answer = session.post(f"{base}/redirect-to?url=/anything&status_code={code}", data="x")
    assert (answer.json()["method"], answer.json()["data"]) == (method, data)


def test_the_note_of_a_redirect_is_escaped(web: BackgroundEngine) -> None:
    answer = ask(web, "GET", "/redirect-to?url=%22%3E%3Cscript%3E")
    assert b"<script>" not in answer.body
    assert json.dumps(answer.headers["Location"]) == '"%22%3E%3Cscript%3E"'
