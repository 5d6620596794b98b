"""``services``: which services there are."""

from __future__ import annotations

from importlib import import_module

import click

from sandbox import services
from sandbox.settings import MainListenerSettings


@click.command("services", short_help="List the services and their default ports.")
def command() -> None:
    """List the services that can be configured, with the default port of their main listener."""
    for name in services.names():
        model = services.settings_class(name)
        port = model.model_fields["port"].default if issubclass(model, MainListenerSettings) else "any"
        package = import_module(model.__module__.rpartition(".")[0])
        summary = (package.__doc__ or "").strip().splitlines()[0]
        click.echo(f"{name:8} {port!s:>5}  {summary}")
