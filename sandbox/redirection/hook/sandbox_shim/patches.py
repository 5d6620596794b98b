"""Changes to other people's classes and modules that can be taken back exactly."""

from __future__ import annotations

import sys
from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MISSING = object()


class Patches:
    """Remembers what stood in the place of each attribute that is set."""

    def __init__(self) -> None:
        self._undone: list[tuple[Any, str, Any]] = []
        self._replaced: dict[int, tuple[Any, Any]] = {}

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Set an attribute of a class or module. A function takes the name that a TypeError about its call will tell."""
        if isinstance(value, FunctionType) and isinstance(owner, type):
            value.__qualname__ = f"{owner.__name__}.{name}"
        self._undone.append((owner, name, vars(owner).get(name, MISSING)))
        setattr(owner, name, value)

    def replace(self, module: Any, name: str, value: Any) -> None:
        """Set a function of a module; after :meth:`spread` also those have it who had imported it from there."""
        native = getattr(module, name)
        self._replaced[id(native)] = native, value
        self.set(module, name, value)

    def spread(self) -> None:
        """Look through all modules for functions that have been replaced."""
        _exchange(self._replaced)

    def undo(self) -> None:
        """Put everything back, the last change first."""
        while self._undone:
            owner, name, value = self._undone.pop()
            if value is MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
        _exchange({id(new): (new, old) for old, new in self._replaced.values()})
        self._replaced.clear()


def _exchange(values: dict[int, tuple[Any, Any]]) -> None:
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if type(names) is dict and not values.keys().isdisjoint(map(id, list(names.values()))):
            names.update(
                [(name, values[id(value)][1]) for name, value in list(names.items()) if id(value) in values]
            )
