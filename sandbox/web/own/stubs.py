"""The stubs: what clients are expected to ask and what they are answered, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import ConfigDict, RootModel

from sandbox.service import Context
from sandbox.stubs import Stub
from sandbox.stubs.section import AnyStub
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation, Query
from sandbox.web.shape import Shape


class NewStub(RootModel[AnyStub]):
    """A stub as it stands in the configuration."""

    model_config = ConfigDict(defer_build=True)


class StubModel(Shape):
    """A stub: what it expects in words, how often it was asked, and whether it answers no more."""

    name: str
    service: str
    expected: str
    requests: int
    spent: bool


class StubList(Shape):
    """The stubs; of those that fit a request the last answers."""

    stubs: Sequence[StubModel]


class ProblemsQuery(Query):
    """What counts as a problem."""

    unused: bool = True
    """Stubs that were never asked, or less often than they have answers for."""
    unmatched: bool = False
    """Requests to services with stubs for which there was none."""


class ProblemList(Shape):
    """What is not as expected, in words; nothing if all is well."""

    problems: Sequence[str]


class StubRules:
    """List, add, remove, verify."""

    def __init__(self, context: Context) -> None:
        self._stubs = context.stubs

    def operations(self, at: str) -> Iterator[Operation]:
        """The operations below a prefix."""
        yield Operation(
            method="GET",
            path=f"{at}/stubs",
            name="list_stubs",
            summary="The stubs, and how often each was asked",
            handler=self._list,
            answer=StubList,
        )
        yield Operation(
            method="POST",
            path=f"{at}/stubs",
            name="add_stub",
            summary="Answer certain requests in a certain way",
            handler=self._add,
            body=NewStub,
            answer=StubModel,
            status=201,
            problems=(409,),
        )
        yield Operation(
            method="DELETE",
            path=f"{at}/stubs",
            name="delete_stubs",
            summary="Remove all stubs, and forget what they were asked",
            handler=self._clear,
            status=204,
        )
        yield Operation(
            method="GET",
            path=f"{at}/stubs/problems",
            name="verify_stubs",
            summary="What is not as expected",
            handler=self._verify,
            query=ProblemsQuery,
            answer=ProblemList,
        )
        yield Operation(
            method="DELETE",
            path=f"{at}/stubs/{{name}}",
            name="delete_stub",
            summary="Remove one stub",
            handler=self._remove,
            status=204,
            problems=(404,),
        )

    async def _list(self, _: Asked) -> StubList:
        return StubList(stubs=[_model(stub) for stub in self._stubs])

    async def _add(self, asked: Asked) -> StubModel:
        try:
            return _model(self._stubs.add(asked.body.root.stub()))
        except ValueError as error:
            raise ProblemError(409, f"{error}.") from None

    async def _clear(self, _: Asked) -> None:
        self._stubs.replace()

    async def _verify(self, asked: Asked) -> ProblemList:
        query: ProblemsQuery = asked.query
        return ProblemList(problems=self._stubs.problems(unused=query.unused, unmatched=query.unmatched))

    async def _remove(self, asked: Asked) -> None:
        try:
            self._stubs.remove(asked.path["name"])
        except LookupError as error:
            raise ProblemError(404, f"{error.args[0]}.") from None


def _model(stub: Stub) -> StubModel:
    return StubModel(
        name=stub.name,
        service=stub.service,
        expected=" ".join(map(str, stub.conditions)) or "anything",
        requests=len(stub.requests),
        spent=stub.spent,
    )
