"""Mailpit's search: words that all have to be found, without regard to case, as parts of what they are compared with.

Spaces part words unless they stand within double quotes, which are then dropped; ``-`` or ``!`` before a word negates it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from sandbox.web.parsed import Parsed, Person
from sandbox.web.problem import ProblemError


@dataclass(frozen=True, slots=True)
class Term:
    """One word: ``field`` is what stands before its colon, empty for a word of the text."""

    field: str
    text: str
    negated: bool


_FIELDS: Mapping[str, Callable[[Parsed], str]] = {
    "": lambda each: _everything(each),
    "from": lambda each: _named(each.people("From")),
    "to": lambda each: _named(each.people("To")),
    "cc": lambda each: _named(each.people("Cc")),
    "bcc": lambda each: _named(each.hidden),
    "reply-to": lambda each: _named(each.people("Reply-To")),
    "addressed": lambda each: "\n".join(
        [*(_named(each.people(name)) for name in ("From", "To", "Cc", "Reply-To")), _named(each.hidden)]
    ),
    "subject": lambda each: each.field("Subject"),
    "message-id": lambda each: each.field("Message-ID"),
}
_STATES = ("is:", "has:", "tag:", "before:", "after:", "larger:", "smaller:")


class Search:
    """A search, read."""

    def __init__(self, terms: Sequence[Term], zone: tzinfo) -> None:
        self._terms = terms
        self._zone = zone

    @classmethod
    def parse(cls, query: str, zone: str = "") -> Search:
        """Read a query; ``zone`` names the time zone of its dates. Raises ProblemError: 400."""
        terms = [term for word in _words(query) if (term := _term(word)) is not None]
        search = cls(terms, _zone(zone))
        for term in terms:
            if term.field in ("before", "after"):
                search._moment(term.text)
        return search

    def fits(self, each: Parsed, tags: Sequence[str], *, read: bool) -> bool:
        """Whether a message is found."""
        return all(self._found(term, each, tags, read) != term.negated for term in self._terms)

    def _found(self, term: Term, each: Parsed, tags: Sequence[str], read: bool) -> bool:
        match term.field, term.text:
            case "is", "read":
                return read
            case "is", "unread":
                return not read
            case "is", "tagged":
                return bool(tags)
            case "has", "attachment" | "attachments":
                return bool(each.attachments)
            case "has", "inline" | "inlines":
                return bool(each.inline)
            case "is" | "has", _:
                return False
            case "tag", text:
                return any(text == tag.lower() for tag in tags)
            case "before", text:
                return each.message.received < self._moment(text).timestamp()
            case "after", text:
                return each.message.received >= self._moment(text).timestamp()
            case "larger" | "smaller" as field, text:
                size, limit = len(each.message.content), _octets(text)
                return size > limit if field == "larger" else size < limit
            case field, text:
                return text in _FIELDS[field](each).lower()

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text.replace("/", "-"))
        except ValueError:
            raise ProblemError(400, f"{text!r} is no date.") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)


def _words(query: str) -> list[str]:
    return [word.replace('"', "") for word in re.findall(r'(?:"[^"]*"?|[^\s"])+', query)]


def _term(word: str) -> Term | None:
    negated = word[:1] in ("-", "!")
    text = word[1:] if negated else word
    field, colon, rest = text.partition(":")
    field = field.lower()
    if not colon or (field not in _FIELDS and f"{field}:" not in _STATES) or not field:
        field, rest = "", text
    rest = rest.strip().lower()
    return Term(field, rest, negated) if rest else None


def _zone(name: str) -> tzinfo:
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ProblemError(400, f"{name!r} is no time zone.") from None


def _octets(text: str) -> int:
    found = re.fullmatch(r"(\d{1,12})\s*([km]?)b?", text)
    if found is None:
        raise ProblemError(400, f"{text!r} is no size.")
    return int(found[1]) * {"": 1, "k": 1024, "m": 1024**2}[found[2]]


def _named(people: Sequence[Person]) -> str:
    return "\n".join(f"{each.name} <{each.address}>" if each.name else each.address for each in people)


def _everything(each: Parsed) -> str:
    fields = [_FIELDS["addressed"](each), each.field("Subject"), each.text]
    names = [part.name for part in each.mail.attachments]
    return " ".join([*fields, re.sub(r"<[^>]*>", " ", each.html), *names])
