"""After a reset nothing is left of what was, and nothing of it comes later either."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
import time
from pathlib import PurePosixPath

import pytest

from sandbox import AsyncSandbox, Sandbox, SettingsError
from sandbox.engine import Engine
from sandbox.journal import Crashed, Fact
from sandbox.stores.accounts import Account

MAIL = b"Subject: Leak\r\n\r\nThis is of the test before.\r\n"


def changes(engine: Engine) -> dict[str, object]:
    """What clients can change."""
    return {
        "messages": [message.content for message in engine.mail.messages],
        "homes": {user: len(engine.mail.home(user).inbox) for user in engine.mail.users},
        "files": [info.name for info in engine.files.list(PurePosixPath("/"))],
        "journal": [entry.event for entry in engine.journal],
        "faults": [active.rule.name for active in engine.faults.active],
        "accounts": [account.name for account in engine.accounts.listed],
    }


NOTHING = {"messages": [], "homes": {}, "files": [], "journal": [], "faults": [], "accounts": []}


def stir(sandbox: Sandbox) -> None:
    """Leave something everywhere."""
    sandbox.smtp.client("ann").sendmail("ann@x.test", ["bob@x.test"], MAIL)
    imap = sandbox.imap.client("bob")
    imap.create("Plans")
    sandbox.ftp.client("ann").storbinary("STOR file", io.BytesIO(b"content"))
    sandbox.faults.add(on="smtp.rcpt", effect={"kind": "reply", "text": "451 no"})
    sandbox.call(lambda engine: engine.accounts._listed.update(eve=Account("eve", "secret", ())))
    with sandbox.tcp.client("roster") as roster:
        roster.sendall(b"Ann,20\n")
        assert roster.recv(100)
    sandbox.clock.advance(1000)


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


def test_everything_is_forgotten_and_the_listeners_stay(sandbox: Sandbox) -> None:
    with sandbox:
        before = sandbox.listeners
        for _ in range(2):
            stir(sandbox)
            assert all(sandbox.call(changes).values())
            sandbox.reset()
            assert sandbox.call(changes) == NOTHING
            assert abs(sandbox.clock() - time.time()) < 100
            with sandbox.tcp.client("roster") as roster:
                roster.sendall(b"list\n")
                assert roster.recv(100) == b"Nobody is listed.\n"
            assert sandbox.call(lambda engine: {entry.event.connection for entry in engine.journal}) == {1}
        assert sandbox.listeners == before
        assert sandbox.pop3.client("bob").stat() == (0, 0)


def test_clients_of_before_are_disconnected_and_closed(sandbox: Sandbox) -> None:
    with sandbox:
        smtp = sandbox.smtp.client()
        mine = socket.create_connection(sandbox.smtp.address, timeout=5)
        assert mine.recv(100).startswith(b"220")
        idle = socket.create_connection(
            sandbox.smtp.listener("smtps").address, timeout=5
        )  # within its handshake
        sandbox.wait_for(lambda entry: entry.event.connection == 3)
        sandbox.reset()
        assert smtp.sock is None
        for client in (mine, idle):
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(100) == b""
            client.close()
        assert sandbox.call(changes) == NOTHING


def test_a_maildrop_of_before_is_not_locked(sandbox: Sandbox) -> None:
    with sandbox:
        with sandbox.smtp.client() as smtp:
            smtp.sendmail("ann@x.test", ["bob@x.test"], MAIL)
        snapshot = sandbox.snapshot()
        old = sandbox.pop3.client("bob")
        old.dele(1)
        sandbox.restore(snapshot)
        new = sandbox.pop3.client("bob")
        assert new.stat()[0] == 1


def test_snapshots_are_restored_as_often_as_one_likes(sandbox: Sandbox) -> None:
    with sandbox:
        stir(sandbox)
        snapshot, then = sandbox.call(lambda engine: (engine.snapshot(), changes(engine)))
        uids = sandbox.imap.client("bob").status("Plans", "(UIDVALIDITY)")
        for _ in range(2):
            sandbox.faults.clear()
            sandbox.imap.client("bob").delete("Plans")
            sandbox.ftp.client("ann").delete("file")
            with sandbox.smtp.client() as smtp:
                smtp.sendmail("ann@x.test", ["carl@x.test"], MAIL)
            sandbox.restore(snapshot)
            assert sandbox.call(changes) == then
            assert sandbox.imap.client("bob").status("Plans", "(UIDVALIDITY)") == uids
            assert sandbox.ftp.client("ann").size("file") == 7
        sandbox.reset()
        assert sandbox.call(changes) == NOTHING
        sandbox.restore(snapshot)
        assert sandbox.call(changes) == then


CALL = b"<methodCall><methodName>system.listMethods</methodName></methodCall>"
DIALOGUES = {
    "smtp": b"EHLO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n"
    + MAIL
    + b".\r\n"
    + b"NOOP\r\n" * 9,
    "imap": b"a LOGIN ann x\r\nb APPEND INBOX {46+}\r\n" + MAIL + b"\r\nc CREATE Plans\r\n",
    "pop3": b"USER ann\r\nPASS x\r\nSTAT\r\n" * 5,
    "ftp": b"USER ann\r\nPASS x\r\n" + b"".join(b"MKD d%d\r\n" % number for number in range(9)),
    "http": b"".join(
        b"PUT /files/leak%d HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nleak" % number
        for number in range(5)
    ),
    "xmlrpc": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n"
    % len(CALL)
    + CALL,
}


async def settle() -> None:
    """Let everything happen that is about to."""
    for _ in range(30):
        await asyncio.sleep(0)
    await asyncio.sleep(0.002)


@pytest.mark.parametrize("service", DIALOGUES)
async def test_nothing_leaks_at_whatever_moment_the_reset_comes(service: str) -> None:
    async with Sandbox(services=[service]) as sandbox:
        ((_, writer), address) = await begin(sandbox, service), sandbox.service(service).address
        await settle()  # everything is loaded now
        writer.close()
        for steps in range(40):
            _, writer = await asyncio.open_connection(*address)
            writer.write(DIALOGUES[service])
            for _ in range(steps):
                await asyncio.sleep(0)
            await sandbox.reset()
            assert sandbox.call(changes) == NOTHING, steps
            await settle()
            assert sandbox.call(changes) == NOTHING, steps
            writer.close()


async def begin(sandbox: AsyncSandbox, service: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client that has had its first answer."""
    reader, writer = await asyncio.open_connection(*sandbox.service(service).address)
    writer.write(DIALOGUES[service])
    assert await reader.read(10)
    return reader, writer


