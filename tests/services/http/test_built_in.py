"""The sites that are built in: each peculiarity that a lesson, or a learner's own script, relies on."""

from __future__ import annotations

import json
import re
import struct
import urllib.error
import urllib.request
import xmlrpc.client
import zlib
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin

import pytest

from sandbox.background import BackgroundEngine
from tests.conftest import Serve
from tests.services.http.conftest import ask, facts, get

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_the_index_tells_what_is_here(web: BackgroundEngine) -> None:
    page = get(web, "/").text
    for path in re.findall(r'<a href="(/[^"]*)">', page):
        assert get(web, path.replace("&amp;", "&")).status in (200, 301, 401, 404), path
    assert "<li>www.python.org</li>" in page


def test_robots_everywhere(web: BackgroundEngine) -> None:
    for host in ("www.python.org", "unheard-of.test:2080"):
        robots = get(web, "/robots.txt", host=host).text
        assert "Disallow: /cgi-bin/" in robots
        assert f"Sitemap: http://{host}/sitemap.xml" in robots
        assert f"<loc>http://{host}/</loc>" in get(web, "/sitemap.xml", host=host).text


def test_the_icon_is_one(web: BackgroundEngine) -> None:
    icon = get(web, "/favicon.ico").body
    reserved, kind, count = struct.unpack_from("<HHH", icon)
    *_, size, offset = struct.unpack_from("<BBBBHHII", icon, 6)
    assert (reserved, kind, count) == (0, 1, 1)
    assert len(icon) == offset + size
    assert decoded_png(icon[offset:])[:2] == (16, 16)


def test_python_begins_with_ascii_and_goes_on_with_more(web: BackgroundEngine) -> None:
    body = get(web, "/", host="www.python.org").body
    assert body.startswith(b"<!doctype html")
    assert len(body) > 300
    assert body[:100].isascii()
    assert not body.decode().isascii()


def test_google_redirects_to_www(web: BackgroundEngine) -> None:
    answer = get(web, "/?q=a", host="google.com")
    assert (answer.status, answer.headers["Location"]) == (301, "http://www.google.com/?q=a")
    assert get(web, "/", host="www.google.com").status == 200
    for host in ("google.com", "www.google.com"):
        assert ask(web, "POST", "/", host=host, body=b"a=b").status == 405


def test_google_takes_no_calls(serve: Serve) -> None:
    """The library reference shows ``ProtocolError`` by calling a procedure there."""
    web = serve(http={}, xmlrpc={})
    call = xmlrpc.client.dumps((), "some_method").encode()
    typed = {"Content-Type": "text/xml"}
    assert ask(web, "POST", "/", host="google.com", headers=typed, body=call).status == 405
    assert ask(web, "POST", "/", host="example.com", headers=typed, body=call).status == 200


def test_google_links_of_every_kind(serve: Serve) -> None:
    web = serve(http={"slow_page": 0.05})
    page = get(web, "/", host="www.google.com").body.decode("utf-8")
    links = re.findall(r'href="(.*?)">', page)
    assert links == re.findall(r'href="([^"]*)"', page)
    assert len(links) > len(set(links))
    statuses = {
        link: get(web, urljoin("http://www.google.com/", link)).status
        for link in links
        if urljoin("http://www.google.com/", link).startswith("http")
    }
    assert statuses["/missing"] == 404
    assert statuses["/broken"] == 500
    assert statuses["/moved"] == 301
    wanted = (
        "/slow",
        "/services",
        "contact.html",
        "//www.python.org/",
        "#top",
        "http://www.google.com/about",
    )
    assert [statuses[link] for link in wanted] == [200] * len(wanted)
    assert {"mailto:info@google.com", "javascript:void(0)"} <= set(links)


def test_onego_is_as_old_as_the_lesson(web: BackgroundEngine) -> None:
    answer = get(web, "/", host="python.onego.ru")
    assert answer.headers["Content-Type"] == "text/html; charset=windows-1251"
    assert answer.headers["Server"] == "Apache/1.3.29 (Unix) PHP/4.3.10"
    assert answer.headers["Content-Length"] == "4291"
    assert len(answer.body) == 4291
    assert "Язык программирования Python" in answer.body.decode("cp1251")


