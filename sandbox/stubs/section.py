"""Stubs as they stand in a configuration file and in the control API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, ValidationInfo, model_validator

from sandbox.settings.mistakes import guess, misplaced
from sandbox.settings.models import Model
from sandbox.stubs.answers import DatagramAnswer, HttpAnswer, OctetsAnswer, XmlRpcAnswer
from sandbox.stubs.conditions import conditions_of, mistake_in
from sandbox.stubs.matching import is_literal
from sandbox.stubs.stub import Stub

#: A text; a number is meant as it is written.
Text: TypeAlias = str | int | float


class StubSettings(Model):
    """What every stub has."""

    conditions: ClassVar[Sequence[str]]

    name: str = ""
    """What the stub is called on the timeline and in the API; a name is made up if none is given."""
    times: Annotated[int, Field(ge=1)] | None = None
    """Requests after which it rests; what it covered before is served then."""
    ordered: str | None = None
    """Of the stubs with the same word here, only the first that does not rest yet answers; each does so once."""

    @model_validator(mode="after")
    def _readable(self, info: ValidationInfo) -> StubSettings:
        service: str = getattr(self, "service")  # noqa: B009 — each subclass has its own
        for name in self.conditions:
            wanted = self._wanted(name)
            if wanted is not None and (mistake := mistake_in(service, name, wanted)):
                raise misplaced((name,), mistake)
        self._check_listener(service, (info.context or {}).get("listeners", {}).get(service))
        return self

    def _check_listener(self, service: str, known: Collection[str] | None) -> None:
        """``known`` is None where nobody knows the listeners."""
        listener = getattr(self, "listener", None)
        if known is not None and listener is not None and is_literal(listener) and listener not in known:
            there = guess(listener, known) or f"; known: {', '.join(sorted(known))}"
            raise misplaced(("listener",), f"{service} has no listener {listener!r}{there}")

    def stub(self) -> Stub:
        """A new stub of this kind, which has been asked nothing."""
        service: str = getattr(self, "service")  # noqa: B009
        return Stub(
            service=service,
            conditions=conditions_of(service, {name: self._wanted(name) for name in self.conditions}),
            answers=list(getattr(self, "answers")),  # noqa: B009
            name=self.name,
            times=self.times,
            ordered=self.ordered,
        )

    def _wanted(self, name: str) -> Any:
        return getattr(self, "json_" if name == "json" else name)


class HttpStub(StubSettings):
    """A request of HTTP."""

    conditions: ClassVar = ("listener", "method", "path", "host", "query", "headers", "json", "form", "body")

    service: Literal["http"]
    listener: str | None = None
    """The listener by name."""
    method: str | None = None
    """The method, as POST."""
    path: str | None = None
    """The path: /orders/{id}, with {…} for one segment and * for anything; /^…/ is a regular expression."""
    host: str | None = None
    """The host the client means, without its port."""
    query: Mapping[str, Text] | None = None
    """Parameters of the query, there may be more."""
    headers: Mapping[str, Text] | None = None
    """Header fields, there may be more."""
    json_: Any = Field(default=None, alias="json")
    """What the body has in JSON; tables may have more members."""
    form: Mapping[str, Text] | None = None
    """Fields of a form, there may be more."""
    body: str | None = None
    """The body as text."""
    answers: Annotated[tuple[HttpAnswer, ...], Field(strict=False)] = ()
    """The answers in turn, then the last again and again."""


class XmlRpcStub(StubSettings):
    """A call of XML-RPC."""

    conditions: ClassVar = ("method", "params")

    service: Literal["xmlrpc"]
    method: str | None = None
    """The name of the method."""
    params: Annotated[tuple[Any, ...], Field(strict=False)] | None = None
    """The arguments."""
    answers: Annotated[tuple[XmlRpcAnswer, ...], Field(strict=False)] = ()
    """The answers in turn, then the last again and again."""


class TcpStub(StubSettings):
    """Octets that come to TCP."""

    conditions: ClassVar = ("listener", "data")

    service: Literal["tcp"]
    listener: str | None = None
    """The listener by name."""
    data: str | None = None
    """The octets as text; between slashes it is a regular expression for one line."""
    answers: Annotated[tuple[OctetsAnswer, ...], Field(strict=False)] = ()
    """The answers in turn, then the last again and again."""


class UdpStub(StubSettings):
    """A datagram that comes to UDP."""

    conditions: ClassVar = ("listener", "data")

    service: Literal["udp"]
    listener: str | None = None
    """The listener by name."""
    data: str | None = None
    """The datagram as text; between slashes it is a regular expression."""
    answers: Annotated[tuple[DatagramAnswer, ...], Field(strict=False)] = ()
    """The answers in turn, then the last again and again."""


AnyStub: TypeAlias = Annotated[HttpStub | XmlRpcStub | TcpStub | UdpStub, Field(discriminator="service")]


class StubsSection(Model):
    """The stubs of a configuration file."""

    stubs: Annotated[tuple[AnyStub, ...], Field(strict=False)] = ()
    """What clients are expected to ask, and what they are answered; of several that fit the last one answers."""

    @model_validator(mode="after")
    def _names_once(self) -> StubsSection:
        seen: set[str] = set()
        for number, stub in enumerate(self.stubs):
            if stub.name and stub.name in seen:
                raise misplaced(("stubs", number, "name"), f"there is a stub {stub.name!r} already")
            seen.add(stub.name)
        return self
