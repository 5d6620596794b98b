"""Clients that mean no good, or know no better: every one gets an answer, and the next one is served."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import struct
from collections.abc import Iterator

import aioftp
import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Sent
from sandbox.services.ftp.session import Session
from tests.conftest import Serve, raw_client, read_until
from tests.services.ftp.client import RawClient, exists, facts, ftp, put, stored


@pytest.fixture
def sandbox(serve: Serve) -> Iterator[BackgroundEngine]:
    """Still serves afterwards."""
    running = serve(ftp={"max_line": 200})
    yield running
    with ftp(running) as client:
        client.cwd("/afterwards")
        assert client.nlst() == []


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def until_closed(sandbox: BackgroundEngine, count: int) -> None:
    """Wait until that many connections are gone."""
    closed: list[int] = []

    def matches(entry: object) -> bool:
        if isinstance(entry.event, Closed):  # type: ignore[attr-defined]
            closed.append(1)
        return len(closed) >= count

    sandbox.wait_for(matches)


def test_lines_that_are_too_long(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        assert client.say("CWD /" + "x" * 195) != ""
        assert client.say("NOOP " + "x" * 500).startswith("500")
        client.send(b"x" * 100_000)
        assert client.reply().startswith("500")
        client.send(b"y" * 100_000 + b"\r\nPWD\r\n")
        assert client.reply().startswith("257")


def test_blanks_around_what_is_no_name(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        for line, code in (
            ("MODE S ", "200"),
            ("STRU  F", "200"),
            ("REST 3 ", "350"),
            ("ALLO 5 ", "202"),
            ("EPSV  ALL ", "200"),
            ("OPTS  UTF8 ON", "200"),
            ("TYPE  ", "501"),
        ):
            assert client.say(line).startswith(code), line
        assert '"/home/ann/ in it "' in client.say("MKD  in it ")


@pytest.mark.parametrize("line", [b"STOR a\0b", b"\0\0\0", b"\0", b"NO\0OP"])
def test_nuls(sandbox: BackgroundEngine, line: bytes) -> None:
    with RawClient(sandbox) as client:
        assert client.say(line).startswith("500")
        assert client.say("PWD").startswith("257")


@pytest.mark.parametrize("line", ["", " ", " PWD", "PWD\t", "ÄÖÜ", "\x7f", "user", "X" * 150])
def test_what_is_no_command(sandbox: BackgroundEngine, line: str) -> None:
    with RawClient(sandbox) as client:
        assert client.say(line)[:4] in ("500 ", "501 ")
        assert client.say("NOOP").startswith("200")


def test_bare_line_feeds_end_lines_too(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        client.send(b"NOOP\nPWD\n")
        assert client.reply().startswith("200")
        assert client.reply().startswith("257")


def test_octets_that_are_no_utf_8_come_back_as_they_were(sandbox: BackgroundEngine) -> None:
    name = "привет".encode("cp1251") + b"\xff\xfe"
    with RawClient(sandbox) as client:
        assert client.store(b"STOR " + name, b"content").startswith("226")
        assert client.fetch("NLST") == name + b"\r\n"
        assert client.fetch(b"RETR " + name) == b"content"
        assert (
            client.say(b"MKD d" + name)
            == f'257 "/home/ann/d{name.decode("utf-8", "surrogateescape")}" created'
        )
        assert client.say(b"DELE " + name).startswith("250")
    told = [details["path"] for name, details in facts(sandbox) if name == "file.stored"]
    assert told == [f"/home/ann/{name.decode('utf-8', 'backslashreplace')}"]
    str(told[0]).encode()


@pytest.mark.parametrize("name", [" x", "x ", "-la", "a  b", "*", "x[1]", "ü", "\u202e", "x" * 180])
def test_odd_names(sandbox: BackgroundEngine, name: str) -> None:
    with RawClient(sandbox) as client:
        assert client.store(f"STOR {name}", b"content").startswith("226")
        assert stored(sandbox, f"/home/ann/{name}") == b"content"
        assert client.fetch("NLST").decode() == f"{name}\r\n"
        assert client.fetch(f"LIST {name}").decode().endswith(f" {name}\r\n")
        assert client.fetch(f"RETR {name}") == b"content"
        assert client.say(f"SIZE {name}") == "213 7"


def test_line_ends_in_names_cannot_forge_replies(sandbox: BackgroundEngine) -> None:
    put(sandbox, "/home/ann/a\r\n230 b")
    with RawClient(sandbox) as client:
        assert client.fetch("NLST") == b"a??230 b\r\n"
        assert client.fetch("LIST").count(b"\n") == 1
        assert client.say("STAT .").count("\n") == 2
        assert client.say("CWD a\rb").startswith("250")
        assert "\r" not in client.say("PWD")


def test_pipelined_commands_are_answered_in_order(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        lines = [f"MKD /d{n}\r\nCWD /d{n}\r\nPWD\r\n" for n in range(400)]
        client.send("".join(lines).encode())
        for n in range(400):
            assert client.reply() == f'257 "/d{n}" created'
            assert client.reply() == f'250 "/d{n}" is the current directory'
            assert client.reply() == f'257 "/d{n}" is the current directory'


def test_what_is_said_during_a_transfer_is_answered_after_it(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client, client.passive() as data:
        assert client.say("STOR file").startswith("150")
        lines = (
            b"PWD\r\nSTAT\r\nQUIT\r\n"  # STAT would be answered at once, but not before what came before it
        )
        client.send(lines)
        sandbox.wait_for(lambda entry: getattr(entry.event, "data", b"") == lines)
        data.sendall(b"content")
        data.close()
        assert [client.reply()[:3] for _ in range(4)] == ["226", "257", "211", "221"]
        assert client.reply() == ""
    assert stored(sandbox, "/home/ann/file") == b"content"


def test_stat_during_a_transfer_tells_how_far_it_is(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client, client.passive() as data:
        assert client.say("STOR file").startswith("150")
        data.sendall(b"12345")
        sandbox.wait_for(lambda entry: getattr(entry.event, "data", b"") == b"12345")
        assert client.say("STAT") == "211 A transfer is under way, 5 octets so far"
        data.close()
        assert client.reply().startswith("226")


def test_telnet_signals_before_abor(sandbox: BackgroundEngine) -> None:
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    with RawClient(sandbox) as client, client.passive():
        assert client.say("RETR big").startswith("150")
        client.sock.send(b"\xff\xf4\xff\xf2", socket.MSG_OOB)  # IAC IP, IAC DM: the synch of RFC 854
        client.send(b"ABOR\r\n")
        assert client.reply().startswith("426")
        assert client.reply().startswith("226")
        assert client.say(b"\xff\xfb\x01NOOP").startswith("200")
        assert client.say(b"\xff\xf1\xff\xf6NOOP").startswith("200")


def test_two_aborts_at_once(sandbox: BackgroundEngine) -> None:
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    with RawClient(sandbox) as client, client.passive():
        assert client.say("RETR big").startswith("150")
        client.send(b"ABOR\r\nABOR\r\n")
        assert [client.reply()[:3] for _ in range(3)] == ["426", "226", "226"]


@pytest.mark.parametrize("command", ["RETR big", "STOR new", "NLST"])
def test_a_reset_data_connection_costs_the_transfer_only(sandbox: BackgroundEngine, command: str) -> None:
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    with RawClient(sandbox) as client:
        data = client.passive()
        assert client.say(command).startswith("150")
        if command.startswith("STOR"):
            data.sendall(b"the beginning")
            sandbox.wait_for(lambda entry: getattr(entry.event, "data", b"") == b"the beginning")
        reset(data)
        # An empty listing may be complete before the reset arrives.
        assert client.reply().startswith(("226", "426") if command == "NLST" else "426")
        assert client.say("PWD").startswith("257")
    if command.startswith("STOR"):
        assert stored(sandbox, "/home/ann/new") == b"the beginning"


def test_a_data_connection_that_has_gone_before_the_command(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        reset(client.passive())
        client.send(b"NLST\r\n")
        while (reply := client.reply()).startswith("150"):
            pass
        assert reply[:3] in ("425", "426")
        client.passive().close()
        client.send(b"STOR empty\r\n")
        assert client.reply().startswith("150")
        assert client.reply().startswith("226")
    assert stored(sandbox, "/home/ann/empty") == b""


@pytest.mark.parametrize("command", ["RETR big", "STOR new"])
def test_a_client_that_vanishes_within_a_transfer(sandbox: BackgroundEngine, command: str) -> None:
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    client = RawClient(sandbox)
    data = client.passive()
    assert client.say(command).startswith("150")
    reset(client.sock)
    until_closed(sandbox, 2)
    data.close()


def test_clients_that_vanish_anywhere(sandbox: BackgroundEngine) -> None:
    raw_client(sandbox, "ftp").close()
    for line in (b"", b"USER an", b"EPSV\r\n", b"EPSV\r\nSTOR x\r\n", b"PORT 127,0,0,1,200,200\r\n"):
        client = RawClient(sandbox)
        client.send(line)
        reset(client.sock)
    until_closed(sandbox, 6)
    assert not exists(sandbox, "/home/ann/x")


def test_a_half_closed_client_gets_its_answers(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        client.send(b"NOOP\r\nPWD\r\n")
        client.sock.shutdown(socket.SHUT_WR)
        assert client.reply().startswith("200")
        assert client.reply().startswith("257")
        assert client.reply() == ""


def replies_sent(sandbox: BackgroundEngine, number: int) -> int:
    return sandbox.call(lambda s: sum(isinstance(e.event, Sent) for e in s.journal.connection(number)))


def test_a_client_that_never_reads_its_replies(sandbox: BackgroundEngine) -> None:
    commands = 20_000
    with RawClient(sandbox) as client, RawClient(sandbox) as other:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(b"HELP\r\n" * commands)  # 30 MB of replies
        sandbox.wait_for(lambda entry: isinstance(entry.event, Sent) and entry.event.data.startswith(b"214"))
        for _ in range(100):
            assert other.say("NOOP").startswith("200")
        assert replies_sent(sandbox, 1) < commands


def test_nothing_is_kept_of_those_who_have_gone(sandbox: BackgroundEngine) -> None:
    for _ in range(3):
        RawClient(sandbox).close()
    until_closed(sandbox, 3)
    sandbox.run(lambda: asyncio.sleep(0))
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, aioftp.User | Session)]


def test_any_octets(sandbox: BackgroundEngine) -> None:
    dice = random.Random(4)
    words = [
        b"USER",
        b"PASS x",
        b"STOR",
        b"EPSV",
        b"PORT ",
        b"127,0,0,1,9,9",
        b"LIST",
        b"\r\n",
        b"\n",
        b" ",
        b"|",
    ]
    words += [
        b"EPRT |1|",
        b"MLSD",
        b"OPTS MLST ;",
        b"REST ",
        b"9" * 30,
        b"\xff\xf4",
        b"RNFR /",
        b"RNTO /x",
        b"\0",
    ]
    words += [
        b"STAT -la *",
        b"MFMT 99999999999999 x",
        b"HELP ",
        b"TYPE ",
        b"../" * 9,
        b"ABOR",
        b"\xc3",
        b"CWD [",
    ]
    for login in (False, True):
        with RawClient(sandbox, login=login) as client:
            soup = b"".join(dice.choice(words) for _ in range(3000))
            # Nothing that waits for a data connection, and an end that is sure to be seen.
            client.send(
                soup.replace(b"LIST", b"SIZE").replace(b"STOR", b"DELE").replace(b"MLSD", b"MLST") + b"\n" * 3
            )
            client.send(b"QUIT\r\n")
            assert b"221 " in read_until(client.sock, b"never")


def test_a_stop_in_the_midst_of_everything(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    clients = [RawClient(sandbox) for _ in range(4)]
    data = [client.passive() for client in clients[:3]]
    assert clients[0].say("RETR big").startswith("150")
    assert clients[1].say("STOR new").startswith("150")
    clients[3].say("EPSV")
    clients[3].send(b"NLST\r\n")  # waits for a connection that does not come
    sandbox.stop()
    assert sandbox.leftover == ()
    for each in (*clients, *data):
        each.close()
