"""``run``: run a program, unmodified, against a sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from sandbox.cli.configuration import configured_from, explained, fail, load
from sandbox.errors import RunError

if TYPE_CHECKING:
    from sandbox.redirection.instances import Instance
    from sandbox.redirection.program import Program

PROFILE = "lessons"

# Options that belong to the sandbox, not to the program: whoever joins one takes it as it is.
_OF_THE_SANDBOX = {
    "config": "--config",
    "profile": "--profile",
    "overrides": "--set",
    "only": "--only",
    "routes": "--route",
    "dialogue": "--transcript",
}
# Their values are optional and follow a "=", so that none swallows the name of the script.
_WITH_OPTIONAL_VALUE = {"--log": "-", "--transcript": "-", "--join": "newest"}


class _Command(click.Command):
    """Leaves everything from the program on to the program, as Python does it with -m and -c."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        values = {
            name
            for each in self.params
            if isinstance(each, click.Option) and not each.is_flag
            for name in each.opts
        }
        ours: list[str] = []
        rest = list(args)
        while rest and rest[0].startswith("-") and rest[0] not in ("-", "--", "-m", "-c"):
            word = rest.pop(0)
            if word == "--join" and rest and rest[0].isdecimal():
                word = f"--join={rest.pop(0)}"
            ours.append(f"{word}={_WITH_OPTIONAL_VALUE[word]}" if word in _WITH_OPTIONAL_VALUE else word)
            if ours[-1] in values and rest:
                ours.append(rest.pop(0))
        if rest[:1] == ["--"]:
            rest.pop(0)
        return super().parse_args(ctx, [*ours, "--", *rest])


@click.command(
    "run",
    cls=_Command,
    short_help="Run a script or any program, unmodified, against a sandbox.",
    options_metavar="[OPTIONS]",
)
@configured_from(PROFILE, "--config")
@click.option(
    "--route",
    "routes",
    multiple=True,
    metavar="HOST:PORT=NAME",
    help="What answers there: a service, a listener or a behaviour, as 192.168.0.102:5566=file; may be repeated.",
)
@click.option(
    "--allow",
    multiple=True,
    metavar="HOST",
    help="Let this host through to the real network; may be repeated.",
)
@click.option(
    "--join",
    metavar="[PID]",
    help="Use a sandbox that runs already, the newest if no process is named, instead of starting one.",
)
@click.option(
    "--isolate/--no-isolate",
    default=None,
    help="Give the program a network of its own (Linux); by default only one that cannot be redirected otherwise.",
)
@click.option(
    "--python", metavar="VERSION|PATH", help="The interpreter of the script, as 3.9 or /usr/bin/python3."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="End the program after this time, with exit status 124.",
)
@click.option(
    "--log", metavar="[=FILE]", help="Tell every decision: names, connections, listeners, refusals."
)
@click.option(
    "--transcript",
    "dialogue",
    metavar="[=FILE]",
    help="After the run, tell what was said on every connection.",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="PROGRAM [ARGUMENTS]...")
def command(
    config: Path | None,
    profile: str | None,
    overrides: tuple[str, ...],
    only: str | None,
    routes: tuple[str, ...],
    allow: tuple[str, ...],
    join: str | None,
    isolate: bool | None,
    python: str | None,
    timeout: float | None,
    log: str | None,
    dialogue: str | None,
    words: tuple[str, ...],
) -> None:
    """Run a program, unmodified, against a sandbox: whatever host and port it names, the sandbox answers.

    PROGRAM is a Python script, "-m MODULE" or "-c CODE" as for python itself, or any other program. The sandbox starts
    with it on free ports and ends with it; nothing leaves this machine. The exit status is the program's own.

    \b
    sandbox run lesson.py                        a script that says smtp.example.com:587
    sandbox run --transcript lesson.py           … and what was said
    sandbox run --timeout 10 lesson.py           … for ten seconds at the most
    sandbox run --python 3.9 lesson.py           … by another Python
    sandbox run --route 10.0.0.7:5566=echo lesson.py
    sandbox run curl https://www.python.org/     any program

    \b
    A server and its client, in two terminals:
    sandbox run server.py
    sandbox run client.py
    """
    if not words:
        raise click.UsageError("Name the program to run, as: sandbox run lesson.py")
    if join is not None:
        _check_join()
    with explained():
        from sandbox.redirection import instances
        from sandbox.redirection.launcher import Order, launch
        from sandbox.redirection.program import find

        try:
            program = find(words, python)
            joined = None if join is None else instances.choose(_process(join))
            isolated = _is_isolated(isolate, program, joined, allow)
            configuration = (
                None if join else load(config, profile, overrides, only, default=PROFILE, routes=routes)
            )
            status = launch(
                Order(
                    program,
                    configuration,
                    joined,
                    allow=allow,
                    log=log,
                    transcript=dialogue,
                    timeout=timeout,
                    isolated=isolated,
                )
            )
        except RunError as error:
            fail(str(error), 2)
    raise SystemExit(status)


def _is_isolated(
    isolate: bool | None, program: Program, joined: Instance | None, allow: tuple[str, ...]
) -> bool:
    """Whether the program gets a network of its own. Raises RunError if the sandbox to join forbids it."""
    if joined is not None:
        if isolate is not None and isolate != joined.isolated:
            how = (
                "has no network of its own"
                if isolate
                else "has a network of its own, and so has who joins it"
            )
            raise RunError(f"the sandbox of process {joined.pid} {how}")
        return joined.isolated
    if isolate is False or (isolate is None and program.escapes is None):
        return False
    if allow:
        reason: str | None = (
            "--allow lets hosts of the real network through, which a network of its own has not"
        )
    else:
        from sandbox.redirection.isolation import unavailable

        reason = unavailable()
    if reason is not None:
        click.echo(f"sandbox: no network of its own for the program: {reason}", err=True)
    return reason is None


def _check_join() -> None:
    context = click.get_current_context()
    given = [
        option
        for name, option in _OF_THE_SANDBOX.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(
            f"--join takes a sandbox as it is: {', '.join(given)} cannot be given with it."
        )


def _process(join: str) -> int | None:
    if join == _WITH_OPTIONAL_VALUE["--join"]:
        return None
    if not join.isdecimal():
        raise click.UsageError(f"--join takes the number of a process, not {join!r}.")
    return int(join)
