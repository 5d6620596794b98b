"""The whole internet of a network-programming course in one asyncio process.

Public names are resolved when first used, so that importing stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.api import AsyncSandbox, Sandbox
    from sandbox.api.redirecting import redirect
    from sandbox.clock import Clock
    from sandbox.errors import AuthorityError, ListenError, Problem, SandboxError, SettingsError

__version__ = "0.1.0"

__all__ = [
    "AsyncSandbox",
    "AuthorityError",
    "Clock",
    "ListenError",
    "Problem",
    "Sandbox",
    "SandboxError",
    "SettingsError",
    "__version__",
    "redirect",
]

_HOMES = {
    "AsyncSandbox": "sandbox.api",
    "Clock": "sandbox.clock",
    "Sandbox": "sandbox.api",
    "redirect": "sandbox.api.redirecting",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'sandbox' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "sandbox.errors")), name)
