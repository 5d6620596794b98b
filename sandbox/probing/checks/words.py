"""The practice task: words come, their translations go back in the same form."""

from __future__ import annotations

import json
import pickle
from contextlib import suppress
from typing import Any

from sandbox.behaviours import pickles
from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.forms import remark, try_all
from sandbox.probing.observation import Observation

WORDS = ["hello", "server", "world"]
QUESTIONS = {
    "comma": ",".join(WORDS).encode(),
    "blanks": " ".join(WORDS).encode(),
    "lines": "\n".join(WORDS).encode() + b"\n",
    "one word": WORDS[0].encode(),
    "printed list": str(WORDS).encode(),
    "json": json.dumps(WORDS).encode(),
    "pickle": pickle.dumps(WORDS, 3),
}
_SEPARATORS = {"comma": ",", "blanks": None, "lines": "\n"}
_DIED = ("pickle", "unpickling", "json", "decode")


def _fits(seen: Observation) -> Fit:
    if any(word in seen.last_words.lower() for word in _DIED):
        return 2
    return 1 if seen.hung_up or (seen.answer and not seen.answer.startswith(b"HTTP/")) else 0


def _in_form(form: str, answer: bytes) -> bool:
    with suppress(ValueError):
        return _parts(form, answer) == (1 if form == "one word" else len(WORDS))
    return False


def _parts(form: str, answer: bytes) -> int:
    """How many translations an answer holds. Nothing of it is executed. Raises ValueError."""
    if form == "pickle":
        return _count(pickles.read(answer))
    text = answer.decode().strip()
    if form == "json":
        return _count(json.loads(text))
    if form == "one word":
        return 1
    if form == "printed list":
        return text.count(",") + 1 if text[:1] == "[" and text[-1:] == "]" else 0
    return len([part for part in text.split(_SEPARATORS[form]) if part.strip()])


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple | dict) else 0


def _translates(dial: Dial) -> str | None:
    return remark(try_all(dial, QUESTIONS, _in_form))


CHECK = Check(
    name="words",
    title="the practice task 'dictionary': words come, translations go back",
    transport="tcp",
    ports=(12345, 4001, 6000),
    fits=_fits,
    steps=(
        Step(
            "translates",
            "three words for three, in one of: " + ", ".join(QUESTIONS),
            _translates,
            "send the translations right after recv()",
        ),
    ),
    partial=QUESTIONS["pickle"][:12],
)
