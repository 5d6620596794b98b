"""Stubs of calls: asked before any function is."""

from __future__ import annotations

import asyncio
import inspect
import time
import traceback
from collections.abc import Callable
from typing import Any
from xmlrpc.client import Fault

from sandbox.stubs import CallRequest, Stubs, Use, XmlRpcAnswer
from sandbox.stubs.answers import check_sendable

#: Puts a fact on the timeline, on the event loop: the number of the connection, the name, the details.
Note = Callable[..., None]


class StubbedCalls:
    """The stubs as one request sees them, from the thread that does it; ``tell`` is for the event loop, afterwards."""

    def __init__(self, stubs: Stubs, connection: int) -> None:
        self._stubs = stubs
        self._connection = connection
        self._facts: list[tuple[str, dict[str, str]]] = []

    def find(self, method: str, arguments: Any) -> Callable[[], Any] | None:
        """What answers a call, None if there is no stub for it; it raises Fault, and what a test's function raises."""
        if not self._stubs.concern("xmlrpc") or not isinstance(arguments, list | tuple):
            return None
        request = CallRequest(connection=self._connection, method=method, params=tuple(arguments))
        use = self._stubs.use(request)
        if use is None:
            return None
        self._facts.append(("stub.matched", {"stub": use.stub.name}))
        return lambda: self._answer(use)

    def tell(self, note: Note) -> None:
        """Put on the timeline what happened."""
        for name, details in self._facts:
            note(self._connection, name, **details)

    def _answer(self, use: Use) -> Any:
        try:
            return _said(use.answer, use.request)
        except Fault:
            raise
        except BaseException as error:  # of the test's own function; pytest.fail() raises no Exception
            self._stubs.failed(use.stub, error)
            details = {"stub": use.stub.name, "traceback": traceback.format_exc()}
            self._facts.append(("stub.failed", details))
            raise


def _said(answer: Any, request: CallRequest) -> Any:
    if callable(answer):
        answer = answer(request)
        if inspect.iscoroutine(answer):
            answer = asyncio.run(answer)
    match answer:
        case XmlRpcAnswer():
            time.sleep(answer.delay)
            if answer.fault is not None:
                raise Fault(answer.fault.code, answer.fault.text)
            return answer.value
        case None:
            return ""
    check_sendable(answer)
    return answer