@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "cp1251"])
def test_search_understands_the_charset_of_the_words(web: BackgroundEngine, charset: str) -> None:
    fields = urlencode({"search": "Привет, мир"}, encoding=charset)
    for answer in (
        get(web, f"/search?{fields}", host="searchengine.com"),
        ask(web, "POST", "/search", host="searchengine.com", body=fields, headers=FORM),
    ):
        assert "You searched for: Привет, мир" in answer.text


def test_forms_survive_any_octets(web: BackgroundEngine) -> None:
    body = b"n=1&n=3&n=4&button=%F0%D2%C9%D7%C5%D4&%ZZ=%&=&&x" + bytes(range(128, 256))
    answer = ask(web, "POST", "/charsets/form", body=body, headers=FORM)
    assert answer.status == 200
    assert "<td>n</td><td>4</td>" in answer.text
    koi8 = "n=1&button=%F0%D2%C9%D7%C5%D4"
    assert "<td>Привет</td>" in ask(web, "POST", "/charsets/form", body=koi8, headers=FORM).text


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
def test_pages_in_charsets(web: BackgroundEngine, charset: str) -> None:
    answer = get(web, f"/charsets/{charset}")
    assert answer.headers["Content-Type"] == f"text/html; charset={charset}"
    assert "французских булок" in answer.body.decode(charset)


def test_example_answers_every_method(web: BackgroundEngine) -> None:
    body = "ключ=значение&a=b".encode()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = ask(web, method, "/?q=1", host="example.com", body=body, headers=FORM)
        told = json.loads(answer.body)
        assert told["form"] == {"ключ": "значение", "a": "b"}
        assert (told["method"], told["args"]) == (method, {"q": "1"})
    assert ask(web, "HEAD", "/", host="example.com").status == 200
    assert ask(web, "OPTIONS", "/", host="example.com").status == 200


def test_an_article(web: BackgroundEngine) -> None:
    answer = get(web, "/wiki/%D0%A1%D0%BE%D0%BA%D0%B5%D1%82", host="ru.wikipedia.org")
    assert "<h1>Сокет</h1>" in answer.text
    assert get(web, "/", host="ru.wikipedia.org").headers["Location"] == "/wiki/HTTP"


