"""The JSON Schema of the whole configuration, for editors."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import create_model

from sandbox.settings.general import GlobalSettings
from sandbox.settings.loader import Registry
from sandbox.settings.models import Model


def json_schema(registry: Registry) -> dict[str, Any]:
    """The schema of a configuration file (JSON Schema draft 2020-12)."""
    tables: dict[str, Any] = {name: (registry.settings_class(name) | None, None) for name in registry.names()}
    services = create_model(
        "Services", __base__=Model, __doc__="One table for each service that is to run.", **tables
    )
    sections: dict[str, Any] = {
        name: (model.model_fields[name].annotation, model.model_fields[name])
        for name, model in registry.sections.items()
    }
    whole = create_model(
        "Configuration",
        __base__=GlobalSettings,
        __doc__="The configuration of the sandbox.",
        services=(services, ...),
        **sections,
    )
    schema = whole.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    for model in _models(Model):
        for name in (model.__name__, f"{model.__module__}.{model.__qualname__}".replace(".", "__")):
            if name in definitions:
                _describe(definitions[name], model)
    _describe(schema, GlobalSettings)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def sentences(model: type[Model]) -> dict[str, str]:
    """The sentence below each field of a model, those it inherits included.

    pydantic can read them itself (``use_attribute_docstrings``), but does so for every model of every start, which
    takes longer than all the rest of the settings.
    """
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, Model) and "pydantic" not in base.__module__:
            found |= _documented(base)
    return found


@cache  # most models share their bases
def _documented(model: type) -> dict[str, str]:
    """The sentences that stand in the body of this class itself."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    except (OSError, TypeError):  # made by create_model: no source
        return {}
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in pairwise(tree.body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(sentence))):
                found[name] = inspect.cleandoc(sentence)
    return found


def _models(model: type[Model]) -> Iterator[type[Model]]:
    for subclass in model.__subclasses__():
        yield subclass
        yield from _models(subclass)


def _describe(schema: dict[str, Any], model: type[Model]) -> None:
    properties = schema.get("properties", {})
    for name, sentence in sentences(model).items():
        if name in properties:
            properties[name].setdefault("description", sentence)
