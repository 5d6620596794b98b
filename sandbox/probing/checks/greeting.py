"""A server that speaks first: a text, then the end."""

from __future__ import annotations

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.talk import Wrong
from sandbox.probing.text import beside_the_lesson, text_of

TEXT = "Thank you for the connection"


def _fits(seen: Observation) -> Fit:
    if TEXT.encode() in seen.unasked + seen.answer:
        return 2
    return 1 if seen.unasked else 0


def _greets(dial: Dial) -> str | None:
    with dial.tcp() as talk:
        data = talk.receive()
        if not data:
            raise Wrong("the server closed without a word: send() the greeting before close()")
        return beside_the_lesson(text_of(data), (TEXT,))


def _closes(dial: Dial) -> None:
    with dial.tcp() as talk:
        talk.receive()
        if not talk.closes():
            raise Wrong(
                "a client that reads until the end waits for ever: close() the client's socket after the greeting"
            )


SILENT = "a client of this lesson only listens: send the text right after accept(), before any recv()"

CHECK = Check(
    name="greeting",
    title="the server speaks first: a text, then it closes",
    transport="tcp",
    ports=(12345,),
    fits=_fits,
    steps=(
        Step("speaks first", "a text in UTF-8, without being asked", _greets, SILENT),
        Step("closes", "the end of the connection after the greeting", _closes, SILENT),
    ),
)
