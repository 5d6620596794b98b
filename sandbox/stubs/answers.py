"""What stubs answer."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

from sandbox.settings.mistakes import misplaced, told
from sandbox.settings.models import ExistingFile, Model, Seconds
from sandbox.stubs.templates import check, filled

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.1
_BREAKING = re.compile(r"[\r\n\0]")

M = TypeVar("M", bound=Model)


def valid(model: type[M], **fields: Any) -> M:
    """An answer of these fields. Raises ValueError with every mistake."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        found = (told(each, model) for each in error.errors())
        lines = (f"{'.'.join(map(str, key))}: {text}" if key else text for key, text in found)
        raise ValueError("; ".join(lines)) from None


class HttpAnswer(Model):
    """An answer of HTTP: with at most one of json, text, body and file."""

    status: Annotated[int, Field(ge=200, le=599)] = 200
    """The status."""
    headers: Mapping[str, str | int | Annotated[tuple[str, ...], Field(strict=False)]] = Field(
        default_factory=dict
    )
    """Header fields; one that comes several times has a list of values."""
    json_: Any = Field(default=None, alias="json")
    """A body in JSON."""
    text: str | None = None
    """A body of text, in UTF-8."""
    body: Annotated[bytes | str, Field(union_mode="left_to_right")] | None = None
    """A body of octets; a text is put into UTF-8, and has no media type of its own."""
    file: ExistingFile | None = None
    """A file that is the body."""
    delay: Seconds = 0.0
    """Seconds before the answer."""
    template: bool = False
    """json, text and header fields are Jinja templates, which know the request."""

    @model_validator(mode="after")
    def _one_body(self) -> HttpAnswer:
        given = {"json_", "text", "body", "file"} & self.model_fields_set
        if len(given) > 1:
            names = " and ".join(sorted(name.rstrip("_") for name in given))
            raise ValueError(f"has more than one body: {names}")
        for name, values in self.headers.items():
            if mistake := _mistake_in_field(name, values):
                raise misplaced(("headers", name), mistake)
        if self.template:
            for text in (self.text, self.json_, dict(self.headers)):
                check(text)
        return self

    def fields(self, request: Any) -> list[tuple[str, str]]:
        """The header fields, with Content-Type. Raises ValueError for a template that fails."""
        own = filled(dict(self.headers), request) if self.template else self.headers
        found: list[tuple[str, str]] = []
        for name, values in own.items():
            if self.template and (mistake := _mistake_in_field(name, values)):
                raise ValueError(f"headers.{name}: {mistake}")
            found += [(name, value) for value in _texts(values)]
        kind = self._type()
        if kind is None or any(name.lower() == "content-type" for name, _ in found):
            return found
        return [("Content-Type", kind), *found]

    def content(self, request: Any) -> bytes:
        """The body. Raises OSError if a file has gone meanwhile, ValueError for a template that fails."""
        if self.file is not None:
            return self.file.read_bytes()
        if self.body is not None:
            return self.body if isinstance(self.body, bytes) else self.body.encode()
        if "json_" in self.model_fields_set:
            return json.dumps(filled(self.json_, request) if self.template else self.json_).encode()
        text = self.text or ""
        return str(filled(text, request) if self.template else text).encode()

    def _type(self) -> str | None:
        if self.file is not None:
            return mimetypes.guess_type(self.file.name)[0] or "application/octet-stream"
        if "json_" in self.model_fields_set:
            return "application/json"
        if self.body is not None:
            return "application/octet-stream"
        return None if self.text is None else "text/plain; charset=utf-8"


def _texts(values: str | int | Sequence[str]) -> Sequence[str]:
    return [str(values)] if isinstance(values, str | int) else values


def _mistake_in_field(name: str, values: str | int | Sequence[str]) -> str | None:
    if _NAME.fullmatch(name) is None:
        return "is no name of a header field"
    if name.lower() == "transfer-encoding":
        return "is left to the server"
    return "has a line end in its value" if any(map(_BREAKING.search, _texts(values))) else None


def http_answer(value: object) -> HttpAnswer:
    """What a handler returned as an answer. Raises TypeError, and ValueError for what is no status.

    An HttpAnswer is one; a number is a status, a text or octets are a body, a mapping or list is JSON, None is empty.
    """
    match value:
        case HttpAnswer():
            return value
        case None:
            return HttpAnswer()
        case bool():
            pass
        case int():
            return valid(HttpAnswer, status=value)
        case str():
            return HttpAnswer(text=value)
        case bytes():
            return HttpAnswer(body=value)
        case Mapping() | list():
            return HttpAnswer(json=value)
    raise TypeError(f"a handler returned {value!r}, which is no answer")


class FaultValue(Model):
    """A fault of XML-RPC."""

    code: int = 1
    """Its number."""
    text: str = ""
    """What it says."""


class XmlRpcAnswer(Model):
    """The answer to a call: a value, or a fault."""

    value: Any = ""
    """What is returned."""
    fault: FaultValue | None = None
    """The fault instead."""
    delay: Seconds = 0.0
    """Seconds before the answer."""

    @field_validator("value")
    @classmethod
    def _sendable(cls, value: Any) -> Any:
        check_sendable(value)
        return value


def check_sendable(value: Any) -> None:
    """Raise ValueError for a value that XML-RPC has no words for."""
    from xmlrpc.client import dumps  # not needed for a start

    try:
        dumps((value,), methodresponse=True, allow_none=True)
    except (TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"XML-RPC cannot say it: {error}") from None


class OctetsAnswer(Model):
    """The answer of TCP or UDP."""

    data: bytes = b""
    """The octets; in the configuration a text, in UTF-8."""
    close: bool = False
    """Close the connection behind them."""
    delay: Seconds = 0.0
    """Seconds before the answer."""

    @field_validator("data", mode="before")
    @classmethod
    def _octets(cls, value: object) -> object:
        return value.encode() if isinstance(value, str) else value


class DatagramAnswer(Model):
    """The answer to a datagram."""

    data: bytes = b""
    """The octets; in the configuration a text, in UTF-8."""

    @field_validator("data", mode="before")
    @classmethod
    def _octets(cls, value: object) -> object:
        return value.encode() if isinstance(value, str) else value


def octets_answer(value: object) -> OctetsAnswer:
    """What a handler of TCP or UDP returned as an answer: octets, a text or None are good too. Raises TypeError."""
    match value:
        case OctetsAnswer():
            return value
        case DatagramAnswer():
            return OctetsAnswer(data=value.data)
        case None:
            return OctetsAnswer()
        case bytes() | str():
            return OctetsAnswer.model_validate({"data": value})
    raise TypeError(f"a handler returned {value!r}, which is no answer")
