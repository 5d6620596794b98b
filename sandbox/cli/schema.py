"""``schema``: the JSON Schema of the configuration, for editors."""

from __future__ import annotations

import json

import click

from sandbox.engine import REGISTRY


@click.command("schema", short_help="Print the JSON Schema of the configuration file.")
def command() -> None:
    """Print the JSON Schema of the configuration file, for editors that complete and check TOML."""
    from sandbox.settings.schema import json_schema

    click.echo(json.dumps(json_schema(REGISTRY), indent=2, ensure_ascii=False))
