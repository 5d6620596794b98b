"""Base subjects: what remains of a Subject without the marks of replies and forwards (RFC 5256 §2.1)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_LIMIT = 1000  # characters; what differs behind them differs for no reader
_BLANKS = re.compile(r"\s+")
_BLOB = re.compile(r"\[[^\[\]]*\] *")
_REPLY = re.compile(r"(?:\[[^\[\]]*\] *)*(?:re|fwd?) *(?:\[[^\[\]]*\] *)?: *", re.IGNORECASE)
_TRAILER = re.compile(r"(?: |\(fwd\))+$", re.IGNORECASE)
_FORWARDED = re.compile(r"\[fwd:(.*)\]", re.IGNORECASE)


class Subject(NamedTuple):
    """A base subject, folded for comparison, and whether the Subject was that of a reply or a forward."""

    base: str
    is_reply: bool


@lru_cache(maxsize=4096)
def base_subject(subject: str) -> Subject:
    """The base subject of a decoded Subject."""
    text = _BLANKS.sub(" ", subject[:_LIMIT]).strip()
    is_reply = False
    while True:
        text, trailed = _without_trailers(text)
        text, led = _without_leaders(text)
        is_reply = is_reply or trailed or led
        forwarded = _FORWARDED.fullmatch(text)
        if forwarded is None:
            return Subject(text.casefold(), is_reply)
        text, is_reply = forwarded[1].strip(), True


def _without_trailers(text: str) -> tuple[str, bool]:
    shorter = _TRAILER.sub("", text)
    return shorter, "(" in text[len(shorter) :]


def _without_leaders(text: str) -> tuple[str, bool]:
    is_reply = False
    while True:
        reply = _REPLY.match(text)
        if reply:
            text, is_reply = text[reply.end() :], True
            continue
        blob = _BLOB.match(text)
        # A blob that is all there is stays: it is the subject.
        if blob is None or blob.end() == len(text):
            return text, is_reply
        text = text[blob.end() :]
