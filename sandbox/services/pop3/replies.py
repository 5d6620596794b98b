"""What a POP3 server says: ``+OK``, ``-ERR``, and lines that end with a dot (RFC 1939 §3)."""

from __future__ import annotations

from collections.abc import Iterable


class RefusedError(Exception):
    """A command that cannot be done; the text goes to the client behind ``-ERR``.

    ``code`` is a response code of RFC 2449 §8 or RFC 3206, as ``AUTH``, if one fits.
    """

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.reply = err(text, code)


def ok(text: str) -> bytes:
    """A positive reply of one line."""
    return f"+OK {text}\r\n".encode()


def err(text: str, code: str = "") -> bytes:
    """A negative reply."""
    return f"-ERR [{code}] {text}\r\n".encode() if code else f"-ERR {text}\r\n".encode()


def listing(text: str, lines: Iterable[str]) -> bytes:
    """A positive reply with lines, none of which begins with a dot."""
    return "\r\n".join((f"+OK {text}", *lines, ".\r\n")).encode()


def message(text: str, octets: bytes) -> bytes:
    """A positive reply with a message in wire form; lines that begin with a dot get another one in front."""
    stuffed = octets.replace(b"\r\n.", b"\r\n..")
    return b"".join((ok(text), b"." if octets.startswith(b".") else b"", stuffed, b".\r\n"))
