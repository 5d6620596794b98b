"""How the objects of a test reach the engine, which belongs to the thread of its loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sandbox.engine import Engine

T = TypeVar("T")


class Call(Protocol):
    """Calls a function with the engine, where that runs, and returns what it returns."""

    def __call__(self, function: Callable[[Engine], T], /) -> T: ...
