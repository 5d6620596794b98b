"""The practice tasks leave the form of a message to the learner: each is tried until the server takes one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sandbox.probing.dial import Dial
from sandbox.probing.talk import Silent, Wrong

LAST_GASP = 0.1  # seconds


@dataclass(slots=True)
class Tried:
    """What became of each form."""

    understood: list[str] = field(default_factory=list)
    answered: dict[str, bytes] = field(default_factory=dict)
    """Answers that are not in the form of the question."""
    silent: list[str] = field(default_factory=list)
    fatal: dict[str, str] = field(default_factory=dict)
    """Forms the program ended over, and its last words."""


def try_all(dial: Dial, questions: Mapping[str, bytes], fits: Callable[[str, bytes], bool]) -> Tried:
    """Send a question in each form, on a connection of its own. A program that ends over one is started again.

    Once a form is known to be understood, nothing else is asked.
    """
    tried = Tried()
    known = dial.memory.get("question")
    for form, question in questions.items():
        if known is not None and question != known:
            continue
        answer = _answer(dial, question)
        if not answer and dial.server.ended(LAST_GASP):
            tried.fatal[form] = dial.server.last_words()
            dial.server.revive()
        elif not answer:
            tried.silent.append(form)
        elif fits(form, answer):
            tried.understood.append(form)
            dial.memory.setdefault("question", question)
        else:
            tried.answered[form] = answer
    return tried


def _answer(dial: Dial, question: bytes) -> bytes:
    """The answer, or nothing if there was none."""
    with contextlib.suppress(Silent, OSError), dial.tcp() as talk:
        talk.send(question)
        answer = talk.receive(dial.patience / 2)
        # It may come in several pieces, and the server need not close.
        with contextlib.suppress(Silent, OSError):
            while chunk := talk.receive(dial.patience / 10):
                answer += chunk
        return answer
    return b""


def remark(tried: Tried) -> str | None:
    """What there is to say of the forms that were not understood. Raises Wrong if none was."""
    if not tried.understood:
        raise Wrong(_why(tried))
    if tried.fatal:
        return f"understood: {_list(tried.understood)}. The server ended over: {_list(tried.fatal)}"
    return f"understood: {_list(tried.understood)}"


def _why(tried: Tried) -> str:
    if tried.fatal and not tried.answered and not tried.silent:
        return f"the server ended over every form; with {next(iter(tried.fatal))}: {next(iter(tried.fatal.values()))}"
    if tried.answered:
        return f"answers came (to {_list(tried.answered)}), but none has the form of its question with as many parts"
    return "no form was answered: send the answer right after recv(), without waiting for the client to close"


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
