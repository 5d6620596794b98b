"""The options by which every verb is told its configuration, and how mistakes in it are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from sandbox.engine import REGISTRY
from sandbox.errors import RunError, SandboxError, SettingsError, StateError
from sandbox.settings import Configuration, load_file
from sandbox.settings.paths import profiles

DEFAULT_PROFILE = "sandbox"

F = TypeVar("F", bound=Callable[..., Any])


def _default_first(profile: str) -> list[str]:
    return [f"{profile} (the default)", *(name for name in ("sandbox", "lessons") if name != profile)]


def configured_from(profile: str, *names: str) -> Callable[[F], F]:
    """Give a command the options of the configuration, to be passed on to :func:`load`.

    ``profile`` is the one that is read if none is given, ``names`` are those of the option for a file.
    """
    options = (
        click.option(
            *names,
            type=click.Path(path_type=Path),
            envvar="SANDBOX_CONFIG",
            help="The TOML file to read; $SANDBOX_CONFIG if not given.",
        ),
        click.option(
            "--profile",
            "-p",
            help=f"A ready-made configuration instead of a file: {', '.join(_default_first(profile))}.",
        ),
        click.option(
            "--set",
            "overrides",
            multiple=True,
            metavar="KEY=VALUE",
            envvar="SANDBOX_SET",
            help="Change one setting, as services.smtp.port=2525; may be repeated. $SANDBOX_SET holds several, with blanks between.",
        ),
        click.option(
            "--only", metavar="NAMES", help="Start only these of the configured services, as smtp,imap."
        ),
    )

    def give(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return give


configured = configured_from(DEFAULT_PROFILE, "--config", "-c")


def load(
    config: Path | None,
    profile: str | None,
    overrides: tuple[str, ...],
    only: str | None,
    *,
    default: str = DEFAULT_PROFILE,
    routes: tuple[str, ...] = (),
) -> Configuration:
    """The configuration the options name. Raises SettingsError, click.UsageError."""
    return load_file(
        source(config, profile, default),
        REGISTRY,
        overrides=overrides,
        only=None if only is None else [name.strip() for name in only.split(",") if name.strip()],
        routes=routes,
    )


def source(config: Path | None, profile: str | None, default: str = DEFAULT_PROFILE) -> Path:
    """The file the options name. Raises click.UsageError."""
    if profile is not None:
        known = profiles()
        if profile not in known:
            raise click.UsageError(f"There is no profile {profile!r}; known: {', '.join(known)}.")
        given = click.get_current_context().get_parameter_source("config")
        if config is not None and given is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError("Give either --config or --profile, not both.")
        return known[profile]
    return config if config is not None else profiles()[default]


@contextmanager
def explained() -> Iterator[None]:
    """Show our errors as lines instead of tracebacks: exit status 2 if the user has to change something."""
    try:
        yield
    except SettingsError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        fail(f"{count} mistake{'s' if count > 1 else ''} in the configuration; nothing was started", 2)
    except (RunError, StateError) as error:
        fail(str(error), 2)
    except SandboxError as error:
        fail(str(error), 1)


def fail(message: str, status: int) -> NoReturn:
    """End the program with a message on stderr."""
    click.echo(f"sandbox: {message}", err=True)
    raise SystemExit(status)
