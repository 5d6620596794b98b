"""Between octets and Python values: the standard library's marshalling, with a guard at either end."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat
from xmlrpc.client import Fault, Unmarshaller, dumps

# What <value><int>1</int></value> and the like need beside their text, at the least.
_OVERHEAD = 24

# XML 1.0 §2.2 has no place for these characters, escaped or not: no client could read the answer.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class DoctypeError(Exception):
    """The request has a document type declaration: entities can blow up a small request without end."""


class AnswerTooLargeError(Exception):
    """The answer would have more octets than allowed."""


def parse(body: bytes, *, use_builtin_types: bool) -> tuple[tuple[Any, ...], str]:
    """The arguments and the name of the method of a ``methodCall``.

    Raises what the standard library raises for anything else, and DoctypeError before an entity is looked at.
    """
    # As xmlrpc.client.loads does it; that one gives no way to forbid the declaration.
    unmarshaller = Unmarshaller(use_builtin_types=use_builtin_types)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = unmarshaller.start
    parser.EndElementHandler = unmarshaller.end
    parser.CharacterDataHandler = unmarshaller.data
    unmarshaller.xml(None, None)  # type: ignore[arg-type]  # no encoding: expat hands over decoded text
    parser.Parse(body, True)
    return unmarshaller.close(), str(unmarshaller.getmethodname())


def answer(value: Any, *, allow_none: bool, limit: int) -> bytes:
    """A ``methodResponse``. Raises AnswerTooLargeError beyond ``limit`` octets, and TypeError or OverflowError."""
    if weight(value, limit) > limit:
        raise AnswerTooLargeError(f"the answer has more than {limit} octets")
    text = dumps((value,), methodresponse=True, allow_none=allow_none)
    if found := _NO_XML.search(text):
        raise ValueError(f"U+{ord(found[0]):04X} has no place in XML, a Binary can carry it")
    octets = _encoded(text)
    if len(octets) > limit:
        raise AnswerTooLargeError(f"the answer has more than {limit} octets")
    return octets


def failure(fault: Fault) -> bytes:
    """A ``methodResponse`` with a fault, whatever stands in it; what XML cannot hold is shown as escapes."""
    try:
        text = dumps(fault)
    except (TypeError, OverflowError, RecursionError):
        text = dumps(Fault(1, str(fault.faultString)))
    return _encoded(_NO_XML.sub(lambda found: ascii(found[0])[1:-1], text))


def as_fault(error: BaseException) -> Fault:
    """The fault that the standard library makes of an exception: code 1, and the text that clients compare."""
    if isinstance(error, Fault):
        return error
    try:
        return Fault(1, f"{type(error)}:{error}")
    except Exception:  # a function's own class may fail at this, too
        return Fault(1, f"{type(error)}:(no text)")


def weight(value: Any, limit: int) -> int:
    """A lower bound of the octets a value needs, without making them; counting stops beyond ``limit``."""
    total = 0
    waiting = [value]
    while waiting and total <= limit:
        item = waiting.pop()
        total += _OVERHEAD
        if isinstance(item, str | bytes | bytearray):
            total += len(item)
        elif isinstance(item, dict):
            waiting += item.keys()
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item
    return total


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "xmlcharrefreplace")


def _refuse_doctype(*_: object) -> None:
    raise DoctypeError("a document type declaration is not allowed")
