"""Functions of the user's own, named in the configuration as ``module:object``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

Functions: TypeAlias = dict[str, Callable[..., Any]]


def find(reference: str, *, base: Path | None = None) -> Functions:
    """The functions that ``module:object`` stands for, by the names clients call them; the module alone is possible.

    A mapping gives the names itself, dots allowed; a function has its own; of a module its public functions count,
    of any other object its public methods. The module is looked for in ``base`` and the current directory first.
    Raises ValueError with a sentence for the user.
    """
    name, _, path = reference.partition(":")
    found: Any = _imported(name, base)
    for part in path.split(".") if path else ():
        if not hasattr(found, part):
            raise ValueError(f"{name} has no {path}")
        found = getattr(found, part)
    functions = _functions(found)
    if not functions:
        raise ValueError(f"{reference} has no public functions")
    return functions


def _imported(name: str, base: Path | None) -> ModuleType:
    try:
        with _search_path(base):
            return import_module(name)
    except Exception as error:  # whatever the user's module does when it is loaded
        raise ValueError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


@contextmanager
def _search_path(base: Path | None) -> Iterator[None]:
    before = list(sys.path)
    sys.path[:0] = [str(directory) for directory in (base, Path.cwd()) if directory is not None]
    try:
        yield
    finally:
        sys.path[:] = before


def _functions(found: Any) -> Functions:
    if isinstance(found, Mapping):
        wrong = [name for name, value in found.items() if not isinstance(name, str) or not callable(value)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} does not name a function")
        return dict(found)
    if inspect.isclass(found):
        raise ValueError(f"{found.__name__} is a class; name an instance of it")
    if inspect.isroutine(found):
        return {found.__name__: found}
    return {name: value for name, value in _public(found) if callable(value) and not inspect.isclass(value)}


def _public(found: Any) -> Iterator[tuple[str, Any]]:
    listed = getattr(found, "__all__", None) if isinstance(found, ModuleType) else None
    for name in dir(found) if listed is None else listed:
        value = getattr(found, name, None)
        imported = isinstance(found, ModuleType) and getattr(value, "__module__", None) != found.__name__
        if listed is not None or not (name.startswith("_") or imported):
            yield name, value
