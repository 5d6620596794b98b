"""``check``: read the configuration and tell every mistake."""

from __future__ import annotations

from pathlib import Path

import click

from sandbox.cli.configuration import configured, explained, load, source


@click.command("check")
@configured
def command(config: Path | None, profile: str | None, overrides: tuple[str, ...], only: str | None) -> None:
    """Check the configuration without starting anything.

    Tells every mistake with file and line; the exit status is 2 if there is any.
    """
    with explained():
        configuration = load(config, profile, overrides, only)
    count = sum(len(settings.bindings()) for settings in configuration.services.values())
    names = ", ".join(configuration.services)
    click.echo(
        f"{source(config, profile)}: no mistakes; {count} listener{'' if count == 1 else 's'} for {names}"
    )
