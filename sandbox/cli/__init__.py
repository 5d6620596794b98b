"""The command line: one file for each verb, loaded only when it is used."""

from __future__ import annotations

import gc
from importlib import import_module

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
