"""The sandbox the operations are called against, and what one of them may use of it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.journal import Crashed
from sandbox.settings import Configuration, load_file
from sandbox.settings.paths import profiles

HOST = "localhost"
TIMEOUT = 5.0  # seconds a client waits


@dataclass(frozen=True)
class Environment:
    """One operation's view of the sandbox, on one way.

    ``user`` is nobody else's, and so are mailbox and files of that name.
    """

    sandbox: BackgroundEngine
    way: str
    user: str

    def port(self, service: str, listener: str = "main") -> int:
        """The port on which a listener really listens."""
        return self.sandbox.endpoint(service, listener).port

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """A client's context that trusts the sandbox' authority and verifies host names."""
        return self.sandbox.call(lambda world: world.authority.client_context())

    @cached_property
    def authority(self) -> Path:
        """The authority's certificate, for clients that want a file."""
        return self.sandbox.call(lambda world: world.authority.certificate)


class World:
    """A sandbox with the default configuration on free ports; gives each operation a user of its own."""

    def __init__(self, sandbox: BackgroundEngine) -> None:
        self.sandbox = sandbox
        self._users = 0

    def environment(self, way: str) -> Environment:
        """The environment for one operation on one way."""
        self._users += 1
        return Environment(self.sandbox, way, f"learner{self._users}")

    def crashes(self) -> list[str]:
        """The tracebacks of failures that were the sandbox' own."""
        return self.sandbox.call(
            lambda world: [
                entry.event.traceback for entry in world.journal if isinstance(entry.event, Crashed)
            ]
        )


@contextmanager
def running(state_directory: Path) -> Iterator[World]:
    """The sandbox, while the ``with`` lasts; its authority is kept in ``state_directory``."""
    default = profiles()["sandbox"]
    overrides = [f"{port}=0" for port in _ports(load_file(default, REGISTRY))]
    overrides.append(f"state_directory={state_directory}")
    with BackgroundEngine(Engine(load_file(default, REGISTRY, overrides=overrides))) as sandbox:
        yield World(sandbox)


def _ports(configuration: Configuration) -> Iterator[str]:
    """The settings that say which port is bound."""
    for service, settings in configuration.services.items():
        for binding in settings.bindings():
            listener = "" if binding.name == "main" else f".listeners.{binding.name}"
            yield f"services.{service}{listener}.port"
