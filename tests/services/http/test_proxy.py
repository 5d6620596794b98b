"""The forward proxy with real clients: tunnels to every service, credentials, and what must not pass."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import shutil
import smtplib
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.background import BackgroundSandbox
from sandbox.journal import Closed, Fact, transcript
from tests.conftest import Serve, raw_client, read_until
from tests.services.http.conftest import ask, facts

PLAIN: dict[str, Any] = {"listeners": {"https": {"tls": "implicit"}}}
GUARDED: dict[str, Any] = {
    "listeners": {
        "https": {"tls": "implicit"},
        "proxy": {"proxy_realm": "The way out", "proxy_users": {"ann": "secret"}},
    }
}
CURL = ("curl", "-sS", "-i", "--max-time", "10", "-x")
ESTABLISHED = b" 200 Connection established\r\n"


@pytest.fixture(autouse=True)
def no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxies and exceptions stay out of it."""
    for name in ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def world(serve: Serve) -> BackgroundSandbox:
    """All the services a tunnel may lead to."""
    return serve(http=PLAIN, smtp={}, pop3={}, imap={}, tcp={"listeners": {"echo": {"behaviour": "echo"}}})


@pytest.fixture
def guarded(serve: Serve) -> BackgroundSandbox:
    """A listener named ``proxy`` that asks for a password."""
    return serve(http=GUARDED, smtp={})


@pytest.fixture
def trust(world: BackgroundSandbox) -> ssl.SSLContext:
    return world.call(lambda made: made.authority.client_context())


def address(sandbox: BackgroundSandbox, listener: str = "main") -> str:
    endpoint = sandbox.endpoint("http", listener)
    return f"{endpoint.host}:{endpoint.port}"


def authority(sandbox: BackgroundSandbox) -> str:
    return str(sandbox.call(lambda made: made.authority.certificate))


def connect_to(target: str, *fields: str) -> bytes:
    return "\r\n".join([f"CONNECT {target} HTTP/1.1", f"Host: {target}", *fields, "", ""]).encode()


def tunnel(sandbox: BackgroundSandbox, target: str, early: bytes = b"") -> socket.socket:
    """A raw connection on which the tunnel stands; ``early`` is sent in one piece with the head."""
    sock = raw_client(sandbox, "http")
    sock.sendall(connect_to(target) + early)
    assert ESTABLISHED in until_head(sock)
    return sock


