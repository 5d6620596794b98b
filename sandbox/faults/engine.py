"""Decides which rule hits at a point, and tells it on the timeline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sandbox.faults.bucket import TokenBucket
from sandbox.faults.effects.refuse import Refuse
from sandbox.faults.greylist import Greylist
from sandbox.faults.pattern import fits
from sandbox.faults.point import CONNECT, Point
from sandbox.faults.rule import Rule


@dataclass(slots=True)
class ActiveRule:
    """A rule and what it has seen: ``matches`` of its conditions, and the ``hits`` that followed."""

    rule: Rule
    random: random.Random
    bucket: TokenBucket | None
    greylist: Greylist | None = None
    matches: int = 0
    hits: int = 0

    def hit(self, point: Point) -> bool:
        """Whether the rule hits here; counts."""
        rule = self.rule
        if rule.effect.unconditional or not _matches(rule, point):
            return False
        if rule.times is not None and self.hits >= rule.times:
            return False
        self.matches += 1
        if self.matches <= rule.after or (rule.nth is not None and self.matches != rule.nth):
            return False
        if self.greylist is not None and self.greylist.passes(point.peer, point.sender, point.argument):
            return False
        if self.bucket is not None and self.bucket.take():
            return False
        if rule.probability < 1 and self.random.random() >= rule.probability:
            return False
        self.hits += 1
        return True


@dataclass(slots=True)
class Faults:
    """The rules in force, in order: at each point the first that hits counts.

    The dice of each rule are its own, thrown from ``seed`` and its name, so that one rule does not change another.
    """

    clock: Callable[[], float] = time.monotonic
    seed: int = 0
    active: list[ActiveRule] = field(default_factory=list)
    greylists: dict[str, Greylist] = field(default_factory=dict)
    _watchers: list[Callable[[], object]] = field(default_factory=list)

    def watch(self, watcher: Callable[[], object]) -> None:
        """Call ``watcher`` whenever other rules are in force; going back to a snapshot tells nobody."""
        self._watchers.append(watcher)

    def add(self, rule: Rule) -> ActiveRule:
        """Put a rule in force, behind those that are. Raises ValueError if one of its name is in force already."""
        active = self._put(rule)
        self._changed()
        return active

    def remove(self, name: str) -> None:
        """Take a rule out of force. Raises LookupError if there is none of that name."""
        for active in self.active:
            if active.rule.name == name:
                self.active.remove(active)
                self._changed()
                return
        raise LookupError(f"there is no rule {name!r}")

    def replace(self, rules: Iterable[Rule]) -> None:
        """Put exactly these rules in force, with nothing counted yet."""
        self.active.clear()
        self.greylists.clear()
        try:
            for rule in rules:
                self._put(rule)
        finally:
            self._changed()

    def hit(self, point: Point) -> Rule | None:
        """The rule that hits at a point, if any. Whoever acts on it tells it on the timeline."""
        return next((active.rule for active in self.active if active.hit(point)), None)

    def refusal(self, service: str, listener: str) -> ActiveRule | None:
        """The rule by which nobody listens there, if any; also one behind others, since no client comes to meet those."""
        return next((active for active in self.active if _refuses(active.rule, service, listener)), None)

    def greylist(self, name: str) -> Greylist:
        """A greylist that no rule has; it forgets when the rules are replaced."""
        return self.greylists.setdefault(name, Greylist(0.0, self.clock))

    def dice(self, name: str) -> random.Random:
        """Dice of their own for whoever asks by this name, thrown from the seed."""
        return random.Random(f"{self.seed} {name}")

    def _put(self, rule: Rule) -> ActiveRule:
        if any(active.rule.name == rule.name for active in self.active if rule.name):
            raise ValueError(f"there is a rule {rule.name!r} already")
        rule = rule if rule.name else rule.model_copy(update={"name": self._new_name()})
        rate = rule.rate
        bucket = None if rate is None else TokenBucket(rate, rule.burst or max(1.0, rate), self.clock)
        greylist = None if rule.greylist is None else Greylist(rule.greylist, self.clock)
        self.active.append(ActiveRule(rule, self.dice(rule.name), bucket, greylist))
        return self.active[-1]

    def _changed(self) -> None:
        for watcher in self._watchers:
            watcher()

    def _new_name(self) -> str:
        taken = {active.rule.name for active in self.active}
        return next(name for number in range(1, len(taken) + 2) if (name := f"rule-{number}") not in taken)


def _matches(rule: Rule, point: Point) -> bool:
    return (
        rule.effect.suits(point.service, point.event)
        and (rule.larger is None or point.size > rule.larger)
        and fits(rule.service, point.service)
        and fits(rule.event, point.event)
        and fits(rule.argument, point.argument)
        and fits(rule.listener, point.listener)
        and fits(rule.user, point.user)
        and fits(rule.peer, point.peer)
    )


def _refuses(rule: Rule, service: str, listener: str) -> bool:
    return (
        isinstance(rule.effect, Refuse)
        and rule.effect.suits(service, CONNECT)
        and fits(rule.service, service)
        and fits(rule.event, CONNECT)
        and fits(rule.listener, listener)
    )
