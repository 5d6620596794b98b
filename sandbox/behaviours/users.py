"""Users in whatever form they come: pickled objects, JSON, or ``name,age``."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from sandbox.behaviours import pickles
from sandbox.behaviours.pickles import Record
from sandbox.behaviours.plain import plain

MOST = 100  # users in one message

_FIELDS = ("name", "age")


class User(NamedTuple):
    """One user: the name of the class, ``User`` if the form has none, and the attributes as plain values."""

    kind: str
    attributes: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(f'{name}={value}' for name, value in self.attributes.items())})"

    def as_json(self) -> dict[str, Any]:
        """The attributes, with the name of the class as ``class``."""
        return {"class": self.kind} | self.attributes


class NotUsersError(ValueError):
    """A message in which there are no users."""


def read_users(message: bytes) -> tuple[str, list[User]]:
    """The form of the message (pickle, json, text) and the users in it. Raises NotUsersError."""
    if pickles.is_pickle(message):
        try:
            return "pickle", _several(pickles.read(message))
        except pickles.BadPickleError as error:
            raise NotUsersError(str(error)) from error
    text = message.decode("utf-8", "backslashreplace")
    if text.lstrip()[:1] in ("[", "{"):
        return "json", _several(_from_json(text))
    return "text", [_of_fields(_fields(line)) for line in text.splitlines() if line.strip()]


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUsersError(f"not JSON: {error}") from error


def _several(value: Any) -> list[User]:
    if isinstance(value, list | tuple) and any(
        isinstance(item, list | tuple | dict | Record) for item in value
    ):
        return [_one(item) for item in value[:MOST]]
    return [_one(value)]


def _one(value: Any) -> User:
    match value:
        case Record():
            return User(value.name, _attributes(value.attributes))
        case dict():
            return User("User", _attributes(value))
        case list() | tuple():
            return _of_fields(value)
        case str():
            return _of_fields(_fields(value))
    raise NotUsersError(f"a user is expected, not {plain(value)!r}")


def _fields(line: str) -> list[str]:
    parts = re.split("[,;]", line)
    return [part.strip() for part in parts] if len(parts) > 1 else line.split()


def _of_fields(values: Any) -> User:
    names = (*_FIELDS, *(str(number) for number in range(len(_FIELDS), len(values))))
    return User("User", _attributes(dict(zip(names, values, strict=False))))


def _attributes(values: dict[Any, Any]) -> dict[str, Any]:
    attributes = plain(values)
    assert isinstance(attributes, dict)
    return attributes
