"""What provokes an exception."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.background import BackgroundEngine
from sandbox.faults import Rule
from tests.clients.environment import Environment, World


@dataclass(frozen=True)
class Provocation:
    """``rule`` is one of the list ``faults`` as TOML writes it; empty if a magic address or path does it alone.

    ``provoke`` does what must raise exactly ``exception``; its docstring says what that is.
    """

    exception: type[BaseException]
    rule: str
    provoke: Callable[[Environment], object]

    @property
    def name(self) -> str:
        """The exception, as it is imported."""
        return f"{self.exception.__module__}.{self.exception.__qualname__}".removeprefix("builtins.")

    @property
    def call(self) -> str:
        """What the client does."""
        return (self.provoke.__doc__ or "").strip().rstrip(".")


@dataclass(frozen=True)
class Section:
    """The exceptions of one library."""

    library: str
    provocations: tuple[Provocation, ...]


def raised(world: World, provocation: Provocation) -> BaseException:
    """What is raised with the rule in force, and no other."""
    _put_in_force(world.sandbox, provocation.rule)
    try:
        provocation.provoke(world.environment(""))
    except Exception as error:
        return error
    finally:
        _put_in_force(world.sandbox, "")
    raise AssertionError(f"nothing was raised by {provocation.name}")


def _put_in_force(sandbox: BackgroundEngine, text: str) -> None:
    rules = [Rule.model_validate(tomllib.loads(f"rule = {text}")["rule"])] if text else []
    sandbox.call(lambda world: world.faults.replace(rules))
