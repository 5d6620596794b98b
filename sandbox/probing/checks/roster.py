"""The practice task: users come, as objects or as text, and are kept."""

from __future__ import annotations

import json
import pickle

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.forms import remark, try_all
from sandbox.probing.observation import Observation

# An object of a class User of the server's own main module, as pickle protocol 2 writes it: no class of ours can.
_OBJECT = (
    b"\x80\x02c__main__\nUser\n)\x81}(X\x04\x00\x00\x00nameX\x04\x00\x00\x00AnnaX\x03\x00\x00\x00ageK\x1eub."
)

QUESTIONS = {
    "name,age": b"Anna,30",
    "name age": b"Anna 30",
    "json": json.dumps({"name": "Anna", "age": 30}).encode(),
    "pickled object": _OBJECT,
    "pickled dict": pickle.dumps({"name": "Anna", "age": 30}, 3),
    "pickled tuple": pickle.dumps(("Anna", 30), 3),
}


def _fits(seen: Observation) -> Fit:
    return 0  # nothing tells it from other servers that take text or pickles


def _takes(dial: Dial) -> str | None:
    tried = try_all(dial, QUESTIONS, lambda form, answer: bool(answer))
    if not tried.understood and tried.silent:
        return f"no answer, but the server lives on after: {', '.join(tried.silent)}"
    return remark(tried)


CHECK = Check(
    name="roster",
    title="the practice task 'users': objects, JSON or text come and are kept (only with --as)",
    transport="tcp",
    ports=(),
    fits=_fits,
    steps=(
        Step(
            "takes users in",
            "an answer to one of: " + ", ".join(QUESTIONS),
            _takes,
            "answer each user with a short text, so that the client knows it has arrived",
        ),
    ),
    partial=_OBJECT[:20],
)