async def test_the_rest_of_a_message_of_before_is_not_taken() -> None:
    async with Sandbox(services=["smtp", "ftp"]) as sandbox:
        reader, writer = await asyncio.open_connection(*sandbox.smtp.address)
        writer.write(DIALOGUES["smtp"][:-60])
        await reader.readuntil(b"354")
        snapshot = sandbox.snapshot()
        await sandbox.reset()
        with contextlib.suppress(ConnectionError):
            writer.write(DIALOGUES["smtp"][-60:])
            await writer.drain()
            assert await reader.read() is not None
        await settle()
        assert sandbox.call(changes) == NOTHING
        writer.close()
        await sandbox.restore(snapshot)
        assert not sandbox.call(lambda engine: engine.mail.messages)


def test_an_upload_of_before_does_not_go_on(sandbox: Sandbox) -> None:
    with sandbox:
        ftp = sandbox.ftp.client("ann")
        data = ftp.transfercmd("STOR big")
        data.sendall(b"x" * 100_000)
        sandbox.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "data.opened")
        snapshot = sandbox.snapshot()
        sandbox.reset()
        with contextlib.suppress(OSError):
            data.sendall(b"x" * 1_000_000)
        data.close()
        assert sandbox.call(changes) == NOTHING
        assert sandbox.call(lambda engine: engine.files.used) == 0  # type: ignore[attr-defined]
        sandbox.restore(snapshot)


def test_datagrams_of_before_are_dropped(sandbox: Sandbox) -> None:
    with sandbox:
        old = sandbox.udp.client("echo")
        old.send(b"before")
        assert old.recv(100) == b"before"
        sandbox.reset()
        new = sandbox.udp.client("echo")
        new.send(b"after")
        assert new.recv(100) == b"after"
        assert sandbox.call(lambda engine: {entry.event.connection for entry in engine.journal}) == {1}


def test_nothing_crashes_however_often(sandbox: Sandbox) -> None:
    with sandbox:
        crashes: list[Crashed] = []
        sandbox.call(
            lambda engine: engine.journal.watch(
                lambda entry: crashes.append(entry.event) if isinstance(entry.event, Crashed) else None
            )
        )
        for starttls in (False, True, True):
            sandbox.smtp.client(starttls=starttls)
            sandbox.imap.client(starttls=starttls)
            sandbox.pop3.client(starttls=starttls)
            sandbox.ftp.client(tls=starttls).nlst()
            sandbox.http.client(listener="https").request("GET", "/delay/5")
            sandbox.reset()
        assert crashes == []


def test_faults_of_the_configuration_come_back() -> None:
    rule = {
        "name": "once",
        "on": "smtp.rcpt",
        "times": 1,
        "effect": {"kind": "reply", "text": "451 4.3.0 no"},
    }
    with Sandbox(services=["smtp"], faults=[rule]) as sandbox:
        for _ in range(2):
            smtp = sandbox.smtp.client()
            smtp.ehlo()
            smtp.mail("a@x.test")
            assert [smtp.rcpt("b@x.test")[0] for _ in range(2)] == [451, 250]
            assert sandbox.faults.hits("once") == 1
            sandbox.reset()
        with sandbox.faults.during(on="smtp.mail", effect={"kind": "reply", "text": "421 4.3.0 no"}) as name:
            assert [rule.name for rule in sandbox.faults] == ["once", name]
            with pytest.raises(ValueError, match="already"):
                sandbox.faults.add(name="once", on="smtp", effect={"kind": "reset"})
        assert [rule.name for rule in sandbox.faults] == ["once"]
        with pytest.raises(LookupError):
            sandbox.faults.remove("nobody")
        with pytest.raises(LookupError):
            sandbox.faults.hits("nobody")
        with pytest.raises(SettingsError):
            sandbox.faults.add(on="smtp.mail", effect={"kind": "nonsense"})


def test_a_server_that_was_down_is_back_at_once(sandbox: Sandbox) -> None:
    with sandbox:
        address = sandbox.smtp.host, sandbox.smtp.port
        for back in (sandbox.reset, sandbox.faults.clear):
            sandbox.faults.add(on="smtp", effect={"kind": "refuse"})
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address)
            back()
            with socket.create_connection(address, timeout=5) as client:
                assert client.recv(3) == b"220"
