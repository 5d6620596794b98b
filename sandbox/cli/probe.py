"""``probe``: start a program that is a server, and check it as its clients would."""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from sandbox.errors import RunError
from sandbox.probing import registry
from sandbox.probing.run import probe
from sandbox.probing.server import LessonServer
from sandbox.probing.verdict import Verdict
from sandbox.probing.wishes import Wishes
from sandbox.redirection.program import find

_DEFAULT = Wishes()
_COLOURS = {"ok": "green", "FAIL": "red", "note": "yellow"}


def _list_checks(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    for check in registry.CHECKS:
        ports = ", ".join(map(str, check.ports))
        click.echo(f"{check.name:10} {check.transport}  {check.title}{f' ({ports})' if ports else ''}")
    ctx.exit()


@click.command("probe", short_help="Check a server you have written, as its clients would.")
@click.argument("program", nargs=-1, required=True, metavar="SERVER.PY [-- ARGUMENTS]")
@click.option(
    "--as",
    "check",
    type=click.Choice(registry.names()),
    metavar="NAME",
    help="What kind of server it is, if that is guessed wrongly; --list tells the names.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_checks,
    help="List the kinds of servers that can be checked, with the lessons' ports.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    default=_DEFAULT.timeout,
    show_default=True,
    help="Seconds for all checks together.",
)
@click.option(
    "--patience",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    default=_DEFAULT.patience,
    show_default=True,
    help="Seconds to wait for each answer.",
)
@click.option("--python", metavar="VERSION|PATH", help="The Python that runs the server, as 3.12 or a path.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option("--show-output", is_flag=True, help="Show what the server printed, also if all went well.")
def command(
    program: tuple[str, ...],
    check: str | None,
    timeout: float,
    patience: float,
    python: str | None,
    as_json: bool,
    show_output: bool,
) -> None:
    """Start SERVER.PY, a server you have written, and check it as its clients would.

    The file is not changed, and it may bind any host and port, also 192.168.0.102:5566 or port 80: it runs redirected,
    and is ended at the end. Nothing else has to be running.

    Each check is one line: "ok", "FAIL" with what was sent, expected and received and a hint what is wrong, or "note"
    for what is worth knowing and no mistake. The exit status is 0 if nothing failed and 1 if something did.

    \b
    python -m sandbox probe server.py
    python -m sandbox probe server.py --as chat
    python -m sandbox probe server.py -- --port 5000
    python -m sandbox probe -- -m http.server 8000
    """
    wishes = Wishes(timeout=timeout, patience=patience, quiet=min(_DEFAULT.quiet, patience), check=check)
    try:
        found = find(program, python)
        if found.escapes is not None:
            raise RunError(f"only a server in Python can be checked: {found.escapes}")
        server = LessonServer(found, guarded=hasattr(os, "fork"))
        with _ended_by_signals(), server:
            report = _Report(shlex.join(program), as_json)
            for verdict in probe(server, wishes):
                report.add(verdict)
    except RunError as error:
        click.echo(f"sandbox: {error}", err=True)
        raise SystemExit(2) from None
    report.finish(server.stdout(), server.stderr(), show_output)
    raise SystemExit(1 if report.counts["FAIL"] else 0)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Leave in order on SIGTERM and SIGHUP, so that the server does not stay behind."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = [
        number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None
    ]
    before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Report:
    """Prints verdicts as they come, and the sum of them."""

    def __init__(self, program: str, as_json: bool) -> None:
        self.counts: Counter[str] = Counter()
        self._program = program
        self._as_json = as_json
        self._verdicts: list[Verdict] = []
        self._heading = ""

    def add(self, verdict: Verdict) -> None:
        self.counts[verdict.outcome] += 1
        self._verdicts.append(verdict)
        if not self._as_json:
            self._print(verdict)

    def finish(self, stdout: str, stderr: str, show_output: bool) -> None:
        if self._as_json:
            counts = {name.lower(): self.counts[name] for name in _COLOURS}
            verdicts = [verdict.as_json() for verdict in self._verdicts]
            whole = {
                "program": self._program,
                **counts,
                "verdicts": verdicts,
                "stdout": stdout,
                "stderr": stderr,
            }
            click.echo(json.dumps(whole, ensure_ascii=False))
            return
        if show_output:
            _output("stdout", stdout)
        if show_output or self.counts["FAIL"]:
            _output("stderr", stderr)
        failed, notes = self.counts["FAIL"], self.counts["note"]
        click.echo(f"{self.counts['ok']} ok, {failed} failed, {notes} note{'' if notes == 1 else 's'}")

    def _print(self, verdict: Verdict) -> None:
        title = registry.named(verdict.check).title if verdict.check else ""
        heading = verdict.listener or self._program
        if verdict.listener and title:
            heading += f" as {verdict.check}: {title}"
        if heading != self._heading:
            self._heading = heading
            click.echo(click.style(heading, bold=True))
        outcome = click.style(f"{verdict.outcome:4}", fg=_COLOURS[verdict.outcome])
        remark = f": {verdict.hint}" if verdict.outcome == "note" and verdict.hint else ""
        click.echo(f"  {outcome}  {verdict.step}{remark}")
        if verdict.outcome == "FAIL":
            for name in ("sent", "expected", "came", "hint"):
                if text := getattr(verdict, name):
                    click.echo(f"        {name:9} {text}")


def _output(name: str, text: str) -> None:
    """The end of what the server has printed, indented."""
    lines = text.splitlines()
    if lines:
        click.echo(f"The server's {name}:")
        for line in lines[-40:]:
            click.echo(f"  | {line}")
