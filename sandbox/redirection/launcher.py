"""Runs one program against a sandbox: starts it, or joins one, and returns the program's exit status."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from sandbox.errors import RunError
from sandbox.redirection import dialogue, instances, isolation, variables
from sandbox.redirection.child import Child
from sandbox.redirection.environment import HOOK, environment_of, trusting
from sandbox.redirection.instances import Instance
from sandbox.redirection.log import emptied, log_of_run
from sandbox.redirection.modes import Mode
from sandbox.redirection.program import Program
from sandbox.settings import Configuration
from sandbox.settings.paths import state_folder


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be run, and how. Either a configuration or a running instance is given."""

    program: Program
    mode: Mode
    configuration: Configuration = field(default_factory=Configuration)
    instance: Instance | None = None
    allow: tuple[str, ...] = ()
    log: str | None = None
    transcript: str | None = None
    timeout: float | None = None


def launch(order: Order) -> int:
    """Run the program; its exit status as shells tell it, 124 after a timeout. Raises SandboxError."""
    if order.mode is not Mode.ISOLATED:
        _check_hook()
    elif order.instance is None:
        isolation.enter()
    else:
        isolation.join(order.instance.pid)
    child = Child()
    try:
        with _scratch() as scratch, log_of_run(order.log, scratch) as log, ExitStack() as stack:
            status = _run(order, child, scratch, log, stack)
    finally:
        child.close()
    child.end_alike()
    return status


def _run(order: Order, child: Child, scratch: Path, log: Path | None, stack: ExitStack) -> int:
    program = order.program
    target = None if order.transcript in (None, "-") else emptied(str(order.transcript))
    if order.instance is not None:
        environment = _environment(order, order.instance, scratch, log)
        child.start(program.executable, program.arguments, environment)
        return child.wait(order.timeout)
    background = stack.enter_context(_started(order))
    if order.mode is Mode.ISOLATED:
        from sandbox.redirection.isolation.run import opened

        stack.enter_context(opened(background, log=log, executable=program.executable))
    instance = background.call(lambda sandbox: _instance(sandbox, order.mode))
    stack.enter_context(instances.published(instance))
    child.start(program.executable, program.arguments, _environment(order, instance, scratch, log))
    status = child.wait(order.timeout)
    child.close()
    if order.transcript is not None:
        dialogue.write(background, target)
    return status


def _instance(sandbox: Engine, mode: Mode) -> Instance:
    return instances.describe(sandbox, "run", isolated=mode is Mode.ISOLATED)


def _check_hook() -> None:
    if not (HOOK / "sitecustomize.py").is_file():
        raise RunError(f"the shim cannot be installed: {HOOK} has no sitecustomize.py")


@contextmanager
def _started(order: Order) -> Iterator[BackgroundEngine]:
    configuration = order.configuration
    if order.mode is Mode.ISOLATED:
        from sandbox.redirection.isolation.run import resolving

        configuration = resolving(configuration)
    background = BackgroundEngine(Engine(configuration, free_ports=True))
    # Signals are for the thread that waits for the program.
    before = signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGTSTP}
    )
    try:
        background.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    gc.freeze()
    gc.enable()
    try:
        yield background
    finally:
        background.stop()


def _environment(order: Order, instance: Instance, scratch: Path, log: Path | None) -> dict[str, str]:
    trusted = variables.authorities(
        Path(instance.table["certificate"]), scratch / "authorities.pem", real=bool(order.allow)
    )
    found = variables.browsing(os.environ, instances.directory() / "pages")
    if order.mode is Mode.ISOLATED:
        return variables.without_shim(trusting(found, str(trusted)))
    table = instance.table.copy()
    table["allow"], table["certificate"] = list(order.allow), str(trusted)
    table["log"] = None if log is None else str(log)
    routes = scratch / "routes.json"
    instances.write(routes, table)
    found = environment_of(table, routes, found)
    if order.mode is Mode.PROXIED and instance.proxy is not None:
        found = variables.proxied(found, instance.proxy)
    return found


@contextmanager
def _scratch() -> Iterator[Path]:
    """A directory for the files of this run."""
    path = instances.directory() / str(os.getpid())
    shutil.rmtree(path, ignore_errors=True)
    state_folder(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
