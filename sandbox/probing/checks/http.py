"""A web server."""

from __future__ import annotations

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.pages import SILENT, ask, asked_on
from sandbox.probing.talk import Silent, Wrong
from sandbox.probing.text import beside_the_lesson

TEXTS = {
    8000: ("Hello world", "Hello, world!"),
    8080: ("Hello World!",),
    8099: ("HelloWorld from cherrypy!",),
}
_NO_GET = (405, 501)


def _fits(seen: Observation) -> Fit:
    if not seen.answer.startswith(b"HTTP/"):
        return 0
    return 1 if seen.answer[9:12] in (b"405", b"501") else 2


def _page(dial: Dial) -> str | None:
    page = ask(dial, "GET", "/")
    if page.status in _NO_GET:
        raise Wrong("GET is not supported: the handler needs a method do_GET, spelt so")
    if page.status >= 500:
        raise Wrong("an error in the server; its traceback stands on its stderr")
    if 300 <= page.status < 400:
        return f"a redirect to {page.headers.get('Location')}"
    if page.status != 200:
        raise Wrong("200 means that all is well, and the client takes anything from 400 on as an error")
    if not page.body:
        raise Wrong("the body is empty: write it after end_headers()")
    if "Directory listing for" in page.text:
        return "a directory listing"
    return beside_the_lesson(page.text.strip(), TEXTS.get(dial.listener.port, ()))


def _type(dial: Dial) -> str | None:
    page = ask(dial, "GET", "/")
    kind = page.headers.get("Content-Type")
    if kind is None:
        raise Wrong(
            "without a Content-Type the browser guesses: send_header('Content-Type', 'text/html; charset=utf-8')"
        )
    if not page.body.isascii() and page.headers.get_content_charset() is None:
        return f"{kind} names no charset, and the page is not plain ASCII: add ; charset=utf-8"
    page.text  # noqa: B018 - raises Wrong
    return None


def _head(dial: Dial) -> str | None:
    with dial.tcp() as talk:
        page = asked_on(talk, dial, "HEAD", "/", {"Connection": "close"})
        if not page.kept:
            talk.closes()  # a body comes after the head
    came = b"".join(dial.record.came)
    if came.partition(b"\r\n\r\n")[2]:
        return "the answer to HEAD has a body; it should be the head alone (RFC 9110, section 9.3.2)"
    if page.status in _NO_GET:
        return f"{page.status}: HEAD is not supported"
    if page.status >= 500:
        raise Wrong("an error in the server; its traceback stands on its stderr")
    return None


def _unknown(dial: Dial) -> str | None:
    status = ask(dial, "GET", "/no/such/page").status
    if status >= 500:
        raise Wrong("an error in the server; an unknown page is 404")
    return None if status == 404 else f"{status}: every path is answered alike"


def _connection(dial: Dial) -> str | None:
    """HTTP/1.1 keeps the connection unless one side says otherwise, HTTP/1.0 closes it (RFC 9112, section 9.3)."""
    with dial.tcp() as talk:
        if not asked_on(talk, dial, "GET", "/").kept:
            if talk.closes():
                return None
            return "the server said it would close the connection, and keeps it open"
        try:
            asked_on(talk, dial, "GET", "/")
        except (Silent, OSError):
            raise Wrong(
                "HTTP/1.1 keeps a connection: answer a second request on it, or send Connection: close"
            ) from None
    return None


CHECK = Check(
    name="http",
    title="a web server: status line, headers, body",
    transport="tcp",
    ports=(8000, 8080, 8888, 8099),
    fits=_fits,
    steps=(
        Step("GET /", "HTTP/1.x 200, headers, a body that ends", _page, SILENT),
        Step("Content-Type", "Content-Type with the charset of the body", _type, SILENT),
        Step("HEAD /", "the same head, no body", _head, SILENT),
        Step("connection", "closed after the answer, or kept for the next request", _connection, SILENT),
        Step("unknown path", "404, or the same page again", _unknown, SILENT),
    ),
    partial=b"GET / HTTP/1.1\r\nHo",
)
