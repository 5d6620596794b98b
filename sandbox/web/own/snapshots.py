"""Snapshots: how everything is now, kept under a name to go back to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sandbox.service import Context
from sandbox.stores.recall import Snapshot
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation
from sandbox.web.shape import Shape


class SnapshotList(Shape):
    """The names of the snapshots."""

    snapshots: Sequence[str]


class Snapshots:
    """List, take, go back, drop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._taken: dict[str, Snapshot] = {}

    def operations(self, at: str) -> Iterator[Operation]:
        """The operations below a prefix."""
        one = f"{at}/snapshots/{{name}}"
        yield Operation(
            method="GET",
            path=f"{at}/snapshots",
            name="list_snapshots",
            summary="The snapshots that were taken",
            handler=self._list,
            answer=SnapshotList,
        )
        for method, path, name, summary, handler, problems in (
            ("PUT", one, "take_snapshot", "Keep how everything is now under a name", self._take, ()),
            (
                "POST",
                f"{one}/restore",
                "restore_snapshot",
                "Let everything be so again; clients are dropped",
                self._restore,
                (404,),
            ),
            ("DELETE", one, "delete_snapshot", "Drop a snapshot", self._delete, (404,)),
        ):
            yield Operation(
                method=method,
                path=path,
                name=name,
                summary=summary,
                handler=handler,
                status=204,
                problems=problems,
            )

    async def _list(self, _: Asked) -> SnapshotList:
        return SnapshotList(snapshots=list(self._taken))

    async def _take(self, asked: Asked) -> None:
        self._taken[asked.path["name"]] = self._context.recall.snapshot()

    async def _restore(self, asked: Asked) -> None:
        await self._context.restore(self._find(asked))

    async def _delete(self, asked: Asked) -> None:
        self._find(asked)
        del self._taken[asked.path["name"]]

    def _find(self, asked: Asked) -> Snapshot:
        name = asked.path["name"]
        if name not in self._taken:
            raise ProblemError(404, f"There is no snapshot {name!r}.")
        return self._taken[name]
