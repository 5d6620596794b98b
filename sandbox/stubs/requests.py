"""What stubs are asked about: one request of one client, in plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from sandbox.stubs.bodies import RequestBody


class Fields(Mapping[str, str]):
    """Header fields; names without regard to case, of a name that comes again the first."""

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.pairs = pairs
        self._first: dict[str, str] = {}
        for name, value in pairs:
            self._first.setdefault(name.lower(), value)

    def __getitem__(self, name: str) -> str:
        return self._first[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)

    def __repr__(self) -> str:
        return repr(self._first)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What every request has: who received it, and the number of its connection on the timeline."""

    service: str
    listener: str = "main"
    connection: int = 0


@dataclass(frozen=True, kw_only=True)
class HttpRequest(RequestBody, Arrival):
    """A request. ``target`` is as the client wrote it; ``parameters`` are those of the stub's path."""

    service: str = "http"
    method: str
    target: str
    host: str = ""
    headers: Fields = field(default_factory=lambda: Fields(()))
    body: bytes = field(default=b"", repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.target}"

    @property
    def path(self) -> str:
        """The path without query and escapes."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query; of one that comes again the last."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True, kw_only=True)
class CallRequest(Arrival):
    """A call of XML-RPC."""

    service: str = "xmlrpc"
    method: str
    params: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.method}({', '.join(map(repr, self.params))})"


@dataclass(frozen=True, kw_only=True)
class OctetsRequest(Arrival):
    """Octets that came to TCP, or a datagram that came to UDP."""

    data: bytes

    @property
    def text(self) -> str:
        """The octets as text, in UTF-8."""
        return self.data.decode("utf-8", "replace")

    def __str__(self) -> str:
        return f"{self.data[:60]!r} at {self.service} {self.listener}"
