"""``health``: whether a running sandbox accepts on every address of its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from sandbox.cli.configuration import configured, explained, load
from sandbox.net.probe import failing, refusal
from sandbox.settings import Configuration


@click.command("health", short_help="Check that a sandbox with this configuration is up.")
@configured
@click.option("--timeout", default=2.0, show_default=True, help="Seconds to wait for each address.")
def command(
    config: Path | None, profile: str | None, overrides: tuple[str, ...], only: str | None, timeout: float
) -> None:
    """Check that a sandbox with this configuration is up: connect to each of its TCP and Unix-domain addresses.

    The exit status is 0 if all accept and 1 if not. Listeners on port 0 and UDP listeners are not checked,
    unless the sandbox has a control interface, which is asked then.
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
    told = list(_told(configuration, timeout))
    for line in told:
        click.echo(line, err=True)
    click.echo(f"{checked - failed} of {checked} addresses accept")
    raise SystemExit(1 if failed or told or not checked else 0)


def _told(configuration: Configuration, timeout: float) -> Iterator[str]:
    """What the sandbox says of itself, where it can be asked and accepts at all."""
    control = configuration.services.get("control")
    main = None if control is None else control.bindings()[0]
    if main is None or (main.path is None and main.port == 0) or refusal(main, timeout) is not None:
        return
    try:
        yield from (f"{name}: does not accept, it says itself" for name in failing(main, timeout))
    except (OSError, ValueError) as error:
        yield f"control/main on {main.address}: {error}"
