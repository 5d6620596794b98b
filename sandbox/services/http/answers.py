"""The shapes of answers: a text, a document, a redirect, a failure, a stream of blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from html import escape
from http import HTTPStatus

from aiohttp import web

Headers = Mapping[str, str]

BLOCK = 64 * 1024  # octets that are read and sent at a time


def text(
    body: str, *, status: int = 200, charset: str = "utf-8", headers: Headers | None = None
) -> web.Response:
    """A body of plain text."""
    return encoded(body, f"text/plain; charset={charset}", charset=charset, status=status, headers=headers)


def html(
    body: str, *, status: int = 200, charset: str = "utf-8", headers: Headers | None = None
) -> web.Response:
    """A complete HTML document."""
    return encoded(body, f"text/html; charset={charset}", charset=charset, status=status, headers=headers)


def document(title: str, body: str, *, status: int = 200, headers: Headers | None = None) -> web.Response:
    """An HTML document around ``body``, which is HTML; ``title`` is not."""
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>'
    page = f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'
    return html(page, status=status, headers=headers)


def encoded(
    body: str, content_type: str, *, charset: str, status: int = 200, headers: Headers | None = None
) -> web.Response:
    """A text in any media type; what the charset lacks becomes a question mark."""
    fields = {"Content-Type": content_type} | dict(headers or {})
    return web.Response(body=body.encode(charset, "replace"), status=status, headers=fields)


def redirect(location: str, status: int = 302) -> web.Response:
    """A redirect with a short note for those who do not follow it (RFC 9110 §15.4)."""
    note = f'<p>See <a href="{escape(location)}">{escape(location)}</a>.</p>'
    return document(phrase(status), note, status=status, headers={"Location": location})


def failure(status: int, reason: str = "", *, headers: Headers | None = None) -> web.Response:
    """A refusal in plain text: the status and, if there is one, a sentence for the client."""
    return text("\n\n".join(filter(None, (phrase(status), reason))) + "\n", status=status, headers=headers)


def phrase(status: int) -> str:
    """``404 Not Found``; the number alone for codes nobody registered."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def http_date(seconds: float) -> str:
    """A time in seconds since the epoch as HTTP writes it (RFC 9110 §5.6.7)."""
    return formatdate(int(seconds), usegmt=True)


class Streamed(web.StreamResponse):
    """An answer whose body follows in blocks: chunked, or ended by closing for HTTP/1.0, if it has no length."""

    _send_headers_immediately = False  # the head leaves with the first block, in one write


class UntilClose(Streamed):
    """An answer that has neither a length nor chunks: the closed connection is its end (RFC 9112 §6.3)."""

    _length_check = False  # aiohttp would choose chunks

    def __init__(self, *, status: int = 200, headers: Headers | None = None) -> None:
        super().__init__(status=status, headers=headers)
        self.force_close()


async def stream(
    request: web.BaseRequest, response: Streamed, blocks: Iterable[bytes], *, pace: float = 0.0
) -> web.StreamResponse:
    """Send blocks as the client reads them; ``pace`` is in octets per second, 0 for no limit.

    When the blocks end before their announced length the connection is cut, so that the client notices.
    """
    await response.prepare(request)
    if request.method != "HEAD":
        sent = await _send(response, blocks, pace)
        if response.content_length is not None and sent < response.content_length:
            response.force_close()
    return response


async def _send(response: web.StreamResponse, blocks: Iterable[bytes], pace: float) -> int:
    sent = 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    for block in blocks:
        if pace:
            await asyncio.sleep(max(0.0, began + sent / pace - loop.time()))
        await response.write(block)
        await asyncio.sleep(
            0
        )  # a client as fast as we are never makes us wait, but the others want their turn too
        sent += len(block)
    return sent
