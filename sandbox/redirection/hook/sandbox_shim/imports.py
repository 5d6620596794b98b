"""Does something to a module right after its import, and imports nothing early."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


class Finder:
    """Stands first on ``sys.meta_path`` and lets the others find; :meth:`after` is all there is to call."""

    def __init__(self) -> None:
        self._hooks: dict[str, Callable[[Any], None]] = {}

    def after(self, name: str, function: Callable[[Any], None]) -> None:
        """Call ``function(module)`` once the module has been imported; at once if it has been already."""
        if name in sys.modules:
            function(sys.modules[name])
        else:
            self._hooks[name] = function

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """What the other finders find (importlib.abc.MetaPathFinder); the loader also calls the function."""
        if name not in self._hooks:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find and find(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module") and not isinstance(spec.loader, type):
                    self._watch(spec.loader)
                return spec
        return None

    def _watch(self, loader: Any) -> None:
        execute = loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            function = self._hooks.get(module.__name__)  # and again, should it fail and be imported once more
            if function is not None:
                function(module)

        # On the instance, so that the loader stays what it is for importlib.resources and everybody else.
        loader.exec_module = exec_module
