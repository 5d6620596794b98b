"""An XML-RPC server with the functions of the lessons."""

from __future__ import annotations

import time
import xmlrpc.client
from typing import Any
from xml.parsers.expat import ExpatError

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.pages import SILENT, ask
from sandbox.probing.talk import Wrong

EXAMPLES: dict[str, tuple[tuple[tuple[int, ...], Any], ...]] = {
    "add": (((3, 5), 8), ((1, 3), 4), ((-2, 2), 0)),
    "pow": (((2, 3), 8), ((2, 10), 1024)),
    "mul": (((5, 2), 10),),
    "is_even": (((3,), False), ((100,), True)),
}
SLEEP = 0.3  # seconds


def _fits(seen: Observation) -> Fit:
    if not seen.answer.startswith(b"HTTP/"):
        return 0
    return 2 if seen.answer[9:12] in (b"405", b"501") or b"<methodResponse>" in seen.answer else 0


def call(dial: Dial, method: str, *arguments: Any) -> Any:
    """Call a procedure. Raises xmlrpc.client.Fault, Wrong."""
    question = xmlrpc.client.dumps(arguments, method).encode()
    page = ask(dial, "POST", "/RPC2", question, "text/xml")
    if page.status in (405, 501):
        raise Wrong(
            "POST is not supported; is this a web server without do_GET? Then check it with --as http"
        )
    if page.status == 404:
        raise Wrong("clients of Python call the path /RPC2 or /")
    if page.status != 200:
        raise Wrong("an XML-RPC server answers 200 even to what is wrong: errors are faults inside")
    try:
        values, _ = xmlrpc.client.loads(page.body)
    except (ExpatError, xmlrpc.client.ResponseError, ValueError, TypeError) as error:
        raise Wrong(f"the body is no XML-RPC answer: {error}") from None
    return values[0] if values else None


def _missing(fault: xmlrpc.client.Fault) -> bool:
    return "is not supported" in fault.faultString or fault.faultCode == -32601


def _known(dial: Dial) -> list[str]:
    """Those of the lessons' functions that the server has."""
    known = []
    for name, ((arguments, _), *_) in EXAMPLES.items():
        try:
            call(dial, name, *arguments)
        except xmlrpc.client.Fault as fault:
            if _missing(fault):
                continue
        known.append(name)
    return known


def _answers(dial: Dial) -> None:
    try:
        call(dial, "system.listMethods")
    except xmlrpc.client.Fault:
        return


def _functions(dial: Dial) -> str | None:
    known = _known(dial)
    if not known:
        return f"none of {', '.join(EXAMPLES)} is registered; functions of your own are not checked"
    for name in known:
        for arguments, result in EXAMPLES[name]:
            _computes(dial, name, arguments, result)
    return None


def _computes(dial: Dial, name: str, arguments: tuple[int, ...], result: Any) -> None:
    what = f"{name}({', '.join(map(str, arguments))})"
    dial.record.sent.clear()
    dial.record.came.clear()
    try:
        answer = call(dial, name, *arguments)
    except xmlrpc.client.Fault as fault:
        raise Wrong(f"{what} is {result!r}", f"fault {fault.faultCode}: {fault.faultString}") from None
    if answer != result or isinstance(answer, bool) != isinstance(result, bool):
        raise Wrong(f"{what} is {result!r}", f"{what} = {answer!r}")


def _lists(dial: Dial) -> str | None:
    try:
        methods = call(dial, "system.listMethods")
    except xmlrpc.client.Fault:
        return "there is no system.listMethods: server.register_introspection_functions() adds it"
    if not isinstance(methods, list):
        raise Wrong("system.listMethods is a list of names", repr(methods))
    return None


def _unknown(dial: Dial) -> None:
    try:
        answer = call(dial, "no_such_function", 1)
    except xmlrpc.client.Fault:
        return
    raise Wrong("a function that is not there is a fault", f"no_such_function(1) = {answer!r}")


def _at_once(dial: Dial) -> str | None:
    """The exercise: the server serves calls in threads. A function sleep(seconds) shows it."""
    began = time.monotonic()
    try:
        call(dial, "sleep", SLEEP)
    except xmlrpc.client.Fault:
        return "there is no function sleep(seconds) that could show it; see 'second client' below"
    alone = time.monotonic() - began
    question = xmlrpc.client.dumps((SLEEP,), "sleep").encode()
    head = (
        f"POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: {len(question)}\r\n\r\n".encode()
    )
    with dial.tcp() as one, dial.tcp() as two:
        began = time.monotonic()
        for talk in (one, two):
            talk.send(head + question)
        for talk in (one, two):
            talk.until(lambda data: b"</methodResponse>" in data)
        both = time.monotonic() - began
    if both < 1.6 * max(alone, SLEEP):
        return None
    return f"one call took {alone:.1f} s, two at once {both:.1f} s: one after the other (socketserver.ThreadingMixIn)"


CHECK = Check(
    name="xmlrpc",
    title="an XML-RPC server: add, pow, is_even, faults",
    transport="tcp",
    ports=(8000,),
    fits=_fits,
    steps=(
        Step("answers", "an XML-RPC answer to POST /RPC2", _answers, SILENT),
        Step(
            "functions",
            "the right results of add, pow, mul, is_even, as far as they are there",
            _functions,
            SILENT,
        ),
        Step("system.listMethods", "a list of names", _lists, SILENT),
        Step("unknown function", "a fault", _unknown, SILENT),
        Step("two calls at once", "both take as long as one", _at_once, SILENT),
    ),
    partial=b"POST /RPC2 HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 900\r\n\r\n<?xml version='1.0'?><methodCall>",
)
