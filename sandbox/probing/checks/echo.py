"""A server that sends back what it gets, once."""

from __future__ import annotations

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.talk import Silent, Wrong

SILENT = "send back what recv() has returned; do not wait for more, or for a line end"


def _fits(seen: Observation) -> Fit:
    return 2 if seen.answer == seen.asked else 0


def _echoes(dial: Dial, data: bytes) -> None:
    with dial.tcp() as talk:
        talk.send(data)
        answer = talk.until(lambda answer: len(answer) >= len(data))
    if answer != data:
        raise Wrong(_difference(data, answer))


def _difference(data: bytes, answer: bytes) -> str:
    if data.startswith(answer):
        return f"only {len(answer)} of {len(data)} octets came back: recv() may need a larger number, and use sendall()"
    if answer.startswith(b"b'"):
        return "that is how Python prints bytes: send the bytes themselves, not str(data)"
    return "an echo is exactly what was sent, octet for octet"


def _ends(dial: Dial) -> str | None:
    with dial.tcp() as talk:
        talk.send(b"Python client 1")
        talk.receive()
        if talk.closes():
            return None
    with dial.tcp() as talk:
        talk.send(b"once")
        talk.receive()
        talk.send(b"twice")
        try:
            again = talk.receive()
        except Silent:
            raise Wrong("the server neither closes after its answer nor answers again") from None
        if not again:
            raise Wrong("the server closes, but only when the next message comes")
    return "it echoes for as long as the client likes; the lesson's server closes after one answer"


CHECK = Check(
    name="echo",
    title="what the client sends comes back, then the server closes",
    transport="tcp",
    ports=(5555,),
    fits=_fits,
    steps=(
        Step("echoes", "the same octets", lambda dial: _echoes(dial, b"Python client 1"), SILENT),
        Step(
            "echoes UTF-8", "the same octets", lambda dial: _echoes(dial, "Привет, сервер!".encode()), SILENT
        ),
        Step("ends", "the end of the connection after the echo", _ends, SILENT),
    ),
)
