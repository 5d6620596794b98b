"""What ``up`` prints: the table of endpoints, and a line for each connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from sandbox.journal import Closed, Crashed, Entry, Fact, Opened
from sandbox.net.listener import Endpoint

_TLS = {"none": "", "starttls": "STARTTLS", "implicit": "TLS"}


def table(endpoints: Sequence[Endpoint]) -> None:
    """Print what listens where."""
    rows = Table(
        "service", "listener", "address", "transport", "security", title="Sandbox is up", title_justify="left"
    )
    for endpoint in endpoints:
        rows.add_row(
            endpoint.service, endpoint.listener, endpoint.address, endpoint.transport, _TLS[endpoint.tls]
        )
    console = Console(highlight=False)
    console.print(rows)
    console.print('Programs trust its certificates after: [bold]eval "$(python -m sandbox ca)"[/bold]')
    console.print("Press Ctrl-C to stop.")


class ConnectionLog:
    """Watches the journal; prints one line when a connection ends, and a traceback when we have failed."""

    def __init__(self, *, err: bool) -> None:
        self._err = err
        self._open: dict[int, tuple[float, Opened, Counter[str]]] = {}

    def __call__(self, entry: Entry) -> None:
        match entry.event:
            case Opened() as opened:
                self._open[opened.connection] = entry.time, opened, Counter()
            case Fact() as fact if fact.connection in self._open:
                self._open[fact.connection][2][fact.name] += 1
            case Crashed() as crash:
                click.echo(
                    f"{_clock(entry.time)} {crash.service} internal error\n{crash.traceback}", err=True
                )
            case Closed() as closed if closed.connection in self._open:
                click.echo(self._line(entry.time, closed), err=self._err)

    def _line(self, now: float, closed: Closed) -> str:
        since, opened, facts = self._open.pop(closed.connection)
        what = ", ".join(name if count == 1 else f"{name} x{count}" for name, count in facts.items())
        return (
            f"{_clock(now)} {opened.service}/{opened.listener} #{closed.connection} {opened.peer}"
            f" in {closed.received} out {closed.sent} octets, {now - since:.3f} s, {closed.told}"
            f"{': ' if what else ''}{what}"
        )


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%H:%M:%S")
