"""Operations of client libraries, and running them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tests.clients.environment import Environment

C = TypeVar("C")

#: What an operation does with a connected client; the text it returns says what came back.
Function = Callable[[C, Environment], str]
#: Connects one kind of client. What it gives is used in a ``with`` and closed afterwards.
Connect = Callable[[Environment], AbstractContextManager[C]]


class RefusedError(Exception):
    """The server said no in a reply that the client only returns; the text is that reply."""


@dataclass(frozen=True, slots=True)
class Way(Generic[C]):
    """One class of client, or one scheme: a column of the page. Its ``cls`` is whose methods must all be here."""

    connect: Connect[C]
    cls: type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Operation(Generic[C]):
    """One line of the page. ``on_purpose`` says for each way on which a refusal is right why it is.

    Interpreters older than ``since`` have no such method; there the page still says what is ``expected``.
    """

    call: str
    function: Function[C]
    note: str
    on_purpose: Mapping[str, str]
    ways: Sequence[str]
    since: tuple[int, int]
    expected: str

    @property
    def method(self) -> str:
        """The method that is called."""
        return self.call.partition("(")[0]


@dataclass(slots=True, eq=False)
class Library(Generic[C]):
    """The operations of one client library, each tried on every way to connect.

    ``refusals`` are the exceptions by which the library tells that the server refused something; the methods
    in ``aside`` have nothing to do with a server.
    """

    name: str
    ways: Mapping[str, Way[C]]
    refusals: tuple[type[Exception], ...]
    intro: str = ""
    aside: frozenset[str] = frozenset()
    operations: list[Operation[C]] = field(default_factory=list)

    def operation(
        self,
        call: str,
        *,
        note: str = "",
        on_purpose: str | Mapping[str, str] = "",
        ways: Sequence[str] = (),
        since: tuple[int, int] = (3, 0),
        expected: str = "",
    ) -> Callable[[Function[C]], Function[C]]:
        """Add the decorated function as the operation that makes ``call``.

        ``on_purpose`` tells why it is right that the call is refused, on all ways or on some; without ``ways`` it is
        made on every way whose class has the method. ``since`` and ``expected`` are for methods that only newer
        interpreters have.
        """

        def add(function: Function[C]) -> Function[C]:
            made = tuple(ways) or tuple(way for way in self.ways if expected or self._has(way, call))
            reasons = on_purpose if isinstance(on_purpose, Mapping) else dict.fromkeys(made, on_purpose)
            reasons = {way: reason for way, reason in reasons.items() if reason}
            self.operations.append(Operation(call, function, note, reasons, made, since, expected))
            return function

        return add

    def _has(self, way: str, call: str) -> bool:
        cls = self.ways[way].cls
        return cls is None or hasattr(cls, call.partition("(")[0])

    def run(self, operation: Operation[C], environment: Environment) -> str:
        """Connect, call, and say in a word or two what came back."""
        if sys.version_info < operation.since:
            return operation.expected
        return self._outcome(operation, environment).replace(environment.user, "user")

    def _outcome(self, operation: Operation[C], environment: Environment) -> str:
        way = environment.way
        try:
            with self.ways[way].connect(environment) as client:
                outcome = operation.function(client, environment)
        except (RefusedError, *self.refusals) as refusal:
            purpose = " on purpose" if way in operation.on_purpose else ""
            return f"refused{purpose}: {_words(refusal)}"
        if way in operation.on_purpose:
            raise AssertionError(f"{operation.call} was to be refused: {outcome}")
        return outcome

    def missing(self) -> list[str]:
        """Public methods of the classes that no operation calls."""
        called = {(way, operation.method) for operation in self.operations for way in operation.ways}
        return [
            f"{way}.{method}"
            for way, kind in self.ways.items()
            for method in public_methods(kind.cls)
            if (way, method) not in called and method not in self.aside
        ]


def as_it_should(found: str, right: str) -> str:
    """An outcome that looks like a failure, and is the right one."""
    return f"{found}, {'as it should' if found == right else f'but {right} would be right'}"


def public_methods(cls: type | None) -> Iterator[str]:
    """The names of everything public that can be called on the class."""
    for name in dir(cls) if cls is not None else ():
        if not name.startswith("_") and callable(getattr(cls, name)):
            yield name


def _words(refusal: Exception) -> str:
    """The reply itself, without the bytes and tuples the libraries wrap it in."""
    argument: Any = refusal.args[-1] if refusal.args else refusal
    text = argument.decode(errors="replace") if isinstance(argument, bytes) else str(argument)
    code = getattr(refusal, "smtp_code", None) or getattr(refusal, "errcode", None)
    text = re.sub(r"\bb(['\"])(.*?)\1", r"\2", text)
    return f"{code} {text}" if code else text
