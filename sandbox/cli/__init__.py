"""The command line: one file for each verb, loaded only when it is used."""

from __future__ import annotations

import gc
import signal
from importlib import import_module
from typing import Any

import click

from sandbox import __version__

VERBS = ("up", "run", "check", "init", "schema", "services", "ca", "health", "probe")


class _Verbs(click.Group):
    """Finds a verb in the module of its name, so that ``up`` does not pay for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Ctrl-C has the status that shells know, not the 1 of click: with ``run`` that would be the program's own."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise SystemExit(128 + signal.SIGINT) from None


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sandbox")
def _sandbox() -> None:
    """The whole internet of a network-programming course in one process.

    Fake SMTP, POP3, IMAP, FTP, HTTP, XML-RPC, DNS, TCP and UDP endpoints behind one configuration file. Start them all
    with "up"; nothing needs root, nothing ever connects out.
    """


def main() -> None:
    """The entry point of ``sandbox`` and ``python -m sandbox``."""
    # A start makes no garbage worth looking for, and looking takes a twentieth of its time; "up" enables it again.
    gc.disable()
    _sandbox(prog_name="sandbox")
