"""Stubs for a test: what is expected, what is answered, and whether it was asked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

from sandbox.api.calling import Call
from sandbox.engine import Engine
from sandbox.observation import Unexpected
from sandbox.stubs import (
    CallRequest,
    HttpAnswer,
    HttpRequest,
    OctetsAnswer,
    OctetsRequest,
    Stub,
    XmlRpcAnswer,
)
from sandbox.stubs.answers import DatagramAnswer, FaultValue, valid
from sandbox.stubs.conditions import conditions_of
from sandbox.stubs.engine import times_of

Q = TypeVar("Q", bound=Any)

#: No body in JSON; None is one.
_NOTHING: Final = object()

#: A text, ``*`` being anything and ``/…/`` a regular expression; or a compiled one, or a function that is asked.
TextRule = str | re.Pattern[str] | Callable[[str], object] | None


class Expected(Generic[Q]):
    """A stub that was set up. Without an answer it answers with nothing, and HTTP with an empty 200."""

    #: Whether the function of :meth:`respond_with` may be a coroutine function.
    _awaits: ClassVar[bool] = True

    def __init__(self, stub: Stub, call: Call) -> None:
        self._stub = stub
        self._call = call

    def __repr__(self) -> str:
        return f"<{self._stub}>"

    @property
    def name(self) -> str:
        """What it is called on the timeline."""
        return self._stub.name

    @property
    def requests(self) -> list[Q]:
        """What it was asked, in order."""
        return self._call(lambda _: list(self._stub.requests))

    def respond_with(self, handler: Callable[[Q], Any]) -> Self:
        """Let a function answer, next in turn; what it raises fails ``sandbox.stubs.verify()``. Raises TypeError."""
        if not callable(handler):
            raise TypeError(f"respond_with() takes a function, not {handler!r}; respond() takes an answer")
        if not self._awaits and inspect.iscoroutinefunction(handler):
            raise TypeError(f"TCP and UDP answer at once: respond_with() takes no coroutine as {handler!r}")
        return self._then(handler)

    def assert_called(self, *, exactly: int | None = None, at_least: int | None = None) -> None:
        """Raise Unexpected, with the nearest miss, unless it was asked so often; once at least if nothing is said."""
        __tracebackhide__ = True
        at_least = 1 if exactly is None and at_least is None else at_least
        asked = len(self.requests)
        if exactly is not None and asked != exactly:
            self._fail(f"exactly {times_of(exactly)}")
        if at_least is not None and asked < at_least:
            self._fail(f"at least {times_of(at_least)}")

    def assert_never(self) -> None:
        """Raise Unexpected, with the requests, if it was asked."""
        __tracebackhide__ = True
        if requests := self.requests:
            raise Unexpected("\n".join([f"{self._stub} was never expected, but asked:", *map(str, requests)]))

    def remove(self) -> None:
        """Have it no longer. Raises LookupError if that is so already."""
        self._call(lambda engine: engine.stubs.remove(self._stub.name))

    def _then(self, answer: Any) -> Self:
        self._call(lambda _: self._stub.answers.append(answer))
        return self

    def _fail(self, expected: str) -> None:
        __tracebackhide__ = True
        raise Unexpected(self._call(lambda engine: engine.stubs.told(self._stub, expected)))


class ExpectedRequest(Expected[HttpRequest]):
    """A stub of HTTP."""

    def respond(
        self,
        status: int = 200,
        *,
        headers: Mapping[str, str | int | Sequence[str]] | None = None,
        text: str | None = None,
        body: bytes | str | None = None,
        file: str | Path | None = None,
        delay: float = 0.0,
        template: bool = False,
        json: Any = _NOTHING,
    ) -> Self:
        """Answer with this, next in turn; the last answer is given again and again. ``json=`` is a body in JSON.

        With ``template`` json, text and header fields are Jinja templates that know ``request``. Raises ValueError.
        """
        given = {"text": text, "body": body, "file": None if file is None else Path(file).absolute()}
        fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if json is not _NOTHING:
            fields["json"] = json
        return self._then(
            valid(
                HttpAnswer,
                status=status,
                headers=dict(headers or {}),
                delay=delay,
                template=template,
                **fields,
            )
        )


class ExpectedCall(Expected[CallRequest]):
    """A stub of XML-RPC."""

    def respond(self, value: Any = "", *, delay: float = 0.0) -> Self:
        """Return a value, next in turn."""
        return self._then(valid(XmlRpcAnswer, value=value, delay=delay))

    def respond_fault(self, code: int, text: str, *, delay: float = 0.0) -> Self:
        """Answer with a fault, next in turn."""
        return self._then(valid(XmlRpcAnswer, fault=valid(FaultValue, code=code, text=text), delay=delay))


class ExpectedOctets(Expected[OctetsRequest]):
    """A stub of TCP."""

    _awaits = False

    def respond(self, data: bytes | str = b"", *, close: bool = False, delay: float = 0.0) -> Self:
        """Send octets, next in turn, and close the connection behind them if that is wanted."""
        return self._then(valid(OctetsAnswer, data=data, close=close, delay=delay))


class ExpectedDatagram(Expected[OctetsRequest]):
    """A stub of UDP."""

    _awaits = False

    def respond(self, data: bytes | str = b"") -> Self:
        """Send a datagram back, next in turn."""
        return self._then(valid(DatagramAnswer, data=data))


E = TypeVar("E", bound=Expected[Any])


class StubRules:
    """All stubs, those of the configuration too."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def __iter__(self) -> Iterator[Stub]:
        return iter(self._call(lambda engine: list(engine.stubs)))

    def expect(
        self,
        kind: type[E],
        service: str,
        wanted: Mapping[str, Any],
        *,
        matches: Callable[[Any], object] | None,
        times: int | None,
        ordered: str | None,
        name: str,
    ) -> E:
        """Add a stub. Raises ValueError for a bad condition, or if there is a stub of that name."""
        if times is not None and times < 1:
            raise ValueError("times is at least 1")
        conditions = conditions_of(service, wanted, matches)
        stub = Stub(service=service, conditions=conditions, name=name, times=times, ordered=ordered)
        self._call(lambda engine: engine.stubs.add(stub))
        return kind(stub, self._call)

    def remove(self, name: str) -> None:
        """Have a stub no longer. Raises LookupError if there is none of that name."""
        self._call(lambda engine: engine.stubs.remove(name))

    def clear(self) -> None:
        """Have none, also none of the configuration, and forget what they were asked."""
        self._call(lambda engine: engine.stubs.replace())

    @property
    def unmatched(self) -> list[Any]:
        """The requests, to services that have stubs, for which there was none."""
        return self._call(lambda engine: engine.stubs.unmatched)

    def verify(self, *, unused: bool = True, unmatched: bool = False) -> None:
        """Raise Unexpected, with near misses, unless all is as expected.

        A stub has to be asked, with ``times`` or ``ordered`` exactly so often, unless ``unused`` is False; with
        ``unmatched`` there must have been one for each request. A function of a stub that failed always counts; it is
        told once.
        """
        __tracebackhide__ = True

        def told(engine: Engine) -> list[str]:
            problems = engine.stubs.problems(unused=unused, unmatched=unmatched)
            engine.stubs.failures.clear()
            return problems

        if problems := self._call(told):
            raise Unexpected("\n\n".join(problems))
