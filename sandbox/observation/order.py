"""One thing after the other, across protocols: uploaded by FTP before the mail that tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.journal import Journal
from sandbox.observation.errors import WaitTimeout
from sandbox.observation.nearest import differences
from sandbox.observation.query import Query, arrived

__tracebackhide__ = True  # pytest shows the line of the test

LISTED = 12  # things on the timeline that are told


@dataclass(frozen=True)
class Step:
    """Something that is expected: a kind by its name, and its conditions."""

    kind: str
    conditions: dict[str, Any]


def mailed(**conditions: Any) -> Step:
    """A mail was accepted; conditions as for ``mail.wait``."""
    return Step("mail", conditions)


def requested(**conditions: Any) -> Step:
    """An HTTP request came; conditions as for ``http.wait``."""
    return Step("request", conditions)


def called(method: str | None = None, **conditions: Any) -> Step:
    """An XML-RPC call came; conditions as for ``xmlrpc.wait``."""
    return Step("call", {"method": method, **conditions})


def stored(path: str | None = None, **conditions: Any) -> Step:
    """A file came whole by FTP; conditions as for ``ftp.wait``."""
    return Step("upload", {"path": path, **conditions})


def noted(name: str, **conditions: Any) -> Step:
    """A fact stands on the timeline; conditions as for ``journal.wait``."""
    return Step("fact", {"name": name, **conditions})


async def in_order(journal: Journal, queries: Sequence[Query[Any]], timeout: float) -> list[Any]:  # noqa: ASYNC109
    """What was found for each query, each after the one before. Raises WaitTimeout."""

    def look() -> list[Any] | None:
        found = chain(queries)
        return found if len(found) == len(queries) else None

    found = await arrived(
        journal, lambda entry: any(query.kind.concerns(entry) for query in queries), look, timeout
    )
    if found is None:
        raise WaitTimeout(out_of_order(journal, queries, timeout))
    return found


def chain(queries: Sequence[Query[Any]]) -> list[Any]:
    """For each query the first thing behind the one before it, as far as there are any."""
    found: list[Any] = []
    sequence = 0
    for query in queries:
        later = [item for item in query.found(ready=True) if item.sequence > sequence]
        if not later:
            break
        found.append(min(later, key=lambda item: item.sequence))
        sequence = found[-1].sequence
    return found


def out_of_order(journal: Journal, queries: Sequence[Query[Any]], timeout: float) -> str:
    """Which step is missing, and what came when."""
    found = chain(queries)
    lines = [f"not in this order within {timeout:g} s:"]
    for place, query in enumerate(queries):
        told = f"{query.kind.noun} {', '.join(each.told() for each in query.criteria)}".rstrip()
        if place < len(found):
            lines.append(f"  {place + 1}. {told}: #{found[place].sequence}")
        elif place > len(found):
            lines.append(f"  {place + 1}. {told}")
        else:
            lines += [f"  {place + 1}. {told}: {_why(query, bool(found))}"]
    lines += ["what came, in its order:", *_timeline(journal, queries)]
    return "\n".join(lines)


def _why(query: Query[Any], has_before: bool) -> str:
    there = query.found(ready=True)
    if there and has_before:
        return f"MISSING after that; it came before, as #{there[-1].sequence}"
    others = query.kind.all()
    if not others:
        return f"MISSING, no {query.kind.noun} came at all"
    return "MISSING; the latest:" + "\n      ".join(["", *differences(others[-1], query.criteria)])


def _timeline(journal: Journal, queries: Sequence[Query[Any]]) -> list[str]:
    facts = [query for query in queries if query.kind.noun == "fact"]  # there are too many others
    kinds = {query.kind.noun: query.kind for query in queries if query not in facts}
    items: dict[int, tuple[str, Any]] = {
        item.sequence: ("fact", item) for query in facts for item in query.found()
    }
    items |= {item.sequence: (noun, item) for noun, kind in kinds.items() for item in kind.all()}
    began = min((entry.time for entry in journal), default=0.0)
    lines = [
        f"  #{sequence} {item.time - began:.3f} s  {noun} {str(item)[:80]}"
        for sequence, (noun, item) in sorted(items.items())
    ]
    return lines[-LISTED:] or ["  nothing"]
