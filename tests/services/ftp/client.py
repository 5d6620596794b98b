"""Clients for the FTP tests: ftplib on the sandbox' port, and one that says exactly what a test wants."""

from __future__ import annotations

import ftplib
import re
import socket
import ssl
from pathlib import PurePosixPath
from types import TracebackType
from typing import TypeVar

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import raw_client

Client = TypeVar("Client", bound=ftplib.FTP)


def connected(sandbox: BackgroundEngine, kind: type[Client], listener: str = "main") -> Client:
    """A client of that kind, connected and not yet logged in."""
    endpoint = sandbox.endpoint("ftp", listener)
    client = kind(timeout=5)
    client.connect(endpoint.host, endpoint.port)
    return client


def ftp(sandbox: BackgroundEngine, user: str = "ann", password: str = "secret") -> ftplib.FTP:
    """ftplib's plain client, logged in."""
    client = connected(sandbox, ftplib.FTP)
    client.login(user, password)
    return client


def insecure() -> ssl.SSLContext:
    """A client context that trusts anybody, for tests about something else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def stored(sandbox: BackgroundEngine, path: str) -> bytes:
    """What the tree holds at a path."""

    def read(s: object) -> bytes:
        reader = s.files.read(PurePosixPath(path))  # type: ignore[attr-defined]
        try:
            return b"".join(iter(lambda: reader.read(65536), b""))
        finally:
            reader.close()

    return sandbox.call(read)


def put(sandbox: BackgroundEngine, path: str, content: bytes = b"") -> None:
    """Store a file in the tree, with its directories, beside FTP."""

    def write(s: object) -> None:
        target = PurePosixPath(path)
        s.files.make_directories(target.parent)  # type: ignore[attr-defined]
        writer = s.files.write(target)  # type: ignore[attr-defined]
        writer.write(content)
        writer.close()

    sandbox.call(write)


def exists(sandbox: BackgroundEngine, path: str) -> bool:
    """Whether there is anything at a path of the tree."""

    def look(s: object) -> bool:
        try:
            s.files.stat(PurePosixPath(path))  # type: ignore[attr-defined]
        except Exception:
            return False
        return True

    return sandbox.call(look)


def facts(sandbox: BackgroundEngine, *names: str) -> list[tuple[str, dict[str, object]]]:
    """The facts of these names on the timeline, or all that are about files, directories and logins."""
    kinds = ("file.", "directory.", "login.")
    return sandbox.call(
        lambda s: [
            (e.event.name, dict(e.event.details))
            for e in s.journal
            if isinstance(e.event, Fact)
            and (e.event.name in names if names else e.event.name.startswith(kinds))
        ]
    )


class RawClient:
    """One control connection; the greeting is read already."""

    def __init__(self, sandbox: BackgroundEngine, listener: str = "main", *, login: bool = True) -> None:
        self.sock: socket.socket = raw_client(sandbox, "ftp", listener)
        self._buffer = b""
        self.greeting = self.reply()
        if login:
            self.say("USER ann")
            assert self.say("PASS secret").startswith("230")

    def say(self, *lines: str | bytes) -> str:
        """Send the lines in one segment and return the reply to the last one; each gets exactly one reply."""
        self.send(b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in lines))
        return [self.reply() for _ in lines][-1]

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reply(self) -> str:
        """The next reply, all its lines; "" when the server has closed."""
        lines: list[str] = []
        while not lines or not re.match(r"\d\d\d ", lines[-1]):
            while b"\r\n" not in self._buffer:
                try:
                    chunk = self.sock.recv(65536)
                except ConnectionError:
                    chunk = b""
                if not chunk:
                    return "\n".join(lines)
                self._buffer += chunk
            line, _, self._buffer = self._buffer.partition(b"\r\n")
            lines.append(line.decode("utf-8", "surrogateescape"))
        return "\n".join(lines)

    def passive(self) -> socket.socket:
        """A data connection by EPSV."""
        host, *_ = self.sock.getpeername()
        answer = self.say("EPSV")
        found = re.search(r"\(\|\|\|(\d+)\|\)", answer)
        assert found, answer
        return socket.create_connection((host, int(found[1])), timeout=5)

    def fetch(self, command: str | bytes) -> bytes:
        """What a command sends over a data connection, to its end."""
        with self.passive() as data:
            first = self.say(command)
            assert first.startswith("150"), first
            content = b"".join(iter(lambda: data.recv(65536), b""))
        assert self.reply().startswith("226")
        return content

    def store(self, command: str | bytes, content: bytes) -> str:
        """Send content for a command; the final reply."""
        with self.passive() as data:
            first = self.say(command)
            assert first.startswith("150"), first
            data.sendall(content)
        return self.reply()

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