def until_head(sock: socket.socket) -> bytes:
    """The head of an answer and not an octet more."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        octet = sock.recv(1)
        assert octet, data
        data += octet
    return data


def over_tls(
    sock: socket.socket, client: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
) -> bytes:
    """Shake hands, ask for a page and return the start of the answer."""

    def finished(step: Callable[[], Any]) -> Any:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65536))

    finished(client.do_handshake)
    client.write(b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n")
    return bytes(finished(lambda: client.read(65536)))


class TestUrllib:
    def test_https_is_verified_and_answered_by_its_site(
        self, world: BackgroundSandbox, trust: ssl.SSLContext
    ) -> None:
        handlers = (
            urllib.request.ProxyHandler({"https": f"http://{address(world)}"}),
            urllib.request.HTTPSHandler(context=trust),
        )
        with urllib.request.build_opener(*handlers).open("https://www.python.org/", timeout=5) as answer:
            assert answer.status == 200
            assert answer.read(9) == b"<!doctype"
        (answered,) = [fact for fact in facts(world, "request.answered") if fact["method"] == "GET"]
        assert answered["host"] == "www.python.org"

    def test_a_certificate_of_another_name_is_not_given(self, world: BackgroundSandbox) -> None:
        handler = urllib.request.ProxyHandler({"https": f"http://{address(world)}"})
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.build_opener(handler).open("https://www.python.org/", timeout=5)
        world.wait_for(lambda entry: getattr(entry.event, "name", "") == "tls.failed")

    def test_a_name_that_does_not_exist(self, world: BackgroundSandbox) -> None:
        handler = urllib.request.ProxyHandler({"https": f"http://{address(world)}"})
        with pytest.raises(OSError, match="Tunnel connection failed: 502 Bad Gateway"):
            urllib.request.build_opener(handler).open("https://nobody.invalid/", timeout=5)

    def test_basic_at_proxy_and_origin(self, guarded: BackgroundSandbox) -> None:
        """Two passwords at once: the proxy's own, and the origin's 401 that passes unchanged."""
        origin = urllib.request.HTTPBasicAuthHandler()
        origin.add_password("My page", "localhost", "user1", "secret")
        proxy = urllib.request.ProxyHandler({"http": f"http://ann:secret@{address(guarded, 'proxy')}"})
        opener = urllib.request.build_opener(proxy, origin)
        with opener.open("http://localhost/mywebdir/", timeout=5) as page:
            assert b"My page" in page.read()
        assert [fact["status"] for fact in facts(guarded, "request.answered")] == [401, 200]

    def test_basic_at_the_proxy_when_asked(self, guarded: BackgroundSandbox) -> None:
        handler = urllib.request.ProxyBasicAuthHandler()
        handler.add_password("The way out", address(guarded, "proxy"), "ann", "secret")
        proxy = urllib.request.ProxyHandler({"http": f"http://{address(guarded, 'proxy')}"})
        with urllib.request.build_opener(proxy, handler).open("http://example.com/", timeout=5) as page:
            assert page.status == 200
        assert [fact["status"] for fact in facts(guarded, "request.answered")] == [407, 200]


class TestRequests:
    def test_http_and_https(self, world: BackgroundSandbox) -> None:
        proxy = f"http://{address(world)}"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = authority(world)
            session.proxies = {"http": proxy, "https": proxy}
            for scheme in ("http", "https"):
                answer = session.get(f"{scheme}://httpbin.org/get?a=b", timeout=5)
                assert answer.json()["args"] == {"a": "b"}
                assert answer.json()["url"] == f"{scheme}://httpbin.org/get?a=b"
                assert not {name for name in answer.json()["headers"] if name.startswith("Proxy-")}

    def test_with_credentials(self, guarded: BackgroundSandbox) -> None:
        proxy = f"http://ann:secret@{address(guarded, 'proxy')}"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = authority(guarded)
            session.proxies = {"http": proxy, "https": proxy}
            for scheme in ("http", "https"):
                answer = session.get(f"{scheme}://httpbin.org/headers", timeout=5)
                assert not {name for name in answer.json()["headers"] if name.startswith("Proxy-")}
        accepted = facts(guarded, "login.accepted")
        assert accepted == [{"user": "ann", "mechanism": "Basic, proxy"}] * 2

    def test_with_wrong_credentials(self, guarded: BackgroundSandbox) -> None:
        proxy = f"http://ann:wrong@{address(guarded, 'proxy')}"
        proxies = {"http": proxy, "https": proxy}
        answer = requests.get("http://example.com/", proxies=proxies, timeout=5)
        assert answer.status_code == 407
        assert answer.headers["Proxy-Authenticate"] == 'Basic realm="The way out"'
        with pytest.raises(requests.exceptions.ProxyError, match="407"):
            requests.get("https://example.com/", proxies=proxies, timeout=5)
        assert facts(guarded, "login.refused") == [{"user": "ann", "mechanism": "Basic, proxy"}] * 2


class TestHttpClient:
    def test_set_tunnel_with_tls(self, world: BackgroundSandbox, trust: ssl.SSLContext) -> None:
        endpoint = world.endpoint("http")
        client = http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=5, context=trust)
        client.set_tunnel("example.com", 443)
        for _ in range(2):
            client.request("GET", "/")
            answer = client.getresponse()
            assert answer.status == 200
            assert b"Example Domain" in answer.read()
        client.close()

    def test_set_tunnel_without(self, world: BackgroundSandbox) -> None:
        endpoint = world.endpoint("http")
        client = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
        client.set_tunnel("example.com", 80)
        client.request("GET", "/")
        assert b"Example Domain" in client.getresponse().read()
        client.close()

    def test_a_greeting_is_not_lost(self, world: BackgroundSandbox) -> None:
        """http.client throws away what comes in one piece with the head of the proxy's answer."""
        endpoint = world.endpoint("http")
        client = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
        client.set_tunnel("pop.example.com", 110)
        client.connect()
        assert read_until(client.sock, b"\r\n").startswith(b"+OK ")
        client.close()

    def test_a_password_is_asked_for(self, guarded: BackgroundSandbox) -> None:
        endpoint = guarded.endpoint("http", "proxy")
        token = base64.b64encode(b"ann:secret").decode()
        for headers, message in (({}, "407"), ({"Proxy-Authorization": f"Basic {token}"}, "")):
            client = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
            client.set_tunnel("example.com", 80, headers)
            if message:
                with pytest.raises(OSError, match=message):
                    client.connect()
            else:
                client.request("GET", "/")
                assert client.getresponse().status == 200
            client.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
