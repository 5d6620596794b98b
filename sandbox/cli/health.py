"""``health``: whether a running sandbox accepts on every address of its configuration."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import click

from sandbox.cli.configuration import configured, explained, load
from sandbox.net.probe import refusal, told
from sandbox.settings import Configuration
from sandbox.settings.models import Binding

_ITSELF = "does not accept, it says itself"
_PAUSE = 0.1  # seconds between one look and the next
#: What it is called when it is told, its service, and where it is.
_Address: TypeAlias = tuple[str, str, Binding]


@click.command("health", short_help="Check that a sandbox with this configuration is up.")
@configured
@click.option("--timeout", default=2.0, show_default=True, help="Seconds to wait for each address.")
@click.option("--wait", default=0.0, help="Seconds to wait until all accept.")
def command(
    config: Path | None,
    profile: str | None,
    overrides: tuple[str, ...],
    only: str | None,
    timeout: float,
    wait: float,
) -> None:
    """Check that a sandbox with this configuration is up: that each of its TCP and Unix-domain addresses accepts.

    The exit status is 0 if all accept and 1 if not. A sandbox with a control interface is asked what it says of
    itself, its UDP listeners too. One without is connected to at each address, but at port 0.
    """
    with explained():
        configuration = load(config, profile, overrides, only)
    addresses = list(_addresses(configuration))
    control = next((each for each in addresses if each[1] == "control"), None)
    until = time.monotonic() + wait
    # Before it can be asked, a look at each address would stand on its timeline.
    while control is not None and time.monotonic() < until and refusal(control[2], timeout) is not None:
        time.sleep(_PAUSE)
    while (failed := _failures(addresses, control, timeout)) and time.monotonic() < until:
        time.sleep(_PAUSE)
    for name, reason in failed.items():
        click.echo(f"{name}: {reason}", err=True)
    accepting = sum(name not in failed for name, _, _ in addresses)
    click.echo(f"{accepting} of {len(addresses)} addresses accept")
    raise SystemExit(1 if failed or not addresses else 0)


def _failures(addresses: Sequence[_Address], control: _Address | None, timeout: float) -> dict[str, str]:
    """What does not accept, and why."""
    failed: dict[str, str] = {}
    said = None
    if control is not None and refusal(control[2], timeout) is None:
        try:
            said = told(control[2], timeout)
        except (OSError, ValueError) as error:
            failed[control[0]] = str(error)
    for name, service, binding in addresses:
        if said is None:
            reason = refusal(binding, timeout)
        else:
            reason = None if said.accepts(service, binding) else _ITSELF
        if reason is not None:
            failed[name] = reason
    for name in () if said is None else said.failing:
        failed.setdefault(name, _ITSELF)
    return failed


def _addresses(configuration: Configuration) -> Iterator[_Address]:
    """What can be connected to, with its name as it is told and its service."""
    for service, settings in configuration.services.items():
        for binding in settings.bindings():
            if binding.transport != "udp" and (binding.path is not None or binding.port != 0):
                yield f"{service}/{binding.name} on {binding.address}", service, binding
