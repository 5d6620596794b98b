"""What there is, for who opens the root of the control interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from sandbox.web.own import PREFIX
from sandbox.web.routes import Asked, Operation
from sandbox.web.shape import Shape


class Listed(Shape):
    """One operation in a line."""

    method: str
    path: str
    summary: str


class Listing(Shape):
    """The operations below a path; the document at ``openapi`` describes all of them."""

    openapi: str
    operations: Sequence[Listed]


class Index:
    """Lists the operations, all of them or those of the sandbox' own interface."""

    def __init__(self) -> None:
        self._listed: Sequence[Operation] = ()

    def operations(self, listed: Sequence[Operation]) -> Iterator[Operation]:
        """The operations; they are listed as well, as are those of ``listed`` when one is asked for."""
        self._listed = listed
        for name, at in (("index", "/"), ("index_of_own", f"{PREFIX}/")):
            yield Operation(
                method="GET",
                path=at,
                name=name,
                summary=f"What there is below {at}",
                handler=self._below(at),
                answer=Listing,
            )

    def _below(self, at: str) -> Callable[[Asked], Awaitable[Listing]]:
        async def listing(_: Asked) -> Listing:
            found = [
                Listed(method=each.method, path=each.path, summary=each.summary)
                for each in self._listed
                if each.path.startswith(at)
            ]
            return Listing(openapi="/openapi.json", operations=found)

        return listing