class TestCurl:
    def curl(self, sandbox: BackgroundSandbox, *arguments: str, listener: str = "main") -> str:
        done = subprocess.run(
            [*CURL, f"http://{address(sandbox, listener)}", "--cacert", authority(sandbox), *arguments],
            capture_output=True,
            check=False,
        )
        return (done.stdout + done.stderr).decode()

    def test_urls(self, world: BackgroundSandbox) -> None:
        told = self.curl(world, "http://example.com/", "https://www.python.org/")
        assert told.count(" 200 OK") == 2
        assert told.count(" 200 Connection established") == 1

    def test_mail(self, world: BackgroundSandbox, tmp_path: Path) -> None:
        mail = tmp_path / "mail"
        mail.write_bytes(b"Subject: through a tunnel\r\n\r\nHello!\r\n")
        sent = ["--mail-from", "a@example.org", "--mail-rcpt", "ann@example.org", "-T", str(mail)]
        self.curl(world, "--proxytunnel", *sent, "smtp://smtp.example.com:25")
        user = ["--proxytunnel", "-u", "ann:x"]
        assert "through a tunnel" in self.curl(world, *user, "pop3://pop.example.com/1")
        fetch = ["-X", "FETCH 1 (BODY[HEADER.FIELDS (SUBJECT)])", "imap://imap.example.com/INBOX"]
        assert "FETCH" in self.curl(world, *user, *fetch)

    def test_password(self, guarded: BackgroundSandbox) -> None:
        urls = ["http://example.com/", "https://example.com/"]
        told = self.curl(guarded, "-U", "ann:secret", *urls, listener="proxy")
        assert told.count(" 200 OK") == 2
        assert self.curl(guarded, "--proxy-anyauth", "-U", "ann:secret", urls[1], listener="proxy").count(
            " 407 "
        )
        assert " 407 " in self.curl(guarded, *urls, listener="proxy")


