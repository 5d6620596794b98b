"""A world in memory: a timeline and stores that a test fills itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import PurePosixPath

import pytest

from sandbox.journal import Closed, Fact, Journal, Opened, Received, Sent, TlsFacts, TlsStarted
from sandbox.observation import Observer
from sandbox.stores.files import MemoryTree
from sandbox.stores.mail import Envelope, MailStore, Message


@dataclass
class Story:
    """A world, and the words to say what happened in it."""

    journal: Journal = field(default_factory=lambda: Journal(clock=count(1000).__next__))
    mail: MailStore = field(default_factory=lambda: MailStore(clock=lambda: 1000.0))
    files: MemoryTree = field(default_factory=MemoryTree)

    def connect(self, service: str, listener: str = "main", transport: str = "tcp") -> int:
        number = self.journal.number_connection()
        peer = f"127.0.0.1:{40000 + number}"
        self.journal.append(Opened(number, service, listener, transport, "127.0.0.1:2000", peer))
        return number

    def talk(self, number: int, service: str, *lines: str | bytes) -> None:
        """``C: …`` and ``S: …`` are said with CRLF; octets come from the client as they are."""
        for line in lines:
            if isinstance(line, bytes):
                self.journal.append(Received(number, service, line))
                continue
            data = f"{line[3:]}\r\n".encode()
            self.journal.append((Received if line.startswith("C: ") else Sent)(number, service, data))

    def tls(self, number: int, service: str) -> None:
        self.journal.append(TlsStarted(number, service, TlsFacts("TLSv1.3", "AES")))

    def note(self, number: int, service: str, name: str, **details: object) -> None:
        self.journal.append(Fact(number, service, name, details))

    def close(self, number: int, service: str, reason: str = "client") -> None:
        self.journal.append(Closed(number, service, reason, 0, 0))

    def deliver(
        self,
        content: bytes | str,
        to: str = "bob@example.org",
        sender: str = "ann@example.org",
        connection: int = 0,
    ) -> Message:
        octets = content.encode() if isinstance(content, str) else content
        envelope = Envelope(sender, tuple(to.split()), "client.test", None)
        message = self.mail.new_message(octets, connection=connection, envelope=envelope)
        self.mail.deliver(message, to.split())
        self.note(connection, "smtp", "mail.accepted", id=message.id, sender=sender, recipients=to.split())
        return message

    def store(self, path: str, content: bytes) -> None:
        number = self.connect("ftp")
        place = PurePosixPath(path)
        self.files.make_directories(place.parent)
        writer = self.files.write(place)
        writer.write(content)
        writer.close()
        self.note(number, "ftp", "login.accepted", user="ann", mechanism="PASS")
        self.note(number, "ftp", "file.stored", path=path, size=len(content))


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def observer(story: Story) -> Observer:
    return Observer(story)
