"""``health``: whether a running sandbox accepts on every address of its configuration."""

from __future__ import annotations

from pathlib import Path

import click

from sandbox.cli.configuration import configured, explained, load
from sandbox.net.probe import refusal


@click.command("health", short_help="Check that a sandbox with this configuration is up.")
@configured
@click.option("--timeout", default=2.0, show_default=True, help="Seconds to wait for each address.")
def command(
    config: Path | None, profile: str | None, overrides: tuple[str, ...], only: str | None, timeout: float
) -> None:
    """Check that a sandbox with this configuration is up: connect to each of its TCP and Unix-domain addresses.

    The exit status is 0 if all accept and 1 if not. Listeners on port 0 and UDP listeners are not checked.
    """
    with explained():
        configuration = load(config, profile, overrides, only)
    checked = failed = 0
    for service, settings in configuration.services.items():
        for binding in settings.bindings():
            if binding.transport == "udp" or (binding.path is None and binding.port == 0):
                continue
            checked += 1
            reason = refusal(binding, timeout)
            if reason is not None:
                failed += 1
                click.echo(f"{service}/{binding.name} on {binding.address}: {reason}", err=True)
    click.echo(f"{checked - failed} of {checked} addresses accept")
    raise SystemExit(1 if failed or not checked else 0)
