"""The first octets of a connection: HTTP, TLS on the wrong port, a hand-typed request, or no HTTP at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from enum import Enum, auto

from sandbox.net.connection import Connection
from sandbox.net.transport import TapTransport
from sandbox.services.http.routing import METHODS

MAX_HEAD = 16 * 1024  # octets of a hand-typed head; what is longer is left to the parser, which refuses it
HESITATION = 0.5  # seconds to wait for the rest of what may yet become a method

_METHOD_LINES = tuple(f"{method} ".encode() for method in METHODS)
_NEWER = re.compile(rb" HTTP/[2-9](\.\d)?\r?$")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")

_TLS = "You spoke TLS to a port for plain HTTP: use http:// here, or the port for https://."
_VERSION = "HTTP/1.1 and HTTP/1.0 are spoken here."
_NO_VERSION = "The request line lacks its third word, the version: GET / HTTP/1.0"


class Kind(Enum):
    """What the first octets are."""

    HTTP = auto()
    TYPED = auto()  # lines end with LF alone, as netcat sends them
    TLS = auto()
    NEWER = auto()  # HTTP/2 and later, which are other protocols
    NO_VERSION = auto()  # the simple request of HTTP/0.9; a parser would wait for more
    RAW = auto()
    UNDECIDED = auto()  # the start of a method, or of something else
    INCOMPLETE = auto()  # HTTP, but the first line, or a hand-typed head, has not come to its end


def kind_of(data: bytes, *, raw: bool) -> Kind:
    """Judge the first octets. ``raw`` says whether the listener has a reply for what is no HTTP."""
    if data[:1] == b"\x16" and data[1:2] in (b"", b"\x03"):
        return Kind.TLS if len(data) > 1 else Kind.INCOMPLETE
    if raw and not data.startswith(_METHOD_LINES):
        return Kind.UNDECIDED if any(line.startswith(data) for line in _METHOD_LINES) else Kind.RAW
    line, end, rest = data.lstrip(b"\r\n").partition(b"\n")
    if not end:
        return Kind.HTTP if len(data) > MAX_HEAD else Kind.INCOMPLETE
    if len(line.split()) == 2 and line.startswith(b"GET "):
        return Kind.RAW if raw else Kind.NO_VERSION
    if _NEWER.search(line):
        return Kind.NEWER
    if line.endswith(b"\r"):
        return Kind.HTTP
    complete = _END_OF_HEAD.search(end + rest) is not None or len(data) > MAX_HEAD
    return Kind.TYPED if complete else Kind.INCOMPLETE


def with_line_ends(data: bytes) -> bytes:
    """A hand-typed request with CRLF at its lines, as a parser wants them (RFC 9112 §2.2 allows to accept LF).

    It asks for the connection to be closed: only its own head has been mended.
    """
    data = data.lstrip(b"\r\n")
    end = _END_OF_HEAD.search(data)
    if end is None:
        return data
    lines = re.split(rb"\r?\n", data[: end.start()])
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + data[end.end() :]


class Opening(asyncio.Protocol):
    """Reads the first octets and hands the connection to HTTP, or says why not."""

    def __init__(
        self, connection: Connection, http: Callable[[], asyncio.Protocol], raw_reply: bytes | None
    ) -> None:
        self._connection = connection
        self._http = http
        self._raw_reply = raw_reply
        self._transport: TapTransport | None = None
        self._data = b""
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, TapTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        self._stop_waiting()
        self._proceed(kind_of(self._data, raw=self._raw_reply is not None))

    def eof_received(self) -> bool:
        self._stop_waiting()
        if self._raw_reply is not None and self._data:
            self._proceed(Kind.RAW)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()

    def _proceed(self, kind: Kind) -> None:
        match kind:
            case Kind.UNDECIDED:
                loop = asyncio.get_running_loop()
                self._patience = loop.call_later(HESITATION, self._proceed, Kind.RAW)
            case Kind.HTTP:
                self._hand_over(self._data)
            case Kind.TYPED:
                self._hand_over(with_line_ends(self._data))
            case Kind.RAW:
                self._say("raw", self._raw_reply or b"")
            case Kind.TLS:
                self._say("tls on a plain port", _bad_request(_TLS))
            case Kind.NO_VERSION:
                self._say("no version", _bad_request(_NO_VERSION))
            case Kind.NEWER:
                self._say("newer version", _refusal("505 HTTP Version Not Supported", _VERSION))

    def _hand_over(self, data: bytes) -> None:
        assert self._transport is not None
        protocol = self._http()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(data)

    def _say(self, reason: str, reply: bytes) -> None:
        assert self._transport is not None
        self._connection.note("request.refused", reason=reason)
        self._transport.write(reply)
        self._transport.close()

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def _bad_request(reason: str) -> bytes:
    return _refusal("400 Bad Request", reason)


def _refusal(status: str, reason: str) -> bytes:
    body = reason.encode() + b"\n"
    head = f"HTTP/1.0 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