def decoded_png(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and pixels; every chunk has its right check sum."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    position, pixels, kinds = 8, b"", []
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        content = data[position + 8 : position + 8 + size]
        assert struct.unpack_from(">I", data, position + 8 + size) == (zlib.crc32(kind + content),)
        kinds.append(kind)
        pixels += content if kind == b"IDAT" else b""
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", content)
        position += 12 + size
    assert kinds[-1] == b"IEND"
    raw = zlib.decompress(pixels)
    assert len(raw) == height * (1 + 3 * width)
    return width, height, raw


def test_pictures_have_the_three_sizes(web: BackgroundEngine) -> None:
    pictures = {
        path: get(web, path, host="i.postimg.cc") for path in ("/a/1.png", "/b/2.png", "/c.png", "/a/1.png")
    }
    assert [len(picture.body) for picture in pictures.values()] == [641_249, 314_683, 439_098]
    for picture in pictures.values():
        assert picture.headers["Content-Type"] == "image/png"
        assert decoded_png(picture.body)[:2] == (256, 192)
    assert len(get(web, "/a/1.png", host="i.postimg.cc").body) == 641_249


class TestDownloads:
    PATH = "/pub/SRPMS/boost-1.31.0-9.src.rpm"
    HOST = "download.fedora.redhat.com"

    def test_size(self, web: BackgroundEngine) -> None:
        head = ask(web, "HEAD", self.PATH, host=self.HOST)
        assert (head.headers["Content-Length"], head.body) == ("6952309", b"")
        assert len(get(web, self.PATH, host=self.HOST).body) == 6_952_309

    @pytest.mark.parametrize("length", ["chunked", "close"])
    def test_without_a_length(self, web: BackgroundEngine, length: str) -> None:
        answer = get(web, f"{self.PATH}?length={length}&size=300000", host=self.HOST)
        assert "Content-Length" not in answer.headers
        assert answer.headers.get("Transfer-Encoding", "close") == length
        assert len(answer.body) == 300_000

    def test_content_does_not_depend_on_the_pace(self, web: BackgroundEngine) -> None:
        slow = get(web, f"{self.PATH}?size=150001&pace=2000000", host=self.HOST)
        fast = get(web, f"{self.PATH}?size=150001", host=self.HOST)
        assert slow.body == fast.body

    def test_pace(self, serve: Serve) -> None:
        web = serve(http={"download_pace": 10_000})
        endpoint = web.endpoint("http")
        url = f"http://{endpoint.host}:{endpoint.port}{self.PATH}?size=3000"
        with urllib.request.urlopen(url, timeout=5) as response:
            assert len(response.read1(100_000)) <= 1000, "the head comes with a tenth of a second's worth"
            assert len(response.read()) >= 2000

    def test_broken_off(self, web: BackgroundEngine) -> None:
        endpoint = web.endpoint("http")
        url = f"http://{endpoint.host}:{endpoint.port}{self.PATH}?stop=100000"
        with pytest.raises(urllib.error.ContentTooShortError) as caught:
            urllib.request.urlretrieve(url)
        assert "got only 100000 out of 6952309 bytes" in str(caught.value)


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_statuses(self, web: BackgroundEngine, status: int) -> None:
        answer = ask(web, "POST", f"/redirects/{status}")
        assert (answer.status, answer.headers["Location"]) == (status, "/redirects/landing")

    @pytest.mark.parametrize(
        ("path", "location"),
        [
            ("relative", "landing"),
            ("fragment", "/redirects/landing#second"),
            ("loop", "/redirects/loop"),
            ("absolute", "http://localhost:1/redirects/landing"),
        ],
    )
    def test_peculiarities(self, web: BackgroundEngine, path: str, location: str) -> None:
        answer = get(web, f"/redirects/{path}", host="localhost:1")
        assert (answer.status, answer.headers["Location"]) == (302, location)

    def test_landing_tells_what_arrived(self, web: BackgroundEngine) -> None:
        page = ask(web, "PUT", "/redirects/landing", body=b"12345").text
        assert "Method: PUT" in page
        assert "Octets of the body: 5" in page


class TestCookies:
    @pytest.mark.parametrize(
        ("query", "cookie"),
        [
            ("", "color=blue; Path=/"),
            ("?name=a&value=b&max_age=60", "a=b; Max-Age=60; Path=/"),
            (
                "?path=/here&secure&httponly&samesite=Lax",
                "color=blue; HttpOnly; Path=/here; SameSite=Lax; Secure",
            ),
            ("?value=a;b", 'color="a\\073b"; Path=/'),
        ],
    )
    def test_set(self, web: BackgroundEngine, query: str, cookie: str) -> None:
        assert get(web, f"/cookie-jar/set{query}").headers["Set-Cookie"] == cookie

    def test_show_and_expire(self, web: BackgroundEngine) -> None:
        assert json.loads(get(web, "/cookie-jar/", Cookie="a=b; c=d").body) == {"a": "b", "c": "d"}
        taken = SimpleCookie(get(web, "/cookie-jar/expire?name=a").headers["Set-Cookie"])["a"]
        assert (taken["max-age"], taken["path"]) == ("0", "/")

    @pytest.mark.parametrize("query", ["name=a%20b", "name=", "path=/%0d%0aX:%20y", "domain=%D0%B0"])
    def test_what_is_no_cookie(self, web: BackgroundEngine, query: str) -> None:
        answer = get(web, f"/cookie-jar/set?{query}")
        assert answer.status == 400
        assert "Set-Cookie" not in answer.headers

    def test_login(self, serve: Serve) -> None:
        web = serve(http={}, accounts={"users": {"ann": {"password": "secret"}}})
        assert get(web, "/members").headers["Location"] == "/login"
        assert "<form" in get(web, "/login").text
        wrong = ask(web, "POST", "/login", body="user=ann&password=wrong", headers=FORM)
        assert (wrong.status, wrong.headers["Set-Cookie"]) == (403, None)
        right = ask(web, "POST", "/login", body="user=ann&password=secret", headers=FORM)
        assert (right.status, right.headers["Location"]) == (303, "/members")
        cookie = right.headers["Set-Cookie"].partition(";")[0]
        assert "Hello, ann" in get(web, "/members", Cookie=cookie).text
        assert get(web, "/logout", Cookie=cookie).headers["Location"] == "/login"
        assert get(web, "/members", Cookie=cookie).status == 303
        assert facts(web, "login.accepted") == [{"user": "ann", "mechanism": "form"}]
        assert facts(web, "login.refused") == [{"user": "ann", "mechanism": "form"}]
