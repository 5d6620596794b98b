"""The fault rules: those in force, with what they have seen, new ones, and ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sandbox.faults import Rule
from sandbox.faults.engine import ActiveRule
from sandbox.service import Context
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation
from sandbox.web.shape import Shape


class FaultModel(Shape):
    """A rule in force: how often its conditions held, and how often it hit."""

    rule: Rule
    matches: int
    hits: int


class FaultList(Shape):
    """The rules in force, in the order in which they are tried."""

    faults: Sequence[FaultModel]


class FaultRules:
    """List, add, remove."""

    def __init__(self, context: Context) -> None:
        self._faults = context.network.faults

    def operations(self, at: str) -> Iterator[Operation]:
        """The operations below a prefix."""
        yield Operation(
            method="GET",
            path=f"{at}/faults",
            name="list_faults",
            summary="The fault rules in force, and how often each has hit",
            handler=self._list,
            answer=FaultList,
        )
        yield Operation(
            method="POST",
            path=f"{at}/faults",
            name="add_fault",
            summary="Put a fault rule in force, behind those that are",
            handler=self._add,
            body=Rule,
            answer=FaultModel,
            status=201,
            problems=(409,),
        )
        yield Operation(
            method="DELETE",
            path=f"{at}/faults",
            name="delete_faults",
            summary="Take all rules out of force",
            handler=self._clear,
            status=204,
        )
        yield Operation(
            method="DELETE",
            path=f"{at}/faults/{{name}}",
            name="delete_fault",
            summary="Take one rule out of force",
            handler=self._remove,
            status=204,
            problems=(404,),
        )

    async def _list(self, _: Asked) -> FaultList:
        return FaultList(faults=[_model(active) for active in self._faults.active])

    async def _add(self, asked: Asked) -> FaultModel:
        try:
            return _model(self._faults.add(asked.body))
        except ValueError as error:
            raise ProblemError(409, f"{error}.") from None

    async def _clear(self, _: Asked) -> None:
        self._faults.replace(())

    async def _remove(self, asked: Asked) -> None:
        try:
            self._faults.remove(asked.path["name"])
        except LookupError as error:
            raise ProblemError(404, f"{error.args[0]}.") from None


def _model(active: ActiveRule) -> FaultModel:
    return FaultModel(rule=active.rule, matches=active.matches, hits=active.hits)
