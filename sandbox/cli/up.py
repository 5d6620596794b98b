"""``up``: start the services and keep them until a signal comes."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from sandbox.cli.configuration import configured, explained, load
from sandbox.engine import Engine


@dataclass(frozen=True, slots=True)
class Output:
    """What is told, and where."""

    as_json: bool
    quiet: bool


@click.command("up")
@configured
@click.option(
    "--json", "as_json", is_flag=True, help="Print the endpoints as one line of JSON once all of them accept."
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors, and what --json asks for.")
def command(
    config: Path | None,
    profile: str | None,
    overrides: tuple[str, ...],
    only: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Start the services and keep them until Ctrl-C or SIGTERM.

    Prints what listens where, and then one line for each connection that ends.
    """
    with explained():
        sandbox = Engine(load(config, profile, overrides, only))
        asyncio.run(_serve(sandbox, Output(as_json, quiet)))


async def _serve(sandbox: Engine, output: Output) -> None:
    stop = asyncio.Event()
    _on_signals(stop.set)
    async with sandbox:
        _announce(sandbox, output)
        await sandbox.warm()
        # Loaded late, since everything accepts already and who joins can wait.
        from sandbox.redirection import instances

        gc.freeze()  # what was loaded stays
        gc.enable()
        with instances.published(instances.describe(sandbox, "up")):
            await stop.wait()


def _announce(sandbox: Engine, output: Output) -> None:
    if output.as_json:
        click.echo(json.dumps({"endpoints": [endpoint.as_json() for endpoint in sandbox.endpoints]}))
        sys.stdout.flush()
    if output.quiet:
        return
    # The report loads rich, which would cost a tenth of the start-up; by now everything accepts.
    from sandbox.cli.report import ConnectionLog, table

    if not output.as_json:
        table(sandbox.endpoints)
    sandbox.journal.watch(ConnectionLog(err=output.as_json))


def _on_signals(stop: Callable[[], Any]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