class TestTunnels:
    def test_mail_and_the_timeline(self, world: BackgroundSandbox) -> None:
        with tunnel(world, "smtp.example.com:25") as sock:
            assert read_until(sock, b"\r\n").startswith(b"220 ")
            sock.sendall(b"QUIT\r\n")
            assert read_until(sock, b"nothing").startswith(b"221 ")
        opened = {"host": "smtp.example.com", "port": 25, "service": "smtp", "listener": "main"}
        assert facts(world, "tunnel.opened") == [opened]
        assert facts(world, "connection.taken_over") == [{"origin": 1}]
        first, second = (
            world.call(lambda made, number=number: transcript(made.journal.connection(number)))
            for number in (1, 2)
        )
        assert "S: HTTP/1.1 200 Connection established" in first
        assert "S: 220" not in first
        assert "# handed over to another listener: " in first
        assert second.startswith("# smtp: connection 2 ")
        assert "C: QUIT" in second

    def test_starttls_within(self, world: BackgroundSandbox, trust: ssl.SSLContext) -> None:
        class Tunnelled(smtplib.SMTP):
            def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
                return tunnel(world, f"{host}:{port}")

        with Tunnelled("smtp.example.com", 587) as client:
            client.starttls(context=trust)
            client.sendmail("a@example.org", "b@example.org", "Subject: a\r\n\r\n")
        assert len(facts(world, "mail.accepted")) == 1

    def test_octets_right_behind_the_head(self, world: BackgroundSandbox) -> None:
        with tunnel(world, "smtp.example.com:25", b"EHLO a\r\nQUIT\r\n") as sock:
            told = read_until(sock, b"nothing")
        assert told.count(b"220 ") == told.count(b"221 ") == 1

    @pytest.mark.parametrize("cut", [0, 1, 100, 100_000])
    def test_a_client_hello_right_behind_the_head(
        self, world: BackgroundSandbox, trust: ssl.SSLContext, cut: int
    ) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = trust.wrap_bio(incoming, outgoing, server_hostname="example.com")
        with pytest.raises(ssl.SSLWantReadError):
            client.do_handshake()
        hello = outgoing.read()
        with tunnel(world, "example.com:443", hello[:cut]) as sock:
            sock.sendall(hello[cut:])
            assert over_tls(sock, client, incoming, outgoing).startswith(b"HTTP/1.0 200 OK")

    def test_a_client_that_has_said_everything(self, world: BackgroundSandbox) -> None:
        with raw_client(world, "http") as sock:
            sock.sendall(connect_to("example.com:80") + b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n")
            sock.shutdown(socket.SHUT_WR)
            told = read_until(sock, b"nothing")
        assert told.count(b" 200 Connection established") == 1
        assert b"Example Domain" in told

    def test_a_large_piece_behind_the_head(self, serve: Serve) -> None:
        """More than aiohttp keeps before it stops reading."""
        tcp = {"listeners": {"echo": {"behaviour": "echo"}}}
        world = serve(http={}, tcp=tcp, routes={"echo.example.com:7": "echo"})
        data = bytes(range(256)) * 4096
        with tunnel(world, "echo.example.com:7") as sock:
            pass
        with raw_client(world, "http") as sock:
            sock.sendall(connect_to("echo.example.com:7") + data[:200_000])
            until_head(sock)
            got = b""
            while len(got) < 200_000:
                got += sock.recv(65536)
        assert got == data[:200_000]

    def test_requests_before_the_tunnel(self, world: BackgroundSandbox) -> None:
        before = b"GET http://example.com/robots.txt HTTP/1.1\r\nHost: a\r\n\r\n"
        with raw_client(world, "http") as sock:
            sock.sendall(before + connect_to("smtp.example.com:25") + b"QUIT\r\n")
            told = read_until(sock, b"nothing")
        assert told.index(b" 200 OK") < told.index(ESTABLISHED) < told.index(b"\r\n221 ")

    def test_the_connection_outlives_a_refusal(self, world: BackgroundSandbox) -> None:
        with raw_client(world, "http") as sock:
            sock.sendall(connect_to("nobody.invalid:25") + connect_to("smtp.example.com:4711"))
            sock.sendall(connect_to("smtp.example.com:25"))
            told = read_until(sock, b"ESMTP Sandbox\r\n")
        assert told.count(b" 502 Bad Gateway") == 2
        assert b"There is no host nobody.invalid." in told
        assert b"nothing answers at smtp.example.com:4711 (TCP)" in told
        assert told.count(ESTABLISHED) == 1

    def test_within_each_other(self, world: BackgroundSandbox, trust: ssl.SSLContext) -> None:
        """Through three proxies, the second over TLS, to a service over TLS: TLS within TLS."""
        outer = socket.create_connection(tuple(address(world).split(":")), timeout=5)  # type: ignore[arg-type]
        with outer:
            outer.sendall(connect_to("proxy.example.com:80"))
            until_head(outer)
            outer.sendall(connect_to("secure.example.com:443"))
            until_head(outer)
            context = ssl.create_default_context(cafile=authority(world))
            with context.wrap_socket(outer, server_hostname="secure.example.com") as second:
                second.sendall(connect_to("example.com:443"))
                assert ESTABLISHED in until_head(second)
                incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
                third = trust.wrap_bio(incoming, outgoing, server_hostname="example.com")
                assert over_tls(second, third, incoming, outgoing).startswith(b"HTTP/1.0 200 OK")
        assert [fact["origin"] for fact in facts(world, "connection.taken_over")] == [1, 2, 3]

    def test_typed_by_hand(self, world: BackgroundSandbox) -> None:
        with raw_client(world, "http") as sock:
            sock.sendall(b"CONNECT smtp.example.com:25 HTTP/1.0\n\nQUIT\r\n")
            told = read_until(sock, b"nothing")
        assert b" 200 Connection established\r\n" in told
        assert b"\r\n221 " in told

    def test_the_limit_of_the_other_listener_holds(self, serve: Serve) -> None:
        world = serve(http={}, smtp={"limits": {"connections": 1}})
        with tunnel(world, "smtp.example.com:25") as first:
            read_until(first, b"\r\n")
            with tunnel(world, "smtp.example.com:25") as second:
                assert read_until(second, b"nothing").startswith(b"421 ")

    def test_the_idle_limit_of_the_other_listener_holds(self, serve: Serve) -> None:
        world = serve(http={}, smtp={"limits": {"idle_timeout": 0.1}})
        with tunnel(world, "smtp.example.com:25") as sock:
            assert b"421 " in read_until(sock, b"nothing")
        (closed,) = ends(world, "idle")
        assert closed.service == "smtp"

    def test_the_keep_alive_of_http_ends_with_the_hand_over(self, serve: Serve) -> None:
        world = serve(http={"keep_alive": 0.05, "limits": {"idle_timeout": 0.05}}, smtp={})
        with tunnel(world, "smtp.example.com:25") as sock:
            read_until(sock, b"\r\n")
            sock.settimeout(0.3)
            with pytest.raises(TimeoutError):
                sock.recv(1)

    def test_a_thousand(self, world: BackgroundSandbox) -> None:
        for number in range(10):
            with contextlib.ExitStack() as stack:
                socks = [stack.enter_context(raw_client(world, "http")) for _ in range(100)]
                for sock in socks:
                    sock.sendall(connect_to("smtp.example.com:25") + (b"NOOP\r\n" if number % 2 else b""))
                for sock in socks if number % 3 else ():  # else they are gone before or while it happens
                    read_until(sock, b"ESMTP Sandbox\r\n")
        end = time.monotonic() + 20
        while world.call(lambda made: made.network._taps()) and time.monotonic() < end:
            pass
        assert world.call(lambda made: (made.network._taps(), len(made.network.tasks))) == ([], 0)
        assert len(facts(world, "tunnel.opened")) >= 600


def ends(sandbox: BackgroundSandbox, reason: str) -> list[Closed]:
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed) and entry.event.reason == reason)
    entries = sandbox.call(lambda made: list(made.journal))
    return [e.event for e in entries if isinstance(e.event, Closed) and e.event.reason == reason]


