"""The lessons about urllib, http.client, requests, cookies and robots: the same calls, against the sandbox.

The lesson's host name stands in the Host field, or in the URL when the sandbox is the proxy; the address is ours.
"""

from __future__ import annotations

import base64
import http.client
import http.cookiejar
import io
import re
import ssl
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
import urllib.robotparser
import webbrowser
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.conftest import Serve, raw_client, read_until

# What config/lessons.toml binds to the lessons' own ports.
LISTENERS = {
    "https": {"tls": "implicit"},
    "8000": {"site": "hello"},
    "wsgiref": {"site": "wsgiref"},
    "8080": {"site": "my-handler", "raw_reply": "Hello, client!"},
    "8099": {"site": "cherrypy"},
    "8888": {"site": "listing", "raw_reply": "Server received your data."},
}
SITES = {
    "wsgiref": {"pages": {"*": {"text": "Hello world"}}},
    "hello": {"pages": {"*": {"html": "Hello, world!", "content_type": "text/html", "close": True}}},
    "my-handler": {"pages": {"*": {"html": "Hello World!"}}},
    "cherrypy": {"pages": {"/": {"html": "HelloWorld from cherrypy!"}}},
    "listing": {"directory": "/"},
}


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    """HTTP as in the configuration for the lessons, on free ports."""
    return serve(http={"listeners": LISTENERS, "sites": SITES, "slow_page": 0.05}, files={"samples": True})


def address(sandbox: BackgroundEngine, listener: str = "main") -> str:
    return f"localhost:{sandbox.endpoint('http', listener).port}"


