"""Chaos: three fault rules under fixed names, in Mailpit's words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.faults import Faults, Rule
from sandbox.web.mailpit.lists import AT
from sandbox.web.mailpit.shapes import Trigger, Triggers, TriggersRequest
from sandbox.web.routes import Asked, Operation


@dataclass(frozen=True, slots=True)
class _Step:
    on: str
    code: int

    def rule(self, name: str, trigger: Trigger) -> Rule:
        text = f"{trigger.ErrorCode} Chaos {name.lower()} error"
        return Rule.model_validate(
            {
                "name": _rule_name(name),
                "on": self.on,
                "probability": trigger.Probability / 100,
                "effect": {"kind": "reply", "text": text},
            }
        )


_STEPS = {
    "Sender": _Step("smtp.mail", 451),
    "Recipient": _Step("smtp.rcpt", 451),
    "Authentication": _Step("smtp.auth", 535),
}


class Chaos:
    """``/api/v1/chaos``."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._codes = {name: step.code for name, step in _STEPS.items()}

    def operations(self) -> Iterator[Operation]:
        """The operations."""
        yield Operation(
            method="GET",
            path=f"{AT}/chaos",
            name="mailpit_chaos",
            summary="Which steps of SMTP are refused, and how often",
            handler=self._read,
            answer=Triggers,
        )
        yield Operation(
            method="PUT",
            path=f"{AT}/chaos",
            name="mailpit_set_chaos",
            summary="Refuse these steps of SMTP, and no others",
            handler=self._set,
            body=TriggersRequest,
            body_optional=True,
            answer=Triggers,
        )

    async def _read(self, _: Asked) -> Triggers:
        return Triggers(**{name: self._trigger(name) for name in _STEPS})

    async def _set(self, asked: Asked) -> Triggers:
        for name, step in _STEPS.items():
            with contextlib.suppress(LookupError):
                self._faults.remove(_rule_name(name))
            trigger: Trigger | None = getattr(asked.body, name)
            self._codes[name] = step.code if trigger is None else trigger.ErrorCode
            if trigger is not None and trigger.Probability:
                self._faults.add(step.rule(name, trigger))
        return await self._read(asked)

    def _trigger(self, name: str) -> Trigger:
        rules = [active.rule for active in self._faults.active if active.rule.name == _rule_name(name)]
        probability = round(rules[0].probability * 100) if rules else 0
        return Trigger(ErrorCode=self._codes[name], Probability=probability)


def _rule_name(name: str) -> str:
    return f"chaos-{name.lower()}"
