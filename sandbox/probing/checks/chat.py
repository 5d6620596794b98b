"""A chat: what one says all hear, the speaker too; 'byebye' leaves."""

from __future__ import annotations

from contextlib import ExitStack

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.talk import Silent, Talk, Wrong

SILENT = (
    "send() every message to all clients: keep their sockets in a list, serve each in a thread of its own, and take out"
    " of the list who has gone: there recv() returns b'' and send() raises"
)


def _fits(seen: Observation) -> Fit:
    if seen.answer == seen.asked:
        return 2
    return 1 if seen.asked.strip() in seen.answer else 0


def _heard(talk: Talk, text: str, who: str) -> None:
    """Wait until the text has come, whatever else is said before."""
    try:
        data = talk.until(lambda data: text.encode() in data)
    except (Silent, ConnectionError):
        data = b""
    if text.encode() not in data:
        raise Wrong(f"{who} did not hear {text!r}. {SILENT}")


def _enter(dial: Dial, stack: ExitStack, name: str) -> Talk:
    """A client whom the server knows: it has heard itself, if only after it has told its name."""
    talk = stack.enter_context(dial.tcp())
    for text in (f"{name}: hello", f"{name}: here I am"):
        talk.send(text.encode())
        try:
            talk.until(lambda data, text=text: text.encode() in data)  # type: ignore[misc]
        except Silent:
            continue
        break
    else:
        raise Wrong(f"{name} does not hear what it has said itself. {SILENT}")
    return talk


def _speaker_hears(dial: Dial) -> None:
    with ExitStack() as stack:
        _enter(dial, stack, "Anna")


def _all_hear(dial: Dial) -> None:
    with ExitStack() as stack:
        anna, boris = _enter(dial, stack, "Anna"), _enter(dial, stack, "Boris")
        for speaker, text in ((anna, "Anna: Привет!"), (boris, "Boris: 2 + 2 = 4")):
            speaker.send(text.encode())
            _heard(anna, text, "Anna")
            _heard(boris, text, "Boris")


def _leaves(dial: Dial) -> None:
    with ExitStack() as stack:
        anna, boris = _enter(dial, stack, "Anna"), _enter(dial, stack, "Boris")
        anna.send(b"byebye")
        if not anna.closes():
            raise Wrong("the connection stays open after 'byebye': close() it and take it out of the list")
        boris.send(b"Boris: still here")
        _heard(boris, "Boris: still here", "Boris, after Anna has left,")


CHECK = Check(
    name="chat",
    title="what one client says all hear; 'byebye' ends",
    transport="tcp",
    ports=(12345,),
    hosts=("10.7.189.118",),
    fits=_fits,
    steps=(
        Step("the speaker hears itself", "'Anna: hello' comes back", _speaker_hears, SILENT),
        Step("all hear", "each message at both clients", _all_hear, SILENT),
        Step("byebye", "the end of this connection, and of no other", _leaves, SILENT),
    ),
)
