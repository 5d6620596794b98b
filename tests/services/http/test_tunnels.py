"""CONNECT: the client's own connection becomes that of another listener."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Fact, transcript
from tests.conftest import Serve, raw_client, read_until
from tests.services.http.conftest import facts
from tests.services.http.tunnels import (
    ESTABLISHED,
    address,
    authority,
    connect_to,
    over_tls,
    tunnel,
    until_head,
)


class TestTunnels:
    def test_mail_and_the_timeline(self, world: BackgroundEngine) -> None:
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

    def test_starttls_within(self, world: BackgroundEngine, trust: ssl.SSLContext) -> None:
        class Tunnelled(smtplib.SMTP):
            def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
                return tunnel(world, f"{host}:{port}")

        with Tunnelled("smtp.example.com", 587) as client:
            client.starttls(context=trust)
            client.sendmail("a@example.org", "b@example.org", "Subject: a\r\n\r\n")
        assert len(facts(world, "mail.accepted")) == 1

    def test_octets_right_behind_the_head(self, world: BackgroundEngine) -> None:
        with tunnel(world, "smtp.example.com:25", b"EHLO a\r\nQUIT\r\n") as sock:
            told = read_until(sock, b"nothing")
        assert told.count(b"220 ") == told.count(b"221 ") == 1

    @pytest.mark.parametrize("cut", [0, 1, 100, 100_000])
    def test_a_client_hello_right_behind_the_head(
        self, world: BackgroundEngine, trust: ssl.SSLContext, cut: int
    ) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = trust.wrap_bio(incoming, outgoing, server_hostname="example.com")
        with pytest.raises(ssl.SSLWantReadError):
            client.do_handshake()
        hello = outgoing.read()
        with tunnel(world, "example.com:443", hello[:cut]) as sock:
            sock.sendall(hello[cut:])
            assert over_tls(sock, client, incoming, outgoing).startswith(b"HTTP/1.0 200 OK")

    def test_a_client_that_has_said_everything(self, world: BackgroundEngine) -> None:
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
        data = bytes(range(250)) * 800
        with tunnel(world, "echo.example.com:7", data) as sock:
            got = b""
            while len(got) < len(data):
                got += sock.recv(65536)
        assert got == data

    def test_requests_before_the_tunnel(self, world: BackgroundEngine) -> None:
        before = b"GET http://example.com/robots.txt HTTP/1.1\r\nHost: a\r\n\r\n"
        with raw_client(world, "http") as sock:
            sock.sendall(before + connect_to("smtp.example.com:25") + b"QUIT\r\n")
            told = read_until(sock, b"nothing")
        assert told.index(b" 200 OK") < told.index(ESTABLISHED) < told.index(b"\r\n221 ")

    def test_the_connection_outlives_a_refusal(self, world: BackgroundEngine) -> None:
        with raw_client(world, "http") as sock:
            sock.sendall(connect_to("nobody.invalid:25") + connect_to("smtp.example.com:4711"))
            sock.sendall(connect_to("smtp.example.com:25"))
            told = read_until(sock, b"ESMTP Sandbox\r\n")
        assert told.count(b" 502 Bad Gateway") == 2
        assert b"There is no host nobody.invalid." in told
        assert b"nothing answers at smtp.example.com:4711 (TCP)" in told
        assert told.count(ESTABLISHED) == 1

    def test_within_each_other(self, world: BackgroundEngine, trust: ssl.SSLContext) -> None:
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

    def test_typed_by_hand(self, world: BackgroundEngine) -> None:
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

    def test_a_thousand(self, world: BackgroundEngine) -> None:
        for number in range(10):
            with contextlib.ExitStack() as stack:
                socks = [stack.enter_context(raw_client(world, "http")) for _ in range(100)]
                for sock in socks:
                    sock.sendall(connect_to("smtp.example.com:25") + (b"QUIT\r\n" if number % 2 else b""))
                for sock in socks if number % 3 else ():  # else they are gone before or while it happens
                    assert b"220 " in read_until(sock, b"nothing" if number % 2 else b"ESMTP Sandbox\r\n")
        end = time.monotonic() + 20
        while world.call(lambda made: made.network._taps()) and time.monotonic() < end:
            pass
        assert world.call(lambda made: (made.network._taps(), len(made.network.tasks))) == ([], 0)
        assert len(facts(world, "tunnel.opened")) >= 600


def ends(sandbox: BackgroundEngine, reason: str) -> list[Closed]:
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
def survivor(world: BackgroundEngine) -> Iterator[BackgroundEngine]:
    """It must still open tunnels when the test is over."""
    yield world
    with tunnel(world, "smtp.example.com:25") as sock:
        assert read_until(sock, b"\r\n").startswith(b"220 ")


class TestHostile:
    @pytest.mark.parametrize(
        "target",
        BAD_AUTHORITIES,
    )
    def test_bad_authorities(self, survivor: BackgroundEngine, target: str) -> None:
        with raw_client(survivor, "http") as sock:
            sock.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            assert read_until(sock, b"nothing").split()[1] == b"400"

    @pytest.mark.parametrize("framing", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
    def test_a_body(self, survivor: BackgroundEngine, framing: bytes) -> None:
        with raw_client(survivor, "http") as sock:
            head = b"CONNECT smtp.example.com:25 HTTP/1.1\r\nHost: a\r\n"
            sock.sendall(head + framing + b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
            assert read_until(sock, b"nothing").split()[1] == b"400"
        assert facts(survivor, "tunnel.opened") == []

    def test_no_tls_at_all(self, survivor: BackgroundEngine) -> None:
        for garbage in (b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 300_000, b"\0" * 1000):
            with (
                contextlib.suppress(ConnectionError),  # reset: it was not worth reading
                tunnel(survivor, "example.com:443", garbage) as sock,
            ):
                assert b"HTTP" not in read_until(sock, b"nothing")
        assert len(ends(survivor, "error")) >= 1

    def test_a_client_that_goes_in_the_middle(self, survivor: BackgroundEngine) -> None:
        for target in ("smtp.example.com:25", "example.com:443"):
            for how in (socket.SHUT_WR, socket.SHUT_RDWR):
                with raw_client(survivor, "http") as sock:
                    sock.sendall(connect_to(target))
                    sock.shutdown(how)
            with raw_client(survivor, "http") as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                sock.sendall(connect_to(target) + b"\x16\x03")
        survivor.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "tunnel.opened")
