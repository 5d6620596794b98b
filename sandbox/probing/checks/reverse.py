"""A server that turns each message round."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.talk import Silent, Wrong

WORD = "ПАЛИНДРОМ"
SILENT = "send the reversed text back right after recv()"


def _fits(seen: Observation) -> Fit:
    return 2 if seen.answer and seen.answer.strip() == seen.asked[::-1].strip() else 0


def _reversed(dial: Dial, *words: str, encoding: str = "utf-8") -> None:
    with dial.tcp() as talk:
        for number, word in enumerate(words, start=1):
            data = word.encode(encoding)
            talk.send(data)
            answer = talk.until(_as_long_as(data))
            if answer.strip() != word[::-1].encode(encoding):
                raise Wrong(_difference(word, data, answer.strip(), number))


def _as_long_as(data: bytes) -> Callable[[bytes], bool]:
    return lambda answer: len(answer) >= len(data)


def _difference(word: str, data: bytes, answer: bytes, number: int) -> str:
    if not word.isascii() and answer == data[::-1]:
        return (
            "the octets were turned round, not the letters, and a Russian letter has two of them in UTF-8:"
            " data.decode()[::-1].encode()"
        )
    if answer == data:
        return "the text came back as it was: text[::-1] turns it round"
    return f"message {number} should have come back as {word[::-1]!r}"


def _russian(dial: Dial) -> None:
    _reversed(dial, WORD)


def _ascii(dial: Dial) -> None:
    _reversed(dial, "stressed")


def _several(dial: Dial) -> None:
    try:
        _reversed(dial, "one", "two", "three")
    except (Silent, ConnectionError):
        if not dial.record.came:
            raise
        raise Wrong(
            f"only {len(dial.record.came)} of 3 messages was answered: call recv() in a loop until it returns b''"
        ) from None


def _windows(dial: Dial) -> str | None:
    """The lesson's own client, of Python 2, sends cp1251; a server for UTF-8 alone need not know it."""
    try:
        _reversed(dial, WORD, encoding="cp1251")
    except (Wrong, Silent, ConnectionError):
        return "text in cp1251, as the lesson's Python 2 client sends it on Windows, is not turned round"
    return None


CHECK = Check(
    name="reverse",
    title="each message comes back turned round",
    transport="tcp",
    ports=(33333,),
    fits=_fits,
    once=True,
    partial="П".encode()[:1],
    steps=(
        Step("reverses", "'desserts'", _ascii, SILENT),
        Step("reverses UTF-8", repr(WORD[::-1]), _russian, SILENT),
        Step("takes several messages", "'eno', 'owt', 'eerht' on one connection", _several, SILENT),
        Step("reverses cp1251", f"{WORD[::-1]!r} in cp1251", _windows, SILENT),
    ),
)
