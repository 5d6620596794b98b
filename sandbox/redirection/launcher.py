"""Runs one program against a sandbox: starts it, or joins one, and returns the program's exit status."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.background import BackgroundSandbox
from sandbox.errors import RunError
from sandbox.journal import Closed, Journal, Opened, transcript
from sandbox.redirection import instances, variables
from sandbox.redirection.child import Child
from sandbox.redirection.environment import HOOK, environment_of
from sandbox.redirection.instances import Instance
from sandbox.redirection.log import emptied, log_of_run
from sandbox.redirection.program import Program
from sandbox.server import Sandbox
from sandbox.settings import Configuration

SETTLE = 0.5  # seconds that the last connections have to be noticed as ended


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be run, and how. Either a configuration or a running instance is given."""

    program: Program
    configuration: Configuration | None = None
    instance: Instance | None = None
    allow: tuple[str, ...] = ()
    log: str | None = None
    transcript: str | None = None
    timeout: float | None = None
    isolated: bool = False
    """Whether it has a network of its own, or is redirected by the shim."""


def launch(order: Order) -> int:
    """Run the program; its exit status as shells tell it, 124 after a timeout. Raises SandboxError."""
    if not (HOOK / "sitecustomize.py").is_file():
        raise RunError(f"the shim cannot be installed: {HOOK} has no sitecustomize.py")
    if order.isolated:
        _enter_network(order.instance)
    child = Child()
    try:
        with ExitStack() as stack:
            scratch = stack.enter_context(_scratch())
            log = stack.enter_context(log_of_run(order.log, scratch))
            dialogue = None if order.transcript in (None, "-") else emptied(str(order.transcript))
            background = None
            instance = order.instance
            if instance is None:
                background = stack.enter_context(_started(_configuration(order)))
                if order.isolated:
                    stack.enter_context(_gate(order, background, log))
                instance = background.call(
                    lambda sandbox: instances.describe(sandbox, "run", isolated=order.isolated)
                )
                stack.enter_context(instances.published(instance))
            child.start(
                order.program.executable, order.program.arguments, _environment(order, instance, scratch, log)
            )
            status = child.wait(order.timeout)
            child.close()
            if background is not None and order.transcript is not None:
                _write_transcript(background, dialogue)
    finally:
        child.close()
    if child.interrupted:
        _end_by_interrupt()
    return status


def _enter_network(instance: Instance | None) -> None:
    from sandbox.redirection import isolation

    if instance is None:
        isolation.enter()
    else:
        isolation.join(instance.pid)


def _configuration(order: Order) -> Configuration:
    configuration = order.configuration or Configuration()
    if not order.isolated:
        return configuration
    from sandbox.redirection.isolation.run import resolving

    return resolving(configuration)


def _gate(order: Order, background: BackgroundSandbox, log: Path | None) -> AbstractContextManager[None]:
    from sandbox.redirection.isolation.run import opened

    return opened(background, log=log, executable=order.program.executable)


@contextmanager
def _started(configuration: Configuration) -> Iterator[BackgroundSandbox]:
    background = BackgroundSandbox(Sandbox(configuration, free_ports=True))
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
    table = instance.table.copy()
    table.update(allow=list(order.allow), log=None if log is None else str(log), certificate=str(trusted))
    routes = scratch / "routes.json"
    instances.write(routes, table)
    found = variables.trusting(os.environ, trusted)
    if order.isolated:
        return variables.browsing(found, instances.directory() / "pages")
    found = environment_of(table, routes, found)
    if order.program.escapes is not None and instance.proxy is not None:
        found = variables.proxied(found, instance.proxy)
    return variables.browsing(found, instances.directory() / "pages")


@contextmanager
def _scratch() -> Iterator[Path]:
    """A directory for the files of this run."""
    path = instances.directory() / str(os.getpid())
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _write_transcript(background: BackgroundSandbox, path: Path | None) -> None:
    until = time.monotonic() + SETTLE
    while time.monotonic() < until and background.call(lambda sandbox: _open(sandbox.journal)):
        time.sleep(0.01)
    text = background.call(lambda sandbox: _dialogues(sandbox.journal))
    if path is None:
        sys.stderr.write(text)
        sys.stderr.flush()
    else:
        path.write_text(text, encoding="utf-8")


def _open(journal: Journal) -> set[int]:
    events = [entry.event for entry in journal]
    opened = {each.connection for each in events if isinstance(each, Opened) and each.transport != "udp"}
    return opened - {each.connection for each in events if isinstance(each, Closed)}


def _dialogues(journal: Journal) -> str:
    numbers = dict.fromkeys(entry.event.connection for entry in journal if isinstance(entry.event, Opened))
    return "\n".join(transcript(journal.connection(number)) for number in numbers)


def _end_by_interrupt() -> None:
    """End as the program did: a shell that sees it goes on with no loop this run was part of."""
    sys.stdout.flush()
    sys.stderr.flush()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)
