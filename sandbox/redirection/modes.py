"""How a program is kept from the real network: in a network of its own, by the shim, or by good will alone."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from sandbox.errors import RunError
from sandbox.redirection import isolation
from sandbox.redirection.instances import Instance
from sandbox.redirection.log import tell
from sandbox.redirection.neighbours import serving
from sandbox.redirection.program import Program


class Mode(Enum):
    """What stands between the program and the real network."""

    ISOLATED = "isolated"
    """Namespaces: nothing gets out."""
    SHIM = "shim"
    """The hook in each Python of the program."""
    PROXIED = "proxied"
    """Variables that name a proxy, which a program may obey or not."""


def mode_of(
    program: Program, *, isolate: bool | None, allow: tuple[str, ...] = (), instance: Instance | None = None
) -> Mode:
    """The mode of a run; ``isolate`` is None if the user leaves it to us. Tells on stderr what they may not expect.

    ``instance`` is the sandbox to join. Raises RunError if the program would escape, or cannot be isolated as it shall.
    """
    reason = _against_isolation(isolate, allow, instance)
    if reason is None:
        return Mode.ISOLATED
    if isolate:
        raise RunError(f"--isolate is not possible: {reason}")
    if program.escapes is None:
        if isolate is None and instance is None:
            tell(f"not isolated, the shim redirects what Python does: {reason}")
        return Mode.SHIM
    if program.interpreter is not None:
        raise RunError(
            f"{program.escapes}, so the shim cannot redirect it, and it cannot be isolated: {reason}"
        )
    if isolate is None:
        raise RunError(
            f"{program.escapes}, so the shim cannot redirect it, and it cannot be isolated: {reason}\n"
            "With --no-isolate it runs all the same: it finds a proxy in its environment, but may ignore it."
        )
    return Mode.PROXIED


def kind_to_join(isolate: bool | None, allow: tuple[str, ...]) -> bool | None:
    """Whether the sandbox to join has to be isolated, or must not be; None if either will do."""
    return False if allow and isolate is None else isolate


def neighbour(own: Sequence[str] = ()) -> Instance | None:
    """The isolated run whose network this one shall share, since a server runs in there; tells so.

    With the options ``own`` a run has a sandbox of its own, so that it shares none; that is told as well.
    """
    found = serving()
    if found is None:
        return None
    instance, ports = found
    server = f"process {instance.pid}, whose program serves port {', '.join(map(str, ports))}"
    if own:
        tell(f"not sharing the network of {server}: {', '.join(own)} cannot be given with that")
        return None
    tell(f"sharing the network of {server} (--no-join prevents it); what nobody answers is told there")
    return instance


def _against_isolation(isolate: bool | None, allow: tuple[str, ...], instance: Instance | None) -> str | None:
    if isolate is False:
        return "--no-isolate forbids it"
    if allow:
        return "--allow needs the real network"
    if instance is not None:
        return None if instance.isolated else f"the sandbox of process {instance.pid} is not"
    return isolation.unavailable()
