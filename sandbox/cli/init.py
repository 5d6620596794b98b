"""``init``: write a configuration of one's own to start from."""

from __future__ import annotations

from pathlib import Path

import click

from sandbox.cli.configuration import DEFAULT_PROFILE, fail, source


@click.command("init", short_help="Write a commented configuration to start from.")
@click.argument("path", type=click.Path(path_type=Path), default=Path("sandbox.toml"))
@click.option(
    "--profile", "-p", default=DEFAULT_PROFILE, show_default=True, help="The configuration to copy."
)
@click.option("--force", "-f", is_flag=True, help="Replace the file if it is there.")
def command(path: Path, profile: str, force: bool) -> None:
    """Write the commented default configuration to PATH (sandbox.toml)."""
    text = source(None, profile).read_text(encoding="utf-8")
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        fail(f"{path} is there already; --force replaces it", 2)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}", 2)
    click.echo(f"Wrote {path}. Start it with: sandbox up --config {path}")
