"""A server that answers whatever it is told with a text."""

from __future__ import annotations

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.talk import Wrong
from sandbox.probing.text import beside_the_lesson, text_of

TEXTS = {5000: "Hello, client!", 8888: "Server received your data."}
SILENT = "recv(1024) takes what is there: do not wait for more of it, or for a line end, before you answer"


def _fits(seen: Observation) -> Fit:
    return 1 if seen.answer and not seen.answer.startswith(b"HTTP/") else 0


def _answers(dial: Dial, question: str) -> str | None:
    with dial.tcp() as talk:
        talk.send(question.encode())
        data = talk.receive()
        if not data:
            raise Wrong("the server closed without an answer")
        text = text_of(data)
    lesson = TEXTS.get(dial.listener.port)
    return beside_the_lesson(text, (lesson,) if lesson else ())


def _answers_and_ends(dial: Dial) -> str | None:
    with dial.tcp() as talk:
        talk.send(b"Hello, server!")
        talk.receive()
        if not talk.closes():
            return "the connection stays open after the answer; a client that reads until the end would wait"
    return None


CHECK = Check(
    name="reply",
    title="the client speaks first, the server answers with a text",
    transport="tcp",
    ports=(5000, 8888, 8080),
    fits=_fits,
    once=True,
    steps=(
        Step("answers", "a text in UTF-8", lambda dial: _answers(dial, "Hello, server!"), SILENT),
        Step("answers Russian", "a text in UTF-8", lambda dial: _answers(dial, "Привет, сервер!"), SILENT),
        Step("ends", "the end of the connection after the answer", _answers_and_ends, SILENT),
    ),
)
