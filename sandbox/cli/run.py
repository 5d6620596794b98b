"""``run``: run a program, unmodified, against a sandbox."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from sandbox.cli.configuration import configured_from, explained, fail, load
from sandbox.errors import RunError

if TYPE_CHECKING:
    from sandbox.redirection.instances import Instance
    from sandbox.redirection.program import Program
    from sandbox.redirection.python2 import Verdict

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


def _hosts(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if values:
        from sandbox.settings.routes import is_host

        for value in values:
            if not is_host(value):
                raise click.BadParameter(
                    f"{value!r} is no host: name it without scheme, port and path, as api.example.com or *.example.com"
                )
    return values


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
    callback=_hosts,
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
    help="Give the program a network of its own (Linux), or never; if not told, where it is possible.",
)
@click.option(
    "--no-join", is_flag=True, help="Do not share the network of a server that runs in another terminal."
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
    "--log",
    metavar="",
    help="Tell every decision: names, connections, listeners, refusals. With --log=FILE there instead of on stderr.",
)
@click.option(
    "--transcript",
    "dialogue",
    metavar="",
    help="After the run, tell what was said on every connection. With --transcript=FILE there.",
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
    no_join: bool,
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
    if os.name != "posix":
        fail("run needs Linux, macOS or another Unix; up runs here as well", 2)
    if not words:
        raise click.UsageError("Name the program to run, as: sandbox run lesson.py")
    if join is not None and (given := _of_the_sandbox()):
        raise click.UsageError(
            f"--join takes a sandbox as it is: {', '.join(given)} cannot be given with it."
        )
    with explained():
        from sandbox.redirection.launcher import Order, launch
        from sandbox.redirection.modes import Mode, mode_of, neighbour
        from sandbox.redirection.program import find

        program = find(words, python)
        python2 = _python2(program)
        instance = None if join is None else _joined(join, isolate, allow, log)
        mode = mode_of(program, isolate=isolate, allow=allow, instance=instance)
        if mode is Mode.ISOLATED and not (no_join or join):
            instance = neighbour([*(["--log"] if log else []), *_of_the_sandbox()])
        order = Order(program, mode, instance=instance, allow=allow, log=log, timeout=timeout)
        if instance is None:
            configuration = load(config, profile, overrides, only, default=PROFILE, routes=routes)
            order = replace(order, configuration=configuration, transcript=dialogue)
        status = launch(order)
    if status == 1 and python2 is not None:
        click.echo(f"sandbox: {python2}", err=True)
    raise SystemExit(status)


def _joined(join: str, isolate: bool | None, allow: tuple[str, ...], log: str | None) -> Instance:
    """The sandbox to join. Raises RunError if there is none that will do."""
    from sandbox.redirection import instances, modes

    pid = None if join == _WITH_OPTIONAL_VALUE["--join"] else _process(join)
    instance = instances.choose(pid, isolated=modes.kind_to_join(isolate, allow))
    if instance.isolated and log is not None:
        raise RunError(f"--log has to be given to process {instance.pid}, which decides for both")
    return instance


def _python2(program: Program) -> Verdict | None:
    """What is Python 2 in a script for Python 3. Raises RunError if it cannot run."""
    if program.source is None or program.interpreter is None:
        return None
    from sandbox.redirection.python2 import judge

    verdict = judge(*program.source, program.interpreter)
    if verdict is not None and verdict.certain:
        raise RunError(f"{verdict}{_with_python2(verdict.name)}")
    return verdict


def _with_python2(name: str) -> str:
    """How to run a script by Python 2 itself, if that is possible."""
    from sandbox.redirection import interpreters, isolation

    try:
        interpreters.chosen("2.7")
    except RunError:
        return ""
    if isolation.unavailable() is not None:
        return ""
    return f"\nOr run it as it is: sandbox run --isolate --python 2.7 {name}"


def _of_the_sandbox() -> list[str]:
    """The options given that say how a sandbox of its own shall be."""
    context = click.get_current_context()
    return [
        option
        for name, option in _OF_THE_SANDBOX.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]


def _process(join: str) -> int:
    if not join.isdecimal():
        raise click.UsageError(f"--join takes the number of a process, not {join!r}.")
    return int(join)
