"""Redirects this very process, for tests that call the program under test directly."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.errors import SettingsError
from sandbox.redirection.environment import environment_of
from sandbox.redirection.table import Table, table_of
from sandbox.settings import Configuration, Route, RouteKey, load_file
from sandbox.settings.paths import profiles
from sandbox.settings.routes import targets

_one = threading.Lock()


@contextlib.contextmanager
def redirected(
    running: BackgroundEngine, *, routes: Sequence[str] = (), allow: Sequence[str] = ()
) -> Iterator[None]:
    """Within ``with``, all hosts and ports that this process names lead to a sandbox that runs.

    ``routes`` are further ones, before those it has: ``host:port=name`` of a service or a listener. ``allow`` names the
    hosts that stay real. Raises ValueError for a wrong route, and RuntimeError within another redirection.
    """
    if not _one.acquire(blocking=False):
        raise RuntimeError("this process is redirected already: sandbox.redirect() cannot be nested")
    try:
        with contextlib.ExitStack() as stack:
            table = running.call(lambda engine: _table(engine, routes, allow))
            stack.enter_context(_environment(table))
            stack.enter_context(_opener_of_its_own())
            stack.enter_context(_installed(table, exempt=running.call(lambda _: threading.get_ident())))
            yield
    finally:
        _one.release()


def lessons(routes: Sequence[str]) -> Configuration:
    """The lessons' profile, with listeners for behaviours that only the routes name. Raises ValueError."""
    _check_list("routes", routes)
    try:
        return load_file(profiles()["lessons"], REGISTRY, routes=routes)
    except SettingsError as error:
        told = (replace(each, where=each.where.removeprefix("--route ")) for each in error.problems)
        raise ValueError("\n".join(map(str, told))) from error


def _check_list(name: str, given: Sequence[str]) -> None:
    if isinstance(given, str):
        raise ValueError(f"{name}: must be a list, as [{given!r}]")


def _table(engine: Engine, routes: Sequence[str], allow: Sequence[str]) -> Table:
    _check_list("routes", routes)
    _check_list("allow", allow)
    further = []
    for text in routes:
        address, _, name = text.rpartition("=")
        try:
            key = RouteKey.parse(address)
            found = list(targets(name, key, engine.configuration.services))
        except ValueError as error:
            raise ValueError(f"{text}: {error}") from error
        further += [Route(transport, key.host, key.port, target) for transport, target in found]
    return table_of(engine, allow=allow, further=further)


@contextlib.contextmanager
def _installed(table: Table, exempt: int) -> Iterator[None]:
    from sandbox.redirection.hook.sandbox_shim import Shim

    shim = Shim({**table})
    shim.exempt.add(exempt)  # the sandbox' own thread
    shim.install()
    try:
        yield
    finally:
        shim.uninstall()


@contextlib.contextmanager
def _opener_of_its_own() -> Iterator[None]:
    """``urlopen`` remembers its opener, which from Python 3.12 on keeps whom it trusts; one with handlers of the user's stays."""
    from urllib import request

    before = getattr(request, "_opener", None)
    usual = _handlers(request.build_opener())
    if before is None or _handlers(before) == usual:
        request._opener = None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        request._opener = before  # type: ignore[attr-defined]


def _handlers(opener: Any) -> set[type]:
    return {type(handler) for handler in opener.handlers}


@contextlib.contextmanager
def _environment(table: Table) -> Iterator[None]:
    """What the programs need to be redirected that this one starts."""
    before = dict(os.environ)
    with TemporaryDirectory(prefix="sandbox-") as directory:
        path = Path(directory) / "routes.json"
        path.write_text(json.dumps(table), encoding="utf-8")
        wanted = environment_of(table, path, before)
        try:
            _change(before, wanted)
            yield
        finally:
            _change(wanted, before)


def _change(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Change the variables in which two environments differ; what the program has set meanwhile stays."""
    for name in old.keys() - new.keys():
        os.environ.pop(name, None)
    os.environ.update({name: value for name, value in new.items() if old.get(name) != value})
