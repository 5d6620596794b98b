"""Fixtures for all tests: a sandbox on free ports, in a thread of its own, checked for leaks at its end."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from sandbox.journal import Crashed

# Exploring is for the desk. A change is judged by the same examples each time, and by none that a slow machine fails.
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")

# The tests start hundreds of interpreters, and none of them shall compile what another has compiled already; nor shall
# each worker, and each run, rewrite the assertions of all tests anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A shell lets what it starts in the background ignore Ctrl-C, and their children would ignore it too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

Serve = Callable[..., BackgroundEngine]


@pytest.fixture(autouse=True)
def state_directory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate authority of the tests: made once for the whole run, never the user's own."""
    directory = tmp_path_factory.getbasetemp() / "state"
    monkeypatch.setenv("SANDBOX_STATE", str(directory))
    return directory


@pytest.fixture(autouse=True)
def quiet_loop(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What an event loop logs as an error has been nobody's to catch, and fails the test."""
    yield
    errors = [record for record in caplog.get_records("call") if record.name == "asyncio"]
    assert not [record.getMessage() for record in errors if record.levelno >= logging.ERROR]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """``serve(smtp={...}, accounts={...})`` starts a sandbox with those services on free ports.

    Keys that are no service are general settings; samples are off unless asked for. At the end nothing may have
    crashed, and no task and no socket may be left.
    """
    running: list[BackgroundEngine] = []
    gc.freeze()  # what is there already is not looked through again at the end: that took a quarter of the run
    with ExitStack() as stack:

        def start(**tables: Any) -> BackgroundEngine:
            sandbox = Engine.from_mapping(_configuration(tables))
            background = stack.enter_context(BackgroundEngine(sandbox))
            running.append(background)
            return background

        yield start
        crashes = [
            crash for background in running if background.running for crash in background.call(_crashes)
        ]
        for background in running:
            background.stop()
            check_clean(background)
    gc.collect()  # a socket that was forgotten warns now, and warnings are errors
    gc.unfreeze()
    assert not crashes, "\n".join(crashes)


def check_clean(background: BackgroundEngine) -> None:
    """After a stop nothing is left: no task, no connection."""
    assert background.leftover == ()


def _crashes(sandbox: Engine) -> list[str]:
    return [entry.event.traceback for entry in sandbox.journal if isinstance(entry.event, Crashed)]


def _configuration(tables: dict[str, Any]) -> dict[str, Any]:
    from sandbox.services import names

    known = names()
    general: dict[str, Any] = {"mail": {"samples": False}, "files": {"samples": False}}
    general |= {name: table for name, table in tables.items() if name not in known}
    services: dict[str, Any] = {}
    for name, table in tables.items():
        if name in known:
            services[name] = table if name in ("tcp", "udp") else {"port": 0} | table
    return general | {"services": services}


def raw_client(background: BackgroundEngine, service: str, listener: str = "main") -> socket.socket:
    """A plain connected socket with a time-out, for hostile and hand-made clients."""
    endpoint = background.endpoint(service, listener)
    return socket.create_connection((endpoint.host, endpoint.port), timeout=5)


def read_until(sock: socket.socket, end: bytes) -> bytes:
    """Read until what was read ends with ``end`` or the server closes."""
    data = b""
    while not data.endswith(end):
        chunk = sock.recv(65536)
        if not chunk:
            break
        data += chunk
    return data
