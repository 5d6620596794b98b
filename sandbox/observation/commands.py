"""What clients of the line protocols said, command by command; literals, mails and what follows AUTH are no commands."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from sandbox.journal import Entry, Fact, Received, Sent, TlsStarted

#: The services whose clients speak in lines, and the command with which they say goodbye.
GOODBYES = {"smtp": "QUIT", "pop3": "QUIT", "imap": "LOGOUT", "ftp": "QUIT"}

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r?\n\Z")
_CHUNK = re.compile(r"(\d+)")
#: Commands after which the client says something that is no command, if it is asked to go on.
_EXCHANGES = frozenset(("AUTH", "AUTHENTICATE", "IDLE"))


@dataclass(frozen=True)
class Command:
    """One command. ``verb`` is in upper case; ``secure`` tells whether TLS was on when it came; ``tag`` is IMAP's.

    ``argument`` is what stands behind the verb, passwords included; what a client says in answer to a challenge of AUTH
    stands in ``said``.
    """

    verb: str
    argument: str
    secure: bool
    tag: str
    said: tuple[str, ...]
    service: str
    connection: int
    sequence: int
    time: float

    def __str__(self) -> str:
        return f"{self.tag} {self.verb} {self.argument}".strip()


def commands(entries: Iterable[Entry]) -> list[Command]:
    """The commands of every connection, in the order of their arrival."""
    listeners: dict[int, _Listener] = {}
    for entry in entries:
        if entry.event.service in GOODBYES:
            listeners.setdefault(entry.event.connection, _Listener(entry.event.service)).hear(entry)
    found = [command for listener in listeners.values() for command in listener.heard]
    return sorted(found, key=lambda command: command.sequence)


class _Listener:
    """Listens to one connection."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.heard: list[Command] = []
        self._buffer = bytearray()
        self._secure = False
        self._last_reply = b""
        self._octets = 0  # to be passed over: a literal, a chunk
        self._line = b""  # of a command that goes on behind a literal
        self._taking: Callable[[bytes], bool] | None = None  # a mail, or an exchange

    def hear(self, entry: Entry) -> None:
        match entry.event:
            case Fact(name="data.opened"):  # a file's octets, no commands
                self._octets = sys.maxsize
            case TlsStarted():
                self._secure = True
                self._buffer.clear()
                self._taking = None
            case Sent(data=data):
                self._last_reply = data.rstrip(b"\r\n").rpartition(b"\n")[2]
                self._turn()
            case Received(data=data):
                self._buffer += data
                for line in self._lines():
                    self._take(line, entry)

    def _turn(self) -> None:
        """The server has answered: an exchange goes on only if it was asked to."""
        asked = self._last_reply.startswith((b"334", b"+ ")) or self._last_reply == b"+"
        if self._taking is not None and self._taking != self._of_mail and not asked:
            self._taking = None
        if self.service == "smtp" and self._last_reply.startswith(b"354"):
            self._taking = self._of_mail

    def _lines(self) -> Iterator[bytes]:
        while self._buffer:
            if self._octets:
                passed = min(self._octets, len(self._buffer))
                del self._buffer[:passed]
                self._octets -= passed
                continue
            end = self._buffer.find(b"\n")
            if end < 0:
                return
            line = bytes(self._buffer[: end + 1])
            del self._buffer[: end + 1]
            yield line

    def _take(self, line: bytes, entry: Entry) -> None:
        if self._taking is not None:
            if self._taking(line):
                self._taking = None
            return
        whole = self._line + line
        literal = _LITERAL.search(line) if self.service == "imap" else None
        if literal is not None:
            self._octets = int(literal[1])
            self._line = whole[: literal.start() + len(self._line)] + b"{...}"
            return
        self._line = b""
        command = self._command(whole.strip(b"\r\n").decode("utf-8", "backslashreplace"), entry)
        if command is not None:
            self.heard.append(command)
            self._begin(command)

    def _command(self, line: str, entry: Entry) -> Command | None:
        tag, rest = line.partition(" ")[::2] if self.service == "imap" else ("", line)
        verb, _, argument = rest.partition(" ")
        return (
            Command(
                verb=verb.upper(),
                argument=argument,
                secure=self._secure,
                tag=tag,
                said=(),
                service=self.service,
                connection=entry.event.connection,
                sequence=entry.sequence,
                time=entry.time,
            )
            if verb
            else None
        )

    def _begin(self, command: Command) -> None:
        """What follows this command and is none itself."""
        if command.verb == "BDAT" and (size := _CHUNK.match(command.argument)):
            self._octets = int(size[1])
        elif command.verb in _EXCHANGES and command.service != "ftp":
            self._taking = self._of_exchange

    def _of_mail(self, line: bytes) -> bool:
        return line.rstrip(b"\r\n") == b"."

    def _of_exchange(self, line: bytes) -> bool:
        last = self.heard[-1]
        said = line.strip(b"\r\n").decode("utf-8", "backslashreplace")
        self.heard[-1] = replace(last, said=(*last.said, said))
        return last.verb == "IDLE"
