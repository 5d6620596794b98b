"""Changes to other people's classes and modules that can be taken back exactly."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

MISSING = object()


class Patches:
    """Remembers what stood in the place of each attribute that is set."""

    def __init__(self) -> None:
        self._undone: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> Any:
        """Set an attribute of a class or module. Returns what was found there before, be it inherited."""
        before = getattr(owner, name, None)
        self._undone.append((owner, name, vars(owner).get(name, MISSING)))
        setattr(owner, name, value)
        return before

    def undo(self) -> None:
        """Put everything back, the last change first."""
        while self._undone:
            owner, name, value = self._undone.pop()
            if value is MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


def exchange(functions: dict[Any, Callable[..., Any]]) -> None:
    """Put functions in the place of others in all modules that have them, by whatever name they imported them."""
    by_identity = {id(old): new for old, new in functions.items()}
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if isinstance(names, dict):
            found = [
                (name, by_identity[id(value)])
                for name, value in list(names.items())
                if id(value) in by_identity
            ]
            names.update(found)
