"""What a run does to be isolated, beside all that runs do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox import services
from sandbox.background import BackgroundEngine
from sandbox.redirection.isolation.decisions import Decisions
from sandbox.redirection.isolation.gate import Gate
from sandbox.redirection.isolation.trust import trust
from sandbox.settings import Configuration

_NAME_SERVICE = "dns"


def resolving(configuration: Configuration) -> Configuration:
    """The configuration with a name server: nothing else resolves in there."""
    if _NAME_SERVICE in configuration.services:
        return configuration
    added = {_NAME_SERVICE: services.settings_class(_NAME_SERVICE)()}
    return dataclasses.replace(configuration, services={**configuration.services, **added})


@contextmanager
def opened(background: BackgroundEngine, *, log: Path | None, executable: str) -> Iterator[None]:
    """The gate of a sandbox that was started in here is open meanwhile, and its authority is trusted from now on.

    ``log`` is the file for decisions, ``executable`` the program that will run. Raises IsolationError.
    """
    trust(background.call(lambda sandbox: sandbox.authority.certificate.absolute()), executable)
    gate = background.call(lambda sandbox: Gate(sandbox, Decisions(sandbox, log)))
    background.run(gate.start)
    try:
        yield
    finally:
        background.run(gate.stop)
