"""What functions tell of themselves: the names, the help and the real signatures of ``system.*``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import product
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin
from xmlrpc.client import Binary, DateTime

MAX_SIGNATURES = 64  # unions multiply

_NAMES: dict[Any, str] = {
    int: "int",
    bool: "boolean",
    float: "double",
    str: "string",
    datetime: "dateTime.iso8601",
    DateTime: "dateTime.iso8601",
    bytes: "base64",
    bytearray: "base64",
    Binary: "base64",
    list: "array",
    tuple: "array",
    dict: "struct",
    NoneType: "nil",
}

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def help_text(function: Callable[..., Any]) -> str:
    """The docstring, or an empty string."""
    return inspect.getdoc(function) or ""


def signatures(function: Callable[..., Any]) -> list[list[str]]:
    """Every signature as XML-RPC types, the type of the result first; empty if the annotations do not tell.

    A union or a constrained type variable stands for several signatures, and so does an argument with a default.
    """
    try:
        found = inspect.signature(function, eval_str=True)
    except (NameError, TypeError, ValueError):
        return []
    parameters = [parameter for parameter in found.parameters.values() if parameter.kind in _POSITIONAL]
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in found.parameters.values()):
        return []
    annotations = [found.return_annotation, *(parameter.annotation for parameter in parameters)]
    needed = sum(parameter.default is inspect.Parameter.empty for parameter in parameters)
    rows: dict[tuple[str, ...], None] = {}
    for choice in _choices(annotations):
        for count in range(needed, len(parameters) + 1):
            rows[choice[: count + 1]] = None
        if len(rows) > MAX_SIGNATURES:
            return []
    return [list(row) for row in rows]


def _choices(annotations: list[Any]) -> Iterator[tuple[str, ...]]:
    variables = list({id(a): a for a in annotations if isinstance(a, TypeVar)}.values())
    for bound in product(*(variable.__constraints__ for variable in variables)):
        meant = dict(zip(variables, bound, strict=True))
        yield from product(*(_names(meant[a] if isinstance(a, TypeVar) else a) for a in annotations))


def _names(annotation: Any) -> list[str]:
    if annotation is None:
        annotation = NoneType
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return [name for argument in get_args(annotation) for name in _names(argument)]
    kind = origin or annotation
    return [_NAMES[kind]] if isinstance(kind, type) and kind in _NAMES else []
