"""A fault rule: where and when something goes wrong, and what."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sandbox.faults.effects import AnyEffect
from sandbox.faults.existence import check_listener, check_on
from sandbox.faults.pattern import Pattern, fits
from sandbox.faults.point import CONNECT
from sandbox.settings.mistakes import misplaced
from sandbox.settings.models import Count, Model, Octets, Seconds

# What a client that has connected may fulfil or not, and what is counted of that.
_CONDITIONS = (
    "argument",
    "user",
    "peer",
    "larger",
    "greylist",
    "after",
    "nth",
    "times",
    "rate",
    "burst",
    "probability",
)


class Rule(Model):
    """One rule; of those that match, the first in the list counts. All its conditions must hold."""

    name: str = ""
    """What the rule is called on the timeline and in the API; a name is made up if none is given."""
    on: Annotated[str, Field(pattern=r"^[A-Za-z*?][A-Za-z0-9*?_-]*(\.\S+( \S+)*)?$")]
    """The service, or service.event, as smtp.rcpt; the service alone means the moment a client connects."""
    argument: Pattern | None = None
    """What the command says, as *@slow.example; between slashes it is a regular expression."""
    listener: Pattern | None = None
    """The listener by name, as submission."""
    user: Pattern | None = None
    """The user who has logged in."""
    peer: Pattern | None = None
    """The client's address without its port."""
    larger: Octets | None = None
    """Octets: what it is about is larger, a message, or the mailbox of a recipient (quota)."""
    greylist: Seconds | None = None
    """Hits what is new, a peer, sender and argument together; until so many seconds are over, 0 the first time only."""
    after: Count = 0
    """Matches that pass unharmed before the rule begins to hit."""
    nth: Annotated[int, Field(ge=1)] | None = None
    """Hit this match only, counted from 1."""
    times: Annotated[int, Field(ge=1)] | None = None
    """Hits after which the rule rests."""
    rate: Annotated[float, Field(gt=0)] | None = None
    """Matches per second that pass unharmed (a token bucket); those beyond are hit."""
    burst: Annotated[float, Field(ge=1)] | None = None
    """Matches that may pass at once before the rate counts; the rate itself, at least 1, if not given."""
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The chance that a match is hit; the dice follow from the seed."""
    effect: AnyEffect
    """What happens, as { kind = "reply", text = "451 4.3.0 Try again later" }."""

    @model_validator(mode="after")
    def _suitable(self) -> Rule:
        named = f"{self.service}.{self.event}"
        if not set("*?[") & set(named) and not self.effect.suits(self.service, self.event):
            raise misplaced(("effect", "kind"), f"{self.effect.kind} is nothing for {named}")
        if self.effect.unconditional:
            self._has_no_conditions()
        return self

    def _has_no_conditions(self) -> None:
        kind = self.effect.kind
        if not fits(self.event, CONNECT):
            raise misplaced(("on",), f"{kind} is for a service alone, as {self.service!r}")
        fields = type(self).model_fields
        said = [key for key in _CONDITIONS if getattr(self, key) != fields[key].default]
        if said:
            raise misplaced(
                (said[0],), f"{kind} has no {', no '.join(said)}: it lasts as long as its rule is in force"
            )

    @field_validator("on")
    @classmethod
    def _lower(cls, on: str, info: ValidationInfo) -> str:
        check_on(on.lower(), info.context or {})
        return on.lower()

    @field_validator("listener")
    @classmethod
    def _exists(cls, listener: str | None, info: ValidationInfo) -> str | None:
        if listener is not None and "on" in info.data:
            check_listener(listener, info.data["on"], info.context or {})
        return listener

    @property
    def service(self) -> str:
        """The pattern of the service."""
        return self.on.partition(".")[0]

    @property
    def event(self) -> str:
        """The pattern of the event."""
        return self.on.partition(".")[2] or CONNECT


class FaultsSection(Model):
    """The rules of a configuration file."""

    faults: Annotated[tuple[Rule, ...], Field(strict=False)] = ()
    """Rules that say where and when something goes wrong, and what; of those that match, the first counts."""

    @model_validator(mode="after")
    def _names_once(self) -> FaultsSection:
        seen: set[str] = set()
        for number, rule in enumerate(self.faults):
            if rule.name and rule.name in seen:
                raise misplaced(("faults", number, "name"), f"there is a rule {rule.name!r} already")
            seen.add(rule.name)
        return self