BAD_AUTHORITIES = (
    "",
    "example.com",
    "example.com:",
    ":443",
    "example.com:0",
    "example.com:70000",
    "example.com:-1",
    "example.com:99999999999999999999",
    "http://example.com/",
    "/",
    "*",
    "a b:443",
    "[::1:443",
    "[x]:1",
    "user@example.com:443",
    "example.com:443/path",
    "exa\0mple.com:1",
    "\u00e9:443",
)


@pytest.fixture
def survivor(world: BackgroundSandbox) -> Iterator[BackgroundSandbox]:
    """It must still open tunnels when the test is over."""
    yield world
    with tunnel(world, "smtp.example.com:25") as sock:
        assert read_until(sock, b"\r\n").startswith(b"220 ")


class TestHostile:
    @pytest.mark.parametrize(
        "target",
        BAD_AUTHORITIES,
    )
    def test_bad_authorities(self, survivor: BackgroundSandbox, target: str) -> None:
        with raw_client(survivor, "http") as sock:
            sock.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            assert read_until(sock, b"nothing").split()[1] == b"400"

    @pytest.mark.parametrize("framing", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
    def test_a_body(self, survivor: BackgroundSandbox, framing: bytes) -> None:
        with raw_client(survivor, "http") as sock:
            head = b"CONNECT smtp.example.com:25 HTTP/1.1\r\nHost: a\r\n"
            sock.sendall(head + framing + b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
            assert read_until(sock, b"nothing").split()[1] == b"400"
        assert facts(survivor, "tunnel.opened") == []

    def test_no_tls_at_all(self, survivor: BackgroundSandbox) -> None:
        for garbage in (b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 300_000, b"\0" * 1000):
            with (
                contextlib.suppress(ConnectionError),  # reset: it was not worth reading
                tunnel(survivor, "example.com:443", garbage) as sock,
            ):
                assert b"HTTP" not in read_until(sock, b"nothing")
        assert len(ends(survivor, "error")) >= 1

    def test_a_client_that_goes_in_the_middle(self, survivor: BackgroundSandbox) -> None:
        for target in ("smtp.example.com:25", "example.com:443"):
            for how in (socket.SHUT_WR, socket.SHUT_RDWR):
                with raw_client(survivor, "http") as sock:
                    sock.sendall(connect_to(target))
                    sock.shutdown(how)
            with raw_client(survivor, "http") as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                sock.sendall(connect_to(target) + b"\x16\x03")
        survivor.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "tunnel.opened")


class TestFields:
    def test_the_proxy_s_own_are_not_echoed(self, world: BackgroundSandbox) -> None:
        fields = {"Proxy-Connection": "keep-alive", "Proxy-Authorization": "Basic eDp5", "X-Own": "\u00e9"}
        told = json.loads(ask(world, "GET", "http://httpbin.org/headers", headers=fields).body)["headers"]
        assert "X-Own" in told
        assert not {name for name in told if name.startswith("Proxy-")}

    def test_but_an_origin_server_shows_everything(self, world: BackgroundSandbox) -> None:
        fields = {"Proxy-Connection": "keep-alive"}
        told = json.loads(ask(world, "GET", "/headers", headers=fields).body)["headers"]
        assert told["Proxy-Connection"] == "keep-alive"

    def test_authorization_passes(self, world: BackgroundSandbox) -> None:
        target = "http://httpbin.org/basic-auth/ann/secret"
        token = base64.b64encode(b"ann:secret").decode()
        assert ask(world, "GET", target).headers["WWW-Authenticate"]
        assert ask(world, "GET", target, headers={"Authorization": f"Basic {token}"}).status == 200

    def test_no_password_of_a_url_in_the_facts(self, world: BackgroundSandbox) -> None:
        ask(world, "GET", "http://ann:secret@example.com/a?b")
        assert facts(world, "request.answered")[0]["target"] == "http://example.com/a?b"


class TestPasswords:
    def test_accounts_open_a_proxy_without_users(self, serve: Serve) -> None:
        listeners = {"proxy": {"proxy_realm": "Sandbox"}}
        accounts = {"mode": "listed", "users": {"bob": {"password": "sesame"}}}
        world = serve(http={"listeners": listeners}, accounts=accounts)
        for password, status in (("sesame", 200), ("wrong", 407)):
            token = base64.b64encode(f"bob:{password}".encode()).decode()
            fields = {"Proxy-Authorization": f"Basic {token}"}
            target = "http://example.com/"
            assert ask(world, "GET", target, headers=fields, listener="proxy").status == status

    def test_who_does_not_use_it_as_a_proxy_is_not_asked(self, guarded: BackgroundSandbox) -> None:
        assert ask(guarded, "GET", "/", listener="proxy").status == 200
        assert ask(guarded, "GET", "http://example.com/").status == 200
        assert ask(guarded, "GET", "http://example.com/", listener="proxy").status == 407

    def test_users_need_a_realm(self, serve: Serve) -> None:
        with pytest.raises(Exception, match="proxy_realm"):
            serve(http={"listeners": {"proxy": {"proxy_users": {"a": "b"}}}})


def test_names_that_do_not_exist(serve: Serve) -> None:
    sites = {"site.invalid": {"pages": {"/": {"text": "here"}}}}
    world = serve(http={"sites": sites}, ftp={}, hosts={"gone.example.org": False})
    for host in ("nobody.invalid", "GONE.example.org."):
        for target in (f"http://{host}/", f"ftp://{host}/"):
            answer = ask(world, "GET", target)
            assert (answer.status, "There is no host" in answer.text) == (502, True)
    assert ask(world, "GET", "http://site.invalid/").text == "here"
    assert ask(world, "GET", "/", host="nobody.invalid").status == 200


def test_other_schemes_are_not_implemented(world: BackgroundSandbox) -> None:
    assert ask(world, "GET", "gopher://example.com/").status == 501
