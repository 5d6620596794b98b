"""A network of the run's own: Linux namespaces in which every address leads to the sandbox.

What runs in there is an ordinary program in any language: no library of it is changed. The sandbox runs in there too:
:func:`enter` first, while the process has one thread only, then start the sandbox, then its :class:`Gate`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.redirection.isolation.gate import Gate

__all__ = ["Gate", "enter", "join", "unavailable"]


def unavailable() -> str | None:
    """Why there can be no such network here, in one line; None if there can."""
    if sys.platform != "linux":
        return f"{sys.platform} has no network namespaces"
    from sandbox.redirection.isolation import trial

    return trial.unavailable()


def enter() -> None:
    """See :func:`sandbox.redirection.isolation.namespaces.enter`."""
    from sandbox.redirection.isolation import namespaces

    namespaces.enter()


def join(process: int) -> None:
    """See :func:`sandbox.redirection.isolation.namespaces.join`."""
    from sandbox.redirection.isolation import namespaces

    namespaces.join(process)


def __getattr__(name: str) -> object:
    if name == "Gate":
        from sandbox.redirection.isolation.gate import Gate

        return Gate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
