"""HTTP as a browser speaks it: a request by hand, and the answer taken to pieces."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox.probing.dial import Dial
from sandbox.probing.talk import Silent, Talk, Wrong

SILENT = "a request ends with an empty line; answer when it has come, do not wait for the client to close"
ENDLESS = "the client cannot know where the body ends: send Content-Length (counted in octets), or close the connection"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    kept: bool
    """Whether the server keeps the connection."""

    @property
    def text(self) -> str:
        """The body in the charset the server names, UTF-8 if none. Raises Wrong."""
        charset = self.headers.get_content_charset("utf-8")
        try:
            return self.body.decode(charset)
        except (LookupError, UnicodeDecodeError):
            raise Wrong(f"the body is not in {charset}, which Content-Type promises") from None


def ask(dial: Dial, method: str, path: str, body: bytes = b"", kind: str = "") -> Page:
    """Send a request of HTTP/1.1 (RFC 9112) on a connection of its own and read the answer. Raises Wrong."""
    fields = {"Connection": "close"}
    if body:
        fields |= {"Content-Type": kind, "Content-Length": str(len(body))}
    with dial.tcp() as talk:
        return asked_on(talk, dial, method, path, fields, body)


def asked_on(
    talk: Talk, dial: Dial, method: str, path: str, fields: Mapping[str, str] | None = None, body: bytes = b""
) -> Page:
    """The same on a connection that is there, and may stay."""
    host = f"{dial.listener.host.replace('0.0.0.0', '') or 'localhost'}:{dial.listener.port}"
    head = {"Host": host, "User-Agent": "sandbox-probe", "Accept": "*/*", **(fields or {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    talk.send("\r\n".join(lines).encode() + body)
    response = http.client.HTTPResponse(cast("Any", talk), method=method)
    try:
        response.begin()
    except http.client.HTTPException as error:
        raise Wrong(_why_no_answer(dial, error)) from None
    try:
        content = response.read()
    except http.client.IncompleteRead as error:
        raise Wrong(
            f"Content-Length promises {error.expected} octets more than came: count octets, len(text.encode())"
        ) from None
    except Silent:
        raise Wrong(_why_no_end(response)) from None
    if content and "Content-Length" in response.headers and not b"".join(dial.record.came).endswith(content):
        raise Wrong(_too_much(response))
    return Page(response.status, response.msg, content, not response.will_close)


def _why_no_answer(dial: Dial, error: http.client.HTTPException) -> str:
    if not dial.record.came:
        return "the server closed without an answer"
    if isinstance(error, http.client.BadStatusLine):
        return (
            "an answer begins with a status line, as 'HTTP/1.0 200 OK', then headers, an empty line, the body"
        )
    return f"the head of the answer is broken ({type(error).__name__})"


def _too_much(response: http.client.HTTPResponse) -> str:
    declared = response.headers.get("Content-Length")
    return f"Content-Length promises {declared} octets, and more came: count octets, len(text.encode())"


def _why_no_end(response: http.client.HTTPResponse) -> str:
    declared = response.headers.get("Content-Length")
    return ENDLESS if declared is None else f"Content-Length promises {declared} octets, and fewer came"