@pytest.fixture
def internet(sandbox: BackgroundEngine, monkeypatch: pytest.MonkeyPatch) -> BackgroundEngine:
    """The lessons' own URLs work: the sandbox stands in for the proxy of the environment."""
    monkeypatch.setenv("http_proxy", f"http://{address(sandbox)}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setattr(urllib.request, "_opener", None)
    return sandbox


@pytest.fixture
def authority(sandbox: BackgroundEngine) -> str:
    """The file a verifying client has to trust."""
    return str(sandbox.call(lambda made: made.authority.certificate))


@pytest.mark.usefixtures("internet")
class TestUrlopen:
    def test_first_300_bytes(self) -> None:
        with urllib.request.urlopen("http://www.python.org/") as page:
            start = page.read(300)
        assert len(start) == 300
        assert start.startswith(b"<!doctype html")

    def test_first_100_bytes_as_text(self) -> None:
        """No character is cut in two."""
        with urllib.request.urlopen("http://www.python.org/") as page:
            assert len(page.read(100).decode("utf-8")) == 100

    def test_referer(self) -> None:
        request = urllib.request.Request("http://www.example.com/")
        request.add_header("Referer", "http://www.python.org/")
        with urllib.request.urlopen(request) as page:
            assert page.status == 200

    def test_google(self) -> None:
        """Redirected to www without the learner's doing."""
        request = urllib.request.Request("http://google.com")
        with urllib.request.urlopen(request) as page:
            assert page.geturl() == "http://www.google.com/"
            assert "href=" in page.read().decode("utf-8")

    def test_post_to_google_is_refused(self) -> None:
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen("http://google.com/", data=b"a=b")
        caught.value.close()
        assert caught.value.code == 405

    def test_headers_and_lines_of_an_old_page(self) -> None:
        with urllib.request.urlopen("http://python.onego.ru/") as page:
            info = page.info()
            assert info["Content-Type"] == "text/html; charset=windows-1251"
            assert info["Server"] == "Apache/1.3.29 (Unix) PHP/4.3.10"
            assert info["Content-Length"] == "4291"
            assert info["Date"].endswith("GMT")
            assert page.fileno() > 0
            assert len(page.read(40)) == 40
            assert page.readline().endswith(b"\n")
            assert page.readlines()

    def test_form_by_get_and_post(self) -> None:
        fields = urllib.parse.urlencode({"search": "Python"})
        with urllib.request.urlopen(f"http://searchengine.com/search?{fields}") as by_get:
            assert "You searched for: Python" in by_get.read().decode()
        with urllib.request.urlopen("http://searchengine.com/search", fields.encode()) as by_post:
            assert "You searched for: Python" in by_post.read().decode()

    def test_koi8_form(self) -> None:
        """What it prints, sent."""
        pairs = {"n": (1, 3, 4), "button": "Привет".encode("koi8-r")}
        fields = urllib.parse.urlencode(pairs, doseq=True)
        assert fields == "n=1&n=3&n=4&button=%F0%D2%C9%D7%C5%D4"
        with urllib.request.urlopen("http://searchengine.com/search", fields.encode()) as page:
            assert "<dd>Привет</dd>" in page.read().decode()


class TestProxies:
    def test_explicit_none_and_from_the_environment(self, internet: BackgroundEngine) -> None:
        explicit = urllib.request.ProxyHandler({"http": f"http://{address(internet)}"})
        for handler in (explicit, urllib.request.ProxyHandler()):
            with urllib.request.build_opener(handler).open("http://www.python.org/") as page:
                assert page.read(9) == b"<!doctype"
        none = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with none.open(f"http://{address(internet)}/") as page:
            assert b"<h1>Sandbox</h1>" in page.read()


PACKAGE = "http://download.fedora.redhat.com/pub/fedora/boost-1.31.0-9.src.rpm"
SIZE = 6_952_309


@pytest.mark.usefixtures("internet")
class TestUrlretrieve:
    def test_progress(self, tmp_path: Path) -> None:
        calls: list[tuple[int, int, int]] = []
        target = tmp_path / "boost.rpm"
        _, headers = urllib.request.urlretrieve(PACKAGE, target, lambda *call: calls.append(call))
        assert calls[:2] == [(0, 8192, SIZE), (1, 8192, SIZE)]
        assert f"{calls[1][0] * calls[1][1] / SIZE:.2%}" == "0.12%"
        assert headers["Content-Length"] == str(SIZE) == str(target.stat().st_size)

    def test_unknown_size(self, tmp_path: Path) -> None:
        sizes: set[int] = set()
        url = f"{PACKAGE}?length=close&size=100000"
        urllib.request.urlretrieve(url, tmp_path / "a", lambda _, __, total: sizes.add(total))
        assert sizes == {-1}
        assert (tmp_path / "a").stat().st_size == 100_000

    def test_broken_off(self, tmp_path: Path) -> None:
        with pytest.raises(urllib.error.ContentTooShortError):
            urllib.request.urlretrieve(f"{PACKAGE}?stop=20000", tmp_path / "a")


class TestBasic:
    def test_handlers(self, sandbox: BackgroundEngine) -> None:
        """Realm, user and password of the lesson; one refusal, then the page."""
        basic = urllib.request.HTTPBasicAuthHandler()
        basic.add_password("My page", address(sandbox), "user1", "secret")
        proxies, ftp = urllib.request.ProxyHandler({}), urllib.request.CacheFTPHandler()
        opener = urllib.request.build_opener(proxies, basic, ftp)
        opener.addheaders = [("User-agent", "Mozilla/5.0")]
        urllib.request.install_opener(opener)
        try:
            with urllib.request.urlopen(f"http://{address(sandbox)}/mywebdir/") as page:
                assert page.read(100)
        finally:
            urllib.request.install_opener(None)  # type: ignore[arg-type]
        entries = sandbox.call(lambda made: list(made.journal))
        answered = [e.event for e in entries if getattr(e.event, "name", "") == "request.answered"]
        assert [fact.details["status"] for fact in answered] == [401, 200]

    def test_through_a_proxy(self, sandbox: BackgroundEngine) -> None:
        basic = urllib.request.HTTPBasicAuthHandler()
        basic.add_password("My page", "localhost", "user1", "secret")
        proxy = urllib.request.ProxyHandler({"http": f"http://{address(sandbox)}"})
        with urllib.request.build_opener(proxy, basic).open("http://localhost/mywebdir/") as page:
            assert b"My page" in page.read()

    def test_header_by_hand(self, sandbox: BackgroundEngine) -> None:
        request = urllib.request.Request(f"http://{address(sandbox)}/mywebdir")
        token = base64.encodebytes(b"user1:secret").decode().strip()
        request.add_header("Authorization", f"Basic {token}")
        with urllib.request.urlopen(request) as page:
            assert page.status == 200

    @pytest.mark.filterwarnings("ignore::ResourceWarning")  # urllib forgets the first refusal
    def test_wrong_password(self, sandbox: BackgroundEngine) -> None:
        basic = urllib.request.HTTPBasicAuthHandler()
        basic.add_password("My page", address(sandbox), "user1", "wrong")
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.build_opener(basic).open(f"http://{address(sandbox)}/mywebdir/")
        caught.value.close()
        assert caught.value.code == 401


class TestDigest:
    @pytest.mark.parametrize("query", ["", "?a=b&c=%20d"])
    def test_urllib(self, sandbox: BackgroundEngine, query: str) -> None:
        digest = urllib.request.HTTPDigestAuthHandler()
        digest.add_password("Digest page", address(sandbox), "user1", "secret")  # type: ignore[attr-defined]
        opener = urllib.request.build_opener(digest)
        for _ in range(2):  # the second time with the nonce of the first
            with opener.open(f"http://{address(sandbox)}/digest{query}") as page:
                assert b"Welcome, user1" in page.read()

    @pytest.mark.parametrize("path", ["/digest", "/digest/sha-256", "/digest?a=b"])
    def test_requests(self, sandbox: BackgroundEngine, path: str) -> None:
        url = f"http://{address(sandbox)}{path}"
        for password, status in (("secret", 200), ("wrong", 401)):
            login = requests.auth.HTTPDigestAuth("user1", password)
            assert requests.get(url, auth=login, timeout=5).status_code == status


class TestMahler:
    """Both schemes for one realm, with the credentials of the library reference."""

    @pytest.mark.parametrize(
        "handler", [urllib.request.HTTPBasicAuthHandler, urllib.request.HTTPDigestAuthHandler]
    )
    @pytest.mark.usefixtures("internet")
    def test_urllib(self, handler: type[Any]) -> None:
        login = handler()
        login.add_password("PDQ Application", "http://mahler/site-updates.py", "klem", "kadidd!ehopper")
        with urllib.request.build_opener(login).open("http://mahler/site-updates.py") as page:
            assert b"Welcome, klem" in page.read()

    def test_strangers_are_offered_both(self, sandbox: BackgroundEngine) -> None:
        url = f"http://{address(sandbox)}/"
        for login in (None, ("klem", "wrong"), requests.auth.HTTPDigestAuth("eve", "kadidd!ehopper")):
            answer = requests.get(url, headers={"Host": "mahler"}, auth=login, timeout=5)
            assert answer.status_code == 401
            assert "Digest realm" in answer.headers["WWW-Authenticate"]
            assert 'Basic realm="PDQ Application"' in answer.headers["WWW-Authenticate"]


class TestCookies:
    def test_session_and_persistent(self, sandbox: BackgroundEngine, tmp_path: Path) -> None:
        """Only the cookie with a Max-Age survives in the file."""
        file = tmp_path / "cookies.txt"
        jar = http.cookiejar.MozillaCookieJar(file)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        base = f"http://{address(sandbox)}/cookie-jar/"
        for query in ("name=session&value=1", "name=kept&value=2&max_age=3600"):
            opener.open(f"{base}set?{query}").close()
        assert {cookie.name: cookie.expires is None for cookie in jar} == {"session": True, "kept": False}
        with opener.open(base) as page:
            assert sorted(re.findall(rb'"(\w+)":', page.read())) == [b"kept", b"session"]
        jar.save()
        later = http.cookiejar.MozillaCookieJar(file)
        later.load()
        assert [cookie.name for cookie in later] == ["kept"]
        opener.open(f"{base}expire?name=kept").close()
        assert [cookie.name for cookie in jar] == ["session"]

    def test_path(self, sandbox: BackgroundEngine) -> None:
        session = requests.Session()
        base = f"http://{address(sandbox)}/cookie-jar/"
        session.get(f"{base}set?path=/elsewhere", timeout=5)
        assert session.get(base, timeout=5).json() == {}

    @pytest.mark.usefixtures("internet")
    def test_domain(self) -> None:
        """A cookie for the domain goes to its hosts, and to no other."""
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        base = "http://www.shop.test/cookie-jar/"
        opener.open(f"{base}set?domain=shop.test").close()
        opener.open(f"{base}set?name=foreign&domain=bank.test").close()
        assert [(cookie.name, cookie.domain) for cookie in jar] == [("color", ".shop.test")]

    def test_login_form(self, sandbox: BackgroundEngine) -> None:
        session = requests.Session()
        base = f"http://{address(sandbox)}"
        page = session.post(f"{base}/login", data={"user": "анна", "password": "any"}, timeout=5)
        assert "Hello, анна" in page.text
        assert "Hello, анна" in session.get(f"{base}/members", timeout=5).text
        session.get(f"{base}/logout", timeout=5)
        assert session.get(f"{base}/members", timeout=5).url.endswith("/login")


@pytest.mark.usefixtures("internet")
def test_robots() -> None:
    robots = urllib.robotparser.RobotFileParser("http://www.musi-cal.com/robots.txt")
    robots.read()
    rate = robots.request_rate("*")
    assert rate is not None
    assert (rate.requests, rate.seconds) == (3, 20)
    assert robots.crawl_delay("*") == "6" or robots.crawl_delay("*") == 6
    assert not robots.can_fetch("*", "http://www.musi-cal.com/cgi-bin/search?city=San+Francisco")
    assert robots.can_fetch("*", "http://www.musi-cal.com/")
    assert robots.site_maps() == ["http://www.musi-cal.com/sitemap.xml"]


def test_https_connection(sandbox: BackgroundEngine, authority: str) -> None:
    """Verified by a default context."""
    context = ssl.create_default_context(cafile=authority)
    connection = http.client.HTTPSConnection(address(sandbox, "https"), context=context)
    connection.request("GET", "/", headers={"Host": "www.python.org"})
    response = connection.getresponse()
    assert f"{response.status} {response.reason}" == "200 OK"
    connection.close()
    with urllib.request.urlopen(f"https://{address(sandbox, 'https')}/", context=context) as page:
        assert page.read()


def test_message_by_hand(sandbox: BackgroundEngine) -> None:
    """HTTP/1.0 over a socket; complete, then closed."""
    for end in ("\r\n", "\n"):
        with raw_client(sandbox, "http") as sock:
            sock.sendall(end.join(("GET /wiki/HTTP HTTP/1.0", "Host: ru.wikipedia.org", "", "")).encode())
            answer = read_until(sock, b"never")
        assert re.match(rb"HTTP/1\.\d 200 OK\r\n", answer)
        assert b"chunked" not in answer
        assert answer.endswith(b"</html>\n")


def test_browser(sandbox: BackgroundEngine) -> None:
    """With a helper for a browser."""
    fetch = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"
    browser = webbrowser.get(f'{sys.executable} -c "{fetch}" %s')
    assert browser.open(f"http://{address(sandbox)}/")


@pytest.mark.usefixtures("internet")
def test_link_checker() -> None:
    """The practice task: every link of the page is followed, and those that fail are told."""
    url = "http://google.com/"
    with urllib.request.urlopen(url) as page:
        html, base = page.read().decode("utf-8"), page.geturl()
    outcome: dict[str, Any] = {}
    for link in re.findall(r'href="(.*?)"', html):
        whole = urllib.parse.urljoin(base, link)
        if whole.startswith("http://") and not whole.endswith(".invalid/"):
            try:
                with urllib.request.urlopen(whole, timeout=5) as answer:
                    outcome[link] = answer.status
            except urllib.error.HTTPError as error:
                outcome[link] = error.code
                error.close()
    assert [outcome[link] for link in ("/missing", "/broken", "/slow", "/moved", "contact.html")] == [
        404,
        500,
        200,
        200,
        200,
    ]


class TestRequests:
    def host(self, sandbox: BackgroundEngine, name: str) -> dict[str, Any]:
        return {"headers": {"Host": name}, "timeout": 5}

    def test_get(self, sandbox: BackgroundEngine) -> None:
        response = requests.get(f"http://{address(sandbox)}/", **self.host(sandbox, "example.com"))
        assert "Example Domain" in response.text

    @pytest.mark.usefixtures("internet")
    def test_params(self) -> None:
        """The URL that is printed has not been redirected."""
        params = {"key1": "value1", "key2": "value2"}
        response = requests.get("http://example.com", params=params, timeout=5)
        assert response.url == "http://example.com/?key1=value1&key2=value2"
        assert response.history == []

    @pytest.mark.usefixtures("internet")
    def test_post_and_the_other_verbs(self) -> None:
        response = requests.post("http://example.com", data={"key": "значение"}, timeout=5)
        assert response.json()["form"] == {"key": "значение"}
        for verb in ("post", "put", "patch", "delete", "head", "options"):
            assert requests.request(verb, "http://example.com", timeout=5).ok

    def test_https(self, sandbox: BackgroundEngine, authority: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Verified with REQUESTS_CA_BUNDLE."""
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority)
        assert requests.get(f"https://{address(sandbox, 'https')}/", timeout=5).content

    def test_three_threads(self, sandbox: BackgroundEngine, authority: str) -> None:
        """Three pictures of the lesson's sizes at the same time."""
        sizes: list[int] = []

        def download(path: str) -> None:
            url = f"https://{address(sandbox, 'https')}{path}"
            response = requests.get(url, verify=authority, **self.host(sandbox, "i.postimg.cc"))
            assert response.content.startswith(b"\x89PNG\r\n")
            sizes.append(len(response.content))

        threads = [threading.Thread(target=download, args=(f"/x/{name}.png",)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(sizes) == [314_683, 439_098, 641_249]


class TestServers:
    def read(self, sandbox: BackgroundEngine, listener: str, path: str = "/") -> tuple[Any, bytes]:
        with urllib.request.urlopen(f"http://{address(sandbox, listener)}{path}") as page:
            return page.headers, page.read()

    def test_wsgiref(self, sandbox: BackgroundEngine) -> None:
        headers, body = self.read(sandbox, "wsgiref", "/any/path")
        assert (headers["Content-Type"], body) == ("text/plain; charset=utf-8", b"Hello world")

    def test_http_server_handler(self, sandbox: BackgroundEngine) -> None:
        headers, body = self.read(sandbox, "8000")
        assert (headers["Content-Type"], body) == ("text/html", b"Hello, world!")
        assert "Content-Length" not in headers

    def test_my_handler_and_cherrypy(self, sandbox: BackgroundEngine) -> None:
        assert self.read(sandbox, "8080")[1] == b"Hello World!"
        assert self.read(sandbox, "8099")[1] == b"HelloWorld from cherrypy!"

    def test_directory_listing(self, sandbox: BackgroundEngine) -> None:
        assert b"<title>Directory listing for /</title>" in self.read(sandbox, "8888")[1]
        headers, body = self.read(sandbox, "8888", "/pub/hello.txt")
        assert (headers.get_content_type(), body) == ("text/plain", b"Hello, world!\n")

    def test_socket_on_the_same_port(self, sandbox: BackgroundEngine) -> None:
        """Two raw socket lessons share these ports: no HTTP, and an answer at once."""
        for listener, sent, reply in (
            ("8080", b"Hello, server!", b"Hello, client!"),
            ("8888", b"Some data\n", b"Server received your data."),
        ):
            with raw_client(sandbox, "http", listener) as sock:
                sock.send(sent)
                assert sock.recv(1024) == reply
                assert sock.recv(1024) == b""


def test_response_is_a_file(sandbox: BackgroundEngine) -> None:
    """What urlopen returns can be wrapped as text, as the lessons do with files."""
    request = urllib.request.Request(f"http://{address(sandbox)}/", headers={"Host": "www.python.org"})
    with urllib.request.urlopen(request) as page, io.TextIOWrapper(page, encoding="utf-8") as text:
        assert text.readline() == "<!doctype html>\n"
