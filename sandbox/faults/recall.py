"""The rules in force, and what each has counted, for snapshots."""

from __future__ import annotations

from copy import copy
from random import Random

from sandbox.faults.engine import ActiveRule, Faults


class KeptRules:
    """Takes the rules of an engine back to where they were."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def snapshot(self) -> object:
        """Copies of the rules in force, with their counts and dice, and of the greylists that no rule has."""
        greylists = {name: each.copy() for name, each in self._faults.greylists.items()}
        return [_copied(active) for active in self._faults.active], greylists

    def restore(self, snapshot: object) -> None:
        """Put these rules in force, counted as they were."""
        assert isinstance(snapshot, tuple)
        rules, greylists = snapshot
        self._faults.active[:] = [_copied(active) for active in rules]
        self._faults.greylists = {name: each.copy() for name, each in greylists.items()}


def _copied(active: ActiveRule) -> ActiveRule:
    other = copy(active)
    other.bucket = copy(active.bucket)
    other.greylist = None if active.greylist is None else active.greylist.copy()
    other.random = Random(0)
    other.random.setstate(active.random.getstate())
    return other
