"""What pydantic found wrong, in the words of a configuration file: the key as it stands there, and what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

#: The way to a value: names of tables and keys, and places in lists.
Key: TypeAlias = tuple[str | int, ...]

# pydantic names the types of Python here, and a file has those of TOML.
_KINDS = {
    "dict_type": "must be a table",
    "list_type": "must be a list",
    "model_attributes_type": "must be a table",
    "model_type": "must be a table",
    "tuple_type": "must be a list",
}


def told(mistake: Any, model: type[BaseModel], extra: Sequence[str] = ()) -> tuple[Key, str]:
    """The key, below ``model``, and the sentence for one of the errors of a ValidationError.

    ``extra`` are keys the outermost table may have beside the fields of ``model``.
    """
    key, table, shape = _walk(model, mistake["loc"])
    match mistake["type"]:
        case "misplaced":
            return (*key, *mistake["ctx"]["at"]), mistake["ctx"]["sentence"]
        case "extra_forbidden":
            known = [*_names(table), *(extra if len(key) == 1 else ())]
            return key, f"unknown key{guess(str(key[-1]), known)}"
        case "union_tag_invalid" if shape.discriminator is not None:
            tag, known = mistake["ctx"]["tag"], list(_members(shape))
            return (
                (*key, shape.discriminator),
                f"there is no {shape.discriminator} {tag!r}{guess(tag, known)}; known: {', '.join(known)}",
            )
        case "union_tag_not_found" if shape.discriminator is not None:
            return (*key, shape.discriminator), f"Field required, one of {', '.join(_members(shape))}"
    text = _KINDS.get(mistake["type"]) or str(mistake["msg"]).removeprefix("Value error, ")
    value = mistake.get("input")
    if mistake["type"] in ("value_error", "missing") or isinstance(value, dict | list):
        return key, text
    return key, f"{text}, not {value!r}"


def misplaced(at: Key, sentence: str) -> PydanticCustomError:
    """What the validator of a whole table raises about one key, which stands at ``at`` below that table."""
    return PydanticCustomError("misplaced", "{sentence}", {"sentence": sentence, "at": at})


def guess(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest known one, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {close[0]!r}?" if close else ""


class _Shape(NamedTuple):
    """A type without its wrappings, and the key that chooses among its members if it is such a union."""

    type: Any
    discriminator: str | None = None


def _walk(model: type[BaseModel], location: Key) -> tuple[Key, type[BaseModel] | None, _Shape]:
    """The key, the model of the table that holds it, and the shape of its value.

    Where a union is entered pydantic's location names the member that was tried, which no file does.
    """
    key: list[str | int] = []
    table: type[BaseModel] | None = None
    shape = _shape_of(model)
    for part in location:
        if part == "[key]":  # what is wrong is the key itself
            continue
        if _is_union(shape.type):
            shape = _shape(_members(shape).get(str(part)))
            continue
        if _is_model(shape.type):
            table = shape.type
            field = _fields(table).get(part)
            shape = _Shape(None) if field is None else _shape(field.annotation, _discriminator(field))
        else:
            arguments = get_args(shape.type) or (None,)
            inner = arguments[-1] if _is_mapping(shape.type) else arguments[0]
            shape = _shape(inner)
        key.append(part)
    return tuple(key), table, shape


def _shape_of(model: type[BaseModel]) -> _Shape:
    """A model, or what it is a root of."""
    if not issubclass(model, RootModel):
        return _Shape(model)
    field = model.model_fields["root"]
    return _shape(field.annotation, _discriminator(field))


def _shape(annotation: Any, discriminator: str | None = None) -> _Shape:
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        found = (_discriminator(field) for field in metadata if isinstance(field, FieldInfo))
        return _shape(inner, next(filter(None, found), discriminator))
    if _is_union(annotation):
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) == 1:
            return _shape(members[0], discriminator)
    return _Shape(annotation, discriminator)


def _members(shape: _Shape) -> dict[str, Any]:
    """The members of a union, by the tag of their discriminator or the name of their class."""
    members = [_shape(member).type for member in get_args(shape.type)]
    if shape.discriminator is None:
        return {getattr(member, "__name__", ""): member for member in members}
    return {
        tag: member for member in members for tag in get_args(_fields(member)[shape.discriminator].annotation)
    }


def _fields(model: type[BaseModel]) -> dict[str | int, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _names(model: type[BaseModel] | None) -> list[str]:
    return [] if model is None else [str(name) for name in _fields(model)]


def _discriminator(field: FieldInfo) -> str | None:
    return field.discriminator if isinstance(field.discriminator, str) else None


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)
