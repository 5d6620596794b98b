"""From the octets of a request to those of its answer: no HTTP, no threads, and never an exception."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xmlrpc.client import Fault

from sandbox.services.xmlrpc.extensions import Functions
from sandbox.services.xmlrpc.introspection import help_text, signatures
from sandbox.services.xmlrpc.marshalling import AnswerTooLargeError, answer, as_fault, failure, parse, weight

MULTICALL = "system.multicall"


class Dispatcher:
    """The functions of a server by name, with ``system.*`` added (https://xmlrpc-c.sourceforge.io/introspection.html).

    ``max_response`` is in octets. A dispatcher may be used by several threads at once.
    """

    def __init__(
        self, functions: Functions, *, allow_none: bool, use_builtin_types: bool, max_response: int
    ) -> None:
        self.allow_none = allow_none
        self.use_builtin_types = use_builtin_types
        self.max_response = max_response
        system: Functions = {
            "system.listMethods": self.list_methods,
            "system.methodHelp": self.method_help,
            "system.methodSignature": self.method_signature,
            MULTICALL: multicall,
        }
        self.functions: Functions = functions | system

    def list_methods(self) -> list[str]:
        """The names of all methods."""
        return sorted(self.functions)

    def method_help(self, method: str) -> str:
        """What a method does; empty if that is not known."""
        function = self.functions.get(method)
        return "" if function is None else help_text(function)

    def method_signature(self, method: str) -> list[list[str]] | str:
        """The signatures of a method, each a list of types that begins with the result's; "undef" if not known."""
        function = self.functions.get(method)
        return (signatures(function) if function is not None else []) or "undef"


def multicall(calls: list[Any]) -> list[Any]:
    """Several calls in one: structs of methodName and params in, for each a list of one result or a fault out."""
    raise NotImplementedError("stands in the list of methods; a Call does it, since it knows when to stop")


def fault_outcome(fault: Fault) -> str:
    """A fault as the outcome of a call."""
    return f"fault {fault.faultCode}: {fault.faultString}"


#: What answers a call by its method and arguments instead of a function, None for the most.
Instead = Callable[[str, Any], Callable[[], Any] | None]


def nothing(_: str, __: Any) -> None:
    """No call is answered by anything but a function."""


class Call:
    """One request. ``method`` and ``outcome`` are known once it was run: ``ok``, or ``fault`` with code and text.

    Setting ``abandoned`` from another thread ends a multicall before its next call: nobody waits for it any more.
    """

    def __init__(self, dispatcher: Dispatcher, body: bytes, instead: Instead = nothing) -> None:
        self.method = ""
        self.outcome = ""
        self.abandoned = False
        self._dispatcher = dispatcher
        self._body = body
        self._instead = instead

    def run(self) -> bytes:
        """Do what the request says; returns the body of the answer, which may be a fault."""
        dispatcher = self._dispatcher
        try:
            arguments, self.method = parse(self._body, use_builtin_types=dispatcher.use_builtin_types)
            value = self._called(self.method, arguments)
            octets = answer(value, allow_none=dispatcher.allow_none, limit=dispatcher.max_response)
        except BaseException as error:  # a function may raise anything, also SystemExit
            fault = as_fault(error)
            self.outcome = fault_outcome(fault)
            return failure(fault)
        self.outcome = "ok"
        return octets

    def _called(self, method: str, arguments: Any) -> Any:
        instead = None if method == MULTICALL else self._instead(method, arguments)
        if instead is not None:
            return instead()
        function = self._multicall if method == MULTICALL else self._dispatcher.functions.get(method)
        if function is None:
            # The very class and words of the standard library's server: clients compare the text.
            raise Exception(f'method "{method}" is not supported')
        return function(*arguments)

    def _multicall(self, calls: list[Any]) -> list[Any]:
        results: list[Any] = []
        total = 0
        for call in calls:
            if self.abandoned:
                break
            results.append(self._one_of_many(call))
            total += weight(results[-1], self._dispatcher.max_response)
            if total > self._dispatcher.max_response:
                raise AnswerTooLargeError(f"the answer has more than {self._dispatcher.max_response} octets")
        return results

    def _one_of_many(self, call: Any) -> Any:
        try:
            method, arguments = _named(call)
            return [self._called(method, arguments)]
        except BaseException as error:
            fault = as_fault(error)
            return {"faultCode": fault.faultCode, "faultString": fault.faultString}


def _named(call: Any) -> tuple[str, Any]:
    if not isinstance(call, Mapping):
        raise TypeError("a call is a struct of methodName and params")
    method = call["methodName"]
    if method == MULTICALL:
        raise RecursionError("a multicall cannot contain another")
    return method, call["params"]
