"""UDP servers: echo, and a fixed answer."""

from __future__ import annotations

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.talk import Wrong
from sandbox.probing.text import beside_the_lesson, text_of

REPLY_TEXT = "Thank you for the data"
SILENT = "nobody was answered: data, address = s.recvfrom(1024), then s.sendto(answer, address), in a loop"


def _is_echo(seen: Observation) -> Fit:
    return 2 if seen.answer == seen.asked else 0


def _is_reply(seen: Observation) -> Fit:
    return 1 if seen.answer else 0


def _echoes(dial: Dial, data: bytes) -> None:
    with dial.udp() as client:
        client.send(data)
        answer = client.receive()
    if answer == data:
        return
    if data.startswith(answer):
        raise Wrong(
            f"{len(answer)} of {len(data)} octets came back: recvfrom() throws away what exceeds its number"
        )
    raise Wrong("an echo is exactly what was sent, octet for octet")


def _replies(dial: Dial) -> str | None:
    with dial.udp() as client:
        client.send(b"client data")
        return beside_the_lesson(text_of(client.receive()), (REPLY_TEXT,))


def _two_at_once(dial: Dial) -> None:
    """Each of two clients gets its own answer: the server must use the address recvfrom() tells."""
    with dial.udp() as anna, dial.udp() as boris:
        anna.send(b"Anna")
        boris.send(b"Boris")
        answers = anna.receive(), boris.receive()
    if b"Boris" in answers[0] or b"Anna" in answers[1]:
        raise Wrong(
            "the clients got each other's answers: use the address that recvfrom() returns with the data"
        )


def _nothing(dial: Dial) -> str | None:
    """An empty datagram is a message (RFC 768); what is answered to it is the server's own business."""
    with dial.udp() as client:
        client.send(b"")
        client.send(b"after the empty one")
        client.receive()
    return None


def _steps(first: Step) -> tuple[Step, ...]:
    return (
        first,
        Step("two clients", "an answer for each", _two_at_once, SILENT),
        Step(
            "empty datagram",
            "the server goes on",
            _nothing,
            "an empty datagram is a message, not the end: do not break out of the loop on it",
        ),
    )


_ECHO_STEPS = _steps(Step("echoes", "the same octets", lambda dial: _echoes(dial, b"Hello!"), SILENT))

ECHO = Check(
    name="udp-echo",
    title="UDP: each datagram comes back",
    transport="udp",
    ports=(6789,),
    fits=_is_echo,
    steps=(
        *_ECHO_STEPS,
        Step("echoes UTF-8", "the same octets", lambda dial: _echoes(dial, "Привет!".encode()), SILENT),
        Step(
            "echoes 1,024 octets",
            "the same octets",
            lambda dial: _echoes(dial, b"0123456789abcdef" * 64),
            SILENT,
        ),
    ),
)

REPLY = Check(
    name="udp-reply",
    title="UDP: each datagram is answered with a text",
    transport="udp",
    ports=(12345,),
    fits=_is_reply,
    steps=_steps(Step("answers", "a text in UTF-8", _replies, SILENT)),
)
