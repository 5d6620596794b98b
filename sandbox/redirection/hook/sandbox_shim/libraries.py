"""Libraries that go past the socket module: what to do to each right after its import.

Loaded with the first module of ``LIBRARIES`` (in this package's ``__init__``), which lists the keys of ``HOOKS``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from . import Shim

#: By the name of the module: a function of the module and the shim. Change attributes by ``shim.patches.set``.
HOOKS: dict[str, Callable[[Any, Shim], None]] = {}
