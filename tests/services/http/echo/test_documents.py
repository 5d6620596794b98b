"""Documents, pictures and codings: whole, valid, and of the type they claim."""

from __future__ import annotations

import gzip
import json
import struct
import sys
import zlib
from types import SimpleNamespace
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.services.http.conftest import get

HTTPBIN = "httpbin.org"  # the default site has rules for robots of its own


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/html", "text/html; charset=utf-8"),
        ("/json", "application/json"),
        ("/xml", "application/xml"),
        ("/robots.txt", "text/plain"),
        ("/deny", "text/plain"),
        ("/encoding/utf8", "text/html; charset=utf-8"),
        ("/forms/post", "text/html; charset=utf-8"),
        ("/image/png", "image/png"),
        ("/image/jpeg", "image/jpeg"),
        ("/image/webp", "image/webp"),
        ("/image/svg", "image/svg+xml"),
    ],
)
def test_types(web: BackgroundEngine, path: str, content_type: str) -> None:
    answer = get(web, path, host=HTTPBIN)
    assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
    assert answer.headers["Content-Length"] == str(len(answer.body)) != "0"


def test_the_slide_shows_have_the_shape_of_httpbin(web: BackgroundEngine) -> None:
    show = json.loads(get(web, "/json").body)["slideshow"]
    assert (show["title"], show["author"], show["date"]) == (
        "Sample Slide Show",
        "Yours Truly",
        "date of publication",
    )
    assert [sorted(slide) for slide in show["slides"]] == [["title", "type"], ["items", "title", "type"]]
    root = ElementTree.fromstring(get(web, "/xml").body)
    assert (root.tag, sorted(root.attrib)) == ("slideshow", ["author", "date", "title"])
    assert root.findall("slide[@type]/title")
    assert root.findall("slide[@type]/item")


def test_texts_can_be_read(web: BackgroundEngine) -> None:
    assert "Привет" in get(web, "/encoding/utf8").body.decode()
    assert "<h1>" in get(web, "/html").text


def test_robots_may_not_read_deny(web: BackgroundEngine) -> None:
    robots = RobotFileParser()
    robots.parse(get(web, "/robots.txt", host=HTTPBIN).text.splitlines())
    assert not robots.can_fetch("any", "/deny")
    assert robots.can_fetch("any", "/html")
    assert get(web, "/deny", host=HTTPBIN).status == 200


def test_the_form_posts_what_it_says(web: BackgroundEngine, base: str, session: requests.Session) -> None:
    form = get(web, "/forms/post").text
    assert 'action="/post" method="post"' in form
    fields = {"custname": "Ann", "size": "large", "topping": ["bacon", "onion"]}
    assert all(f'name="{name}"' in form for name in fields)
    assert session.post(f"{base}/post", data=fields).json()["form"] == fields


def test_the_png_is_whole(web: BackgroundEngine) -> None:
    octets = get(web, "/image/png").body
    assert octets.startswith(b"\x89PNG\r\n\x1a\n")
    at, kinds, pixels = 8, [], b""
    while at < len(octets):
        size, kind = struct.unpack_from(">I4s", octets, at)
        content = octets[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + content) == struct.unpack_from(">I", octets, at + 8 + size)[0]
        kinds.append(kind)
        pixels += content if kind == b"IDAT" else b""
        at += size + 12
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
    assert len(zlib.decompress(pixels)) == 120 * (160 + 1)


def test_the_other_pictures_are_whole(web: BackgroundEngine) -> None:
    jpeg = get(web, "/image/jpeg").body
    assert jpeg.startswith(b"\xff\xd8\xff")
    assert jpeg.endswith(b"\xff\xd9")
    webp = get(web, "/image/webp").body
    assert webp[:4] + webp[8:15] == b"RIFFWEBPVP8"
    assert struct.unpack_from("<I", webp, 4)[0] == len(webp) - 8
    svg = ElementTree.fromstring(get(web, "/image/svg").body)
    assert (svg.tag, svg.get("width")) == ("{http://www.w3.org/2000/svg}svg", "160")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("image/webp,image/png", "image/webp"),
        ("image/svg+xml", "image/svg+xml"),
        ("image/jpeg;q=0.5, text/html", "image/jpeg"),
        ("IMAGE/PNG", "image/png"),
        ("image/*", "image/png"),
        ("*/*", "image/png"),
    ],
)
def test_the_client_chooses_a_picture(web: BackgroundEngine, accept: str, media_type: str) -> None:
    assert get(web, "/image", Accept=accept).headers["Content-Type"] == media_type


def test_no_picture_fits(web: BackgroundEngine) -> None:
    answer = get(web, "/image", Accept="text/html")
    assert answer.status == 406
    assert "image/png" in json.loads(answer.body)["accept"]
    assert get(web, "/image").headers["Content-Type"] == "image/png"


def test_codings(web: BackgroundEngine, base: str, session: requests.Session) -> None:
    for path, decode, flag in (
        ("/gzip", gzip.decompress, "gzipped"),
        ("/deflate", zlib.decompress, "deflated"),
    ):
        told = json.loads(decode(get(web, path).body))
        assert told[flag] is True
        assert told["method"] == "GET"
        assert session.get(f"{base}{path}").json()[flag] is True


def test_brotli_needs_its_package(web: BackgroundEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "brotli", None)
    monkeypatch.setitem(sys.modules, "brotlicffi", None)
    assert get(web, "/brotli").status == 501
    monkeypatch.setitem(sys.modules, "brotlicffi", SimpleNamespace(compress=lambda octets: b"br:" + octets))
    answer = get(web, "/brotli")
    assert answer.headers["Content-Encoding"] == "br"
    assert json.loads(answer.body.removeprefix(b"br:"))["brotli"] is True


def test_the_front_page_tells_the_endpoints(web: BackgroundEngine) -> None:
    answer = get(web, "/", host=HTTPBIN)
    assert answer.status == 200
    assert "<li>GET <code>/redirect/{n}</code> — Redirect" in answer.text
