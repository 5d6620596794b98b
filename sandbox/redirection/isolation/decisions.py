"""Tells what became of each name and address a program asked for, in the words of the shim's log."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.engine import Engine
from sandbox.journal import Entry, Fact
from sandbox.redirection.isolation.namespaces import NAMESERVER
from sandbox.redirection.isolation.servers import Servers
from sandbox.redirection.listeners import Listener
from sandbox.redirection.log import tell
from sandbox.settings.models import Transport
from sandbox.settings.routes import Target

_MOST_TOLD = 20
_BREATH = 0.2  # seconds in which a program that ends over it writes its traceback, undisturbed
_ENOUGH = "nothing answers at further addresses; --log tells of each"


class Decisions:
    """Appends a line for each decision to the file ``log``, if there is one.

    Where nothing answers, stderr tells so as well, once for each of the first addresses; and where the program waits for clients.
    """

    def __init__(self, sandbox: Engine, log: Path | None = None) -> None:
        self._sandbox = sandbox
        self._routes = sandbox.routes
        self._path = log
        self._told: set[str] = set()
        self._held: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unwatch: Callable[[], None] | None = None
        udp = {row.port for row in self._routes.rows if row.transport == "udp"}
        self._servers = Servers(udp, bound=self._bound, waiting=self._waiting, refused=self._refused)

    def start(self) -> None:
        """Follow what is asked of the sandbox' name server, and what the program listens on."""
        self._loop = asyncio.get_running_loop()
        self._servers.start()
        if self._path is not None:
            self._unwatch = self._sandbox.journal.watch(self._look)

    def stop(self) -> None:
        """Follow it no more; may be called twice."""
        self._servers.stop()
        self._loop = None
        self._tell_held()
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def mapped(self, transport: Transport, host: str, port: int, target: Target) -> None:
        """A listener of the sandbox answers."""
        if self._path is not None and host != NAMESERVER:
            there = self._sandbox.endpoint(target.service, target.listener)
            self._log("mapped", f"{transport} {self._name(host)}:{port} -> {there.address} ({target})")

    def refused(self, transport: Transport, host: str, port: int) -> None:
        """Nothing answers, unless it is loopback and the program itself does."""
        self._servers.refuse(transport, host, port)

    def serves(self, host: str, port: int) -> bool:
        """Whether a UDP server is there, the sandbox' or one of the program's own."""
        return self._routes.find("udp", host, port) is not None or self._servers.serve("udp", port)

    def _refused(self, transport: Transport, host: str, port: int) -> None:
        self._log("refused", f"{transport} {self._name(host)}:{port}")
        advice = self._routes.advice(transport, host, port)
        # A name has two addresses, and programs try both.
        if advice not in self._told and len(self._told) <= _MOST_TOLD:
            self._told.add(advice)
            self._held.append(advice if len(self._told) <= _MOST_TOLD else _ENOUGH)
            if self._loop is None:
                self._tell_held()
            else:
                self._loop.call_later(_BREATH, self._tell_held)

    def _tell_held(self) -> None:
        held, self._held = self._held, []
        for advice in held:
            tell(advice)

    def _bound(self, listener: Listener) -> None:
        host = f"[{listener.host}]" if ":" in listener.host else listener.host
        self._log("bound", f"{listener.transport} {host}:{listener.port}")

    def _waiting(self, port: int) -> None:
        tell(
            f"port {port} is in the network of this run: sandbox run in another terminal reaches it; "
            "a browser, and all else on this computer, only if the server runs with --no-isolate"
        )

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
