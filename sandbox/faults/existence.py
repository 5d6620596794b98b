"""Whether there is what a rule names: a service, its event, its listener; only what is named in full is looked up.

What is known is the context that rules are validated with: ``services`` are the names of all services,
``settings_class`` finds the settings of one, and ``listeners`` are the names of the listeners of those that are configured,
None where nobody knows. Without it nothing is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.faults.pattern import fits
from sandbox.faults.point import CONNECT
from sandbox.settings.mistakes import guess


def check_on(on: str, known: Mapping[str, Any]) -> None:
    """Raises ValueError, with a sentence for the user, if there is no such service or no such event of it."""
    service, _, event = on.partition(".")
    if "services" not in known or _is_pattern(service):
        return
    if service not in known["services"]:
        raise ValueError(f"there is no service {service!r}{guess(service, known['services'])}")
    if _is_pattern(event):
        return
    settings = known["settings_class"](service)
    if not settings.has_event(event or CONNECT):
        raise ValueError(_nothing(service, "event", event or CONNECT, settings.events))


def check_listener(listener: str, on: str, known: Mapping[str, Any]) -> None:
    """Raises ValueError, with a sentence for the user, if no service that is meant has such a listener."""
    service = on.partition(".")[0]
    there = [names for name, names in known.get("listeners", {}).items() if fits(service, name)]
    if not there or None in there or _is_pattern(listener):
        return
    names = frozenset[str]().union(*there)
    if not any(fits(listener, name) for name in names):
        raise ValueError(_nothing(service, "listener", listener, names))


def _is_pattern(text: str) -> bool:
    return bool(set("*?[") & set(text)) or (len(text) > 1 and text[0] == text[-1] == "/")


def _nothing(service: str, kind: str, name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    there = guess(name, names) or (f"; known: {', '.join(names)}" if names else "")
    who = f"no service {service!r}" if _is_pattern(service) else service
    return f"{who} has {'a' if _is_pattern(service) else 'no'} {kind} {name!r}{there}"
