"""Tells what became of each name and address a program asked for, in the words of the shim's log."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.journal import Entry, Fact
from sandbox.redirection.isolation.namespaces import NAMESERVER
from sandbox.server import Sandbox
from sandbox.settings.models import Transport
from sandbox.settings.routes import Target


class Decisions:
    """Appends a line for each decision to the file ``log``, if there is one.

    Where nothing answers, stderr tells so as well, once for each address.
    """

    def __init__(self, sandbox: Sandbox, log: Path | None = None) -> None:
        self._sandbox = sandbox
        self._routes = sandbox.routes
        self._path = log
        self._told: set[str] = set()
        self._unwatch: Callable[[], None] | None = None

    def start(self) -> None:
        """Follow what is asked of the sandbox' name server."""
        if self._path is not None:
            self._unwatch = self._sandbox.journal.watch(self._look)

    def stop(self) -> None:
        """Follow it no more; may be called twice."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def mapped(self, transport: Transport, host: str, port: int, target: Target) -> None:
        """A listener of the sandbox answers."""
        if self._path is not None and host != NAMESERVER:
            there = self._sandbox.endpoint(target.service, target.listener)
            self._log("mapped", f"{transport} {self._name(host)}:{port} -> {there.address} ({target})")

    def refused(self, transport: Transport, host: str, port: int) -> None:
        """Nothing answers."""
        self._log("refused", f"{transport} {self._name(host)}:{port}")
        advice = self._routes.advice(transport, host, port)
        if advice not in self._told:  # a name has two addresses, and programs try both
            self._told.add(advice)
            sys.stderr.write(f"sandbox: {advice}\n")
            sys.stderr.flush()

    def _look(self, entry: Entry) -> None:
        event = entry.event
        if isinstance(event, Fact) and event.name == "question.answered":
            self._log("resolved", _resolved(event.details))

    def _name(self, host: str) -> str:
        return self._routes.names.name_of(host) or host

    def _log(self, verdict: str, what: str) -> None:
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, f"{os.getpid()} {verdict} {what}\n".encode("utf-8", "replace"))
            finally:
                os.close(file)


def _resolved(details: Mapping[str, object]) -> str:
    name, kind, answers = details.get("name"), details.get("type"), details.get("answers")
    if isinstance(answers, list) and answers:
        return f"{name} {' '.join(map(str, answers))}"
    return f"{name} does not exist" if details.get("rcode") == "NXDOMAIN" else f"{name} has no {kind}"
