"""Why nothing fitted: what did come, and how the nearest of it differs; at most about a screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sandbox.journal import Entry, Journal, Opened, transcript
from sandbox.observation.kinds import Item, Kind
from sandbox.observation.rules import CONTAINED, Criterion, is_part_of, values_of
from sandbox.stubs.matching import shown

I = TypeVar("I", bound=Item)  # noqa: E741

LISTED = 8  # things that came, the latest
LINES = 14  # of one transcript
TRANSCRIPTS = 2
WIDTH = 100  # characters of a line
COMPARED = 200  # characters of two texts of which the likeness is measured


def missing(kind: Kind[I], criteria: Sequence[Criterion[I]], count: int, timeout: float) -> str:
    """What a wait for ``count`` things says when it has failed."""
    items = kind.all()
    fitting = [item for item in items if all(criterion.met(item) for criterion in criteria)]
    lines = [
        f"{_wanted(kind, criteria, count)} within {timeout:g} s: {_came(kind, items, fitting, criteria)}"
    ]
    lines += _listed(items)
    others = [item for item in items if item not in fitting]
    if not criteria or not others:
        return "\n".join([*lines, *transcripts(kind.world.journal, _connections(kind, items))])
    nearest = max(others, key=lambda item: _likeness(item, criteria))
    lines += ["", f"the nearest is: {_cut(str(nearest))}", *differences(nearest, criteria)]
    return "\n".join([*lines, *transcripts(kind.world.journal, [nearest.connection])])


def unwanted(kind: Kind[I], criteria: Sequence[Criterion[I]], found: Sequence[I]) -> str:
    """What is said of things that should not have come."""
    lines = [f"no {kind.noun} was expected{_conditions(criteria)}, but there is:", *_listed(found)]
    lines += transcripts(kind.world.journal, [item.connection for item in found])
    return "\n".join(lines)


def differences(item: I, criteria: Iterable[Criterion[I]]) -> list[str]:
    """Criterion by criterion, how an item meets it or differs."""
    lines: list[str] = []
    for criterion in criteria:
        if criterion.met(item):
            lines.append(f"  {criterion.name}: fits")
            continue
        if criterion.name == "where":
            lines.append(f"  where: {shown(criterion.wanted)} said no")
            continue
        values = criterion.values(item)
        got = max(values, key=lambda value: _alike(criterion.wanted, value), default=None)
        lines += _difference(criterion, got)
    return lines


def transcripts(journal: Journal, connections: Iterable[int]) -> list[str]:
    """The dialogues of the last of these connections, each cut to its first and last lines."""
    lines: list[str] = []
    for number in list(dict.fromkeys(number for number in connections if number))[-TRANSCRIPTS:]:
        if text := transcript(_brief(journal.connection(number))):
            lines += ["", *excerpt(text.splitlines())]
    return lines


def excerpt(lines: Sequence[str], longest: int = LINES) -> list[str]:
    """The beginning and the end of a transcript."""
    cut = [_cut(line) for line in lines]
    if len(cut) <= longest:
        return cut
    head = longest // 3
    return [*cut[:head], f"… {len(cut) - longest} more lines …", *cut[head - longest :]]


def _brief(entries: Sequence[Entry]) -> Sequence[Entry]:
    """So many entries as may be needed; a connection may have thousands."""
    return entries if len(entries) <= 4 * LINES else [*entries[: 2 * LINES], *entries[-2 * LINES :]]


def _wanted(kind: Kind[I], criteria: Sequence[Criterion[I]], count: int) -> str:
    things = f"no {kind.noun}" if count == 1 else f"no {count} {kind.plural}"
    return things + _conditions(criteria)


def _conditions(criteria: Sequence[Criterion[I]]) -> str:
    return f" with {', '.join(criterion.told() for criterion in criteria)}" if criteria else ""


def _came(kind: Kind[I], items: Sequence[I], fitting: Sequence[I], criteria: Sequence[Criterion[I]]) -> str:
    if not items:
        return f"no {kind.noun} came at all"
    came = f"{len(items)} {kind.noun if len(items) == 1 else kind.plural} came"
    if fitting and criteria:
        came = f"{came}, of which {len(fitting)} fit"
    ready = {(item.connection, item.sequence) for item in kind.ready()}
    unready = sum((item.connection, item.sequence) not in ready for item in fitting)
    return f"{came}; {kind.unready}: {unready}" if unready else came


def _listed(items: Sequence[I]) -> list[str]:
    lines = [f"  {_cut(str(item))}" for item in items[-LISTED:]]
    left = len(items) - len(lines)
    return [f"  … {left} before", *lines] if left else lines


def _connections(kind: Kind[I], items: Sequence[I]) -> list[int]:
    """Those of what came; if nothing did, the latest to the services that it would have come by."""
    if items:
        return [items[-1].connection]
    return [
        entry.event.connection
        for entry in kind.world.journal
        if isinstance(entry.event, Opened) and entry.event.service in kind.services
    ]


def _likeness(item: I, criteria: Sequence[Criterion[I]]) -> float:
    """How many criteria are met, and how much the others are alike."""
    return sum(
        2.0
        if criterion.met(item)
        else max((_alike(criterion.wanted, value) for value in criterion.values(item)), default=0.0)
        for criterion in criteria
    )


def _alike(wanted: Any, value: Any) -> float:
    from difflib import SequenceMatcher  # not needed while all goes well

    if isinstance(wanted, Mapping) and isinstance(value, Mapping):
        alike = (
            max((1.0 if is_part_of(each, found) else 0.1 + 0.8 * _alike(each, found)) for found in values)
            for name, each in wanted.items()
            if (values := values_of(value, name))
        )
        return sum(alike) / max(1, len(wanted))
    if isinstance(wanted, bytes) and isinstance(value, bytes):
        wanted, value = wanted.decode("latin-1"), value.decode("latin-1")
    if not isinstance(wanted, str) or not isinstance(value, str):
        return 0.0
    return SequenceMatcher(None, wanted[:COMPARED].lower(), value[:COMPARED].lower()).ratio()


def _difference(criterion: Criterion[I], got: Any) -> list[str]:
    wanted = criterion.wanted
    if isinstance(wanted, Mapping):
        return _members(criterion.name, wanted, got)
    like = "contains" if criterion.mode in CONTAINED else "is"
    lines = [
        f"  {criterion.name}: wanted  {shown(wanted, WIDTH)} ({like})",
        f"  {' ' * len(criterion.name)}  got     {shown(got, WIDTH)}",
    ]
    if isinstance(wanted, str) and isinstance(got, str):
        same = _common(repr(wanted), repr(got))
        if 1 < same < WIDTH:
            lines.append(f"  {' ' * len(criterion.name)}          {' ' * same}^")
    return lines


def _members(name: str, wanted: Mapping[str, Any], got: Any) -> list[str]:
    if not isinstance(got, Mapping):
        return [
            f"  {name}: wanted  {shown(wanted, WIDTH)}",
            f"  {' ' * len(name)}  got     {shown(got, WIDTH)}",
        ]
    return [
        f"  {name}[{member!r}]: wanted {shown(value)}, got {', '.join(map(shown, values_of(got, member))) or 'nothing'}"
        for member, value in wanted.items()
        if not is_part_of({member: value}, got)
    ]


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
