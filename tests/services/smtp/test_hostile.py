"""Clients that break rules: they get an error or lose their connection, and everybody else is served."""

from __future__ import annotations

import random
import socket
import ssl
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed
from tests.conftest import Serve, raw_client, read_until
from tests.services.smtp.client import RawClient


def still_serves(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        client.say("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA")
        assert client.say(".").startswith("250 ")
        client.say("QUIT")


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def closed(sandbox: BackgroundEngine, number: int) -> Closed:
    event = sandbox.wait_for(lambda e: isinstance(e.event, Closed) and e.event.connection == number).event
    assert isinstance(event, Closed)
    return event


@pytest.mark.parametrize("length", [12289, 70_000, 1_000_000])
def test_over_long_command_lines(serve: Serve, length: int) -> None:
    with RawClient(serve(smtp={})) as client:
        for _ in range(3):
            assert client.say("NOOP " + "x" * length) == "500 5.5.2 Line too long"
            assert client.say("NOOP") == "250 2.0.0 OK"


def test_the_longest_line_does_not_grow_with_the_session(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        for _ in range(30):
            client.say("EHLO me")
        assert client.say("NOOP " + "x" * (12288 - 5)) == "250 2.0.0 OK"
        assert client.say("NOOP " + "x" * (12289 - 5)) == "500 5.5.2 Line too long"


def test_a_line_that_never_ends(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        for _ in range(100):
            client.sock.sendall(b"x" * 10_000)
        assert client.reply() == "500 5.5.2 Line too long"
    closed(sandbox, 1)
    still_serves(sandbox)


@pytest.mark.parametrize(
    "line",
    [
        b"\x00",
        b"NO\x00OP",
        b"\xff\xfe",
        b"MAIL FROM:<\xcf\xf0@a.test>",
        b"\r\r",
        b"MAIL\x00FROM:<>",
        b"\x1b[2J",
    ],
)
def test_octets_that_are_no_command(serve: Serve, line: bytes) -> None:
    with RawClient(serve(smtp={})) as client:
        client.sock.sendall(line + b"\r\n")
        assert client.reply()[:1] == "5"
        assert client.say("NOOP") == "250 2.0.0 OK"


def test_addresses_that_are_no_utf8_do_not_reach_the_store(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        client.sock.sendall("MAIL FROM:<анна@a.test>\r\n".encode("koi8-r"))
        assert client.reply() == "553 5.1.7 That is no mail address"
        client.say("MAIL FROM:<a@a.test>")
        client.sock.sendall("RCPT TO:<анна@a.test>\r\n".encode("koi8-r"))
        assert client.reply() == "553 5.1.3 That is no mail address"


def test_a_host_name_that_is_no_utf8(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.sock.sendall(b"EHLO \xcf\xf0\xe8\r\n")
        assert client.reply().startswith("250-")
        client.say("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA", ".")
    helo = sandbox.call(lambda s: s.mail.messages[0].envelope.helo)  # type: ignore[union-attr]
    assert helo.encode()


@pytest.mark.parametrize(
    "talk",
    [b"", b"EHL", b"EHLO me\r\nMAIL FR", b"MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nhalf"],
)
def test_clients_that_leave_or_reset_anywhere(serve: Serve, talk: bytes) -> None:
    sandbox = serve(smtp={})
    leaving, resetting = raw_client(sandbox, "smtp"), raw_client(sandbox, "smtp")
    for sock in (leaving, resetting):
        read_until(sock, b"\r\n")
        sock.sendall(talk)
    leaving.close()
    reset(resetting)
    assert {closed(sandbox, 1).reason, closed(sandbox, 2).reason} <= {"client", "reset"}
    assert sandbox.call(lambda s: len(s.mail.messages)) == 0
    still_serves(sandbox)


def test_a_reset_within_data_harms_no_neighbour(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as neighbour:
        neighbour.say("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA")
        client = RawClient(sandbox)
        client.say("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA")
        client.sock.sendall(b"x" * 100_000)
        reset(client.sock)
        closed(sandbox, 2)
        assert neighbour.say(".").startswith("250 ")


def test_a_client_hello_on_the_plain_port(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with raw_client(sandbox, "smtp") as sock:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(sock, server_hostname="localhost")
    closed(sandbox, 1)
    still_serves(sandbox)


def test_plain_text_on_the_tls_port(serve: Serve) -> None:
    sandbox = serve(smtp={"listeners": {"smtps": {"tls": "implicit"}}})
    with raw_client(sandbox, "smtp", "smtps") as sock:
        sock.sendall(b"EHLO me\r\n" * 10)
        closed(sandbox, 1)
    still_serves(sandbox)


def test_a_client_that_never_reads(serve: Serve) -> None:
    sandbox = serve(smtp={})
    client = RawClient(sandbox)
    client.sock.settimeout(0.2)
    questions = b"HELP\r\n" * 5_000_000
    # The service stops reading when its replies are not taken, so that they do not pile up.
    with pytest.raises(TimeoutError):
        client.sock.sendall(questions)
    still_serves(sandbox)
    reset(client.sock)
    closed(sandbox, 1)


def test_a_stop_in_the_middle_of_everything(serve: Serve) -> None:
    sandbox = serve(smtp={})
    clients = [RawClient(sandbox) for _ in range(4)]
    clients[1].say("MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA")
    clients[2].say("AUTH LOGIN")
    clients[3].say("STARTTLS")
    inside = sandbox.call(lambda s: s)
    sandbox.run(inside.stop)
    for client in clients:
        assert client.reply() == ""
        client.sock.close()


def test_any_octets(serve: Serve) -> None:
    sandbox = serve(smtp={})
    words = [
        b"MAIL FROM:<a@b>",
        b"RCPT TO:<a@b>",
        b"DATA",
        b".",
        b"AUTH PLAIN",
        b"AUTH LOGIN",
        b"*",
        b"BDAT 3",
    ]

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(words)), max_size=20), st.integers())
    def talk(lines: list[bytes], seed: int) -> None:
        stream = b"\r\n".join([*lines, b""])
        cuts = random.Random(seed)
        with raw_client(sandbox, "smtp") as sock:
            while stream:
                size = cuts.randint(1, 50)
                sock.sendall(stream[:size])
                stream = stream[size:]
            sock.shutdown(socket.SHUT_WR)
            answer = read_until(sock, b"never")
        assert answer.startswith(b"220 ")
        assert len(answer) < 100 * (len(lines) + 20) + 2000 * len(lines)

    talk()  # the fixture fails on whatever crashed
    still_serves(sandbox)
