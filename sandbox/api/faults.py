"""The fault rules of a running sandbox."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.api.calling import Call
from sandbox.api.configuration import load_rules
from sandbox.faults import Rule


class FaultRules:
    """What goes wrong, and where. Rules are written as in the configuration: ``on``, ``effect`` and conditions."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._call(lambda engine: [active.rule for active in engine.faults.active]))

    def add(self, rule: Rule | Mapping[str, Any] | None = None, /, **fields: Any) -> str:
        """Put a rule in force, behind those that are, and return its name.

        Given as a Rule, as a mapping, or by its fields: ``add(on="smtp.rcpt", effect={...}, times=1)``. Raises
        SettingsError for a wrong rule, ValueError if one of its name is in force.
        """
        given = rule if isinstance(rule, Rule) else {**(rule or {}), **fields}
        (found,) = load_rules([given], self._call(lambda engine: engine.configuration))
        return self._call(lambda engine: engine.faults.add(found).rule.name)

    def remove(self, name: str) -> None:
        """Take a rule out of force. Raises LookupError if there is none of that name."""
        self._call(lambda engine: engine.faults.remove(name))

    def clear(self) -> None:
        """Take all rules out of force, also those of the configuration."""
        self._call(lambda engine: engine.faults.replace(()))

    def hits(self, name: str) -> int:
        """How often a rule has hit. Raises LookupError if there is none of that name."""
        hits = self._call(lambda engine: {active.rule.name: active.hits for active in engine.faults.active})
        if name not in hits:
            raise LookupError(f"there is no rule {name!r}")
        return hits[name]

    @contextlib.contextmanager
    def during(self, rule: Rule | Mapping[str, Any] | None = None, /, **fields: Any) -> Iterator[str]:
        """A rule that is in force within ``with``."""
        name = self.add(rule, **fields)
        try:
            yield name
        finally:
            with contextlib.suppress(LookupError):
                self.remove(name)
