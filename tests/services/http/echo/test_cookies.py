"""Cookies, as the client's jar sees them."""

from __future__ import annotations

import json
import time
import urllib.request
from http.cookiejar import Cookie, CookieJar, MozillaCookieJar
from pathlib import Path

import pytest
import requests

from sandbox.background import BackgroundEngine
from sandbox.services.http.echo.cookies import parse_cookies, written
from sandbox.services.http.echo.parameters import RefusedError
from tests.services.http.conftest import get


def test_cookies_are_set_shown_and_deleted(base: str, session: requests.Session) -> None:
    assert session.get(f"{base}/cookies/set?a=1&b=two").json() == {"cookies": {"a": "1", "b": "two"}}
    assert session.get(f"{base}/cookies/set/c/3").json()["cookies"]["c"] == "3"
    assert session.get(f"{base}/cookies/delete?a&c=x").json() == {"cookies": {"b": "two"}}


def test_a_cookie_jar_of_urllib(base: str) -> None:
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(f"{base}/cookies/set?taste=sweet", timeout=5) as answer:
        assert json.load(answer) == {"cookies": {"taste": "sweet"}}
    assert [(cookie.name, cookie.path, cookie.expires) for cookie in jar] == [("taste", "/", None)]


def test_a_cookie_with_an_age_is_saved(base: str, tmp_path: Path) -> None:
    jar = MozillaCookieJar(tmp_path / "cookies.txt")
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(f"{base}/cookies/set?kept=yes&Max-Age=3600", timeout=5).close()
    jar.save()
    assert "kept\tyes" in (tmp_path / "cookies.txt").read_text()


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("a=1&a=2", ["a=1; Path=/"]),
        ("a=1&b=x%2Cy%3Bz+w", ["a=1; Path=/", 'b="x\\054y\\073z w"; Path=/']),
        ("a=%D0%B0", ['a="\\320\\260"; Path=/']),
        ("a=", ["a=; Path=/"]),
        ("a=b/c@d:e%3D%3D", ["a=b/c@d:e==; Path=/"]),  # whatever a cookie-octet is stands for itself
        ("", []),
        ("a=1&Max-Age=60&path=/x", ["a=1; Max-Age=60; Path=/x"]),
        ("a=1&attr[SameSite]=Lax&secure=1&HttpOnly", ["a=1; Path=/; SameSite=Lax; Secure; HttpOnly"]),
        ("a=1&secure=false", ["a=1; Path=/"]),
        ("a=1&Expires=Thu,+01+Jan+1970+00:00:00+GMT", ["a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"]),
        ("a=%0D%0AX:y", ['a="\\015\\012X:y"; Path=/']),
    ],
)
def test_what_is_set(web: BackgroundEngine, query: str, fields: list[str]) -> None:
    answer = get(web, f"/cookies/set?{query}")
    assert (answer.status, answer.headers["Location"]) == (302, "/cookies")
    assert answer.headers.get_all("Set-Cookie", []) == fields


def test_a_number_as_expires_is_seconds_from_now(base: str, session: requests.Session) -> None:
    session.get(f"{base}/cookies/set?a=1&Expires=3600")
    (cookie,) = list[Cookie](session.cookies)  # type: ignore[arg-type]  # requests' stubs say it yields names
    assert cookie.expires is not None
    assert 3500 < cookie.expires - time.time() < 3700
    assert session.get(f"{base}/cookies").json() == {"cookies": {"a": "1"}}


@pytest.mark.parametrize(
    "query", ["a b=1", "a=1&Path=/;x", "a=1&Path=%0D%0A", "=1", "%D0%B0=1", "Comment=1", "a,b=1"]
)
def test_what_cannot_be_set(web: BackgroundEngine, query: str) -> None:
    assert get(web, f"/cookies/set?{query.replace(' ', '%20')}").status == 400


def test_deleting_dates_a_cookie_back(web: BackgroundEngine) -> None:
    answer = get(web, "/cookies/delete?a")
    assert answer.headers["Set-Cookie"] == "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/"


@pytest.mark.parametrize(
    ("field", "cookies"),
    [
        ("a=1; b=2; a=3", {"a": "1", "b": "2"}),
        ('q="x\\054\\303\\244"', {"q": "x,ä"}),
        ("junk; c=a=b;;=x; d=%20", {"junk": "", "c": "a=b", "d": "%20"}),
        ('a="open', {"a": '"open'}),
        ("", {}),
    ],
)
def test_a_cookie_field(field: str, cookies: dict[str, str]) -> None:
    assert dict(parse_cookies(field)) == cookies


def test_cookies_of_old_tools_are_hidden(web: BackgroundEngine) -> None:
    cookie = "_gauges_unique=1; a=2"
    assert json.loads(get(web, "/cookies", Cookie=cookie).body)["cookies"] == {"a": "2"}
    assert len(json.loads(get(web, "/cookies?show_env", Cookie=cookie).body)["cookies"]) == 2


@pytest.mark.parametrize("value", ["", "plain", "a,b;c", "да", '"quoted"', "\\", "\r\n\0", "😀"])
def test_what_is_written_is_read_again(value: str) -> None:
    field = written("name", value)
    assert field.isprintable()
    assert parse_cookies(field) == [("name", value)]


def test_names_that_are_none() -> None:
    for name in ("", "a b", "expires", "ä", "a=b", "a\r\n"):
        with pytest.raises(RefusedError):
            written(name, "1")
