"""The sandbox of a test or a script: in a thread of its own, or on the caller's event loop."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeVar

from sandbox.api.configuration import Config, configuration_of
from sandbox.api.facade import Running
from sandbox.api.observed import Observed
from sandbox.api.observed_async import ObservedAsync
from sandbox.background import BackgroundEngine
from sandbox.clock import Clock, Moment
from sandbox.engine import Engine, clock_of
from sandbox.faults import Rule
from sandbox.journal import Entry
from sandbox.settings import Configuration
from sandbox.stores.recall import Snapshot

T = TypeVar("T")


class Sandbox(Observed):
    """Every service of a configuration on free ports, for callers that block.

    ``with Sandbox() as sandbox`` runs it in a thread; ``async with Sandbox() as sandbox`` on your loop, and gives an
    :class:`AsyncSandbox`. ``config`` is a TOML file or a mapping of the same shape, the default configuration if there
    is none, or a configuration as it is; keyword tables as ``smtp={"auth_required": True}`` or ``accounts={"ann": "secret"}`` change it. ``services`` names those
    that run. With ``clock`` time stands still at that moment. Raises SettingsError with every mistake.
    """

    def __init__(
        self,
        config: Config = None,
        *,
        seed: int | None = None,
        clock: Moment | Clock | None = None,
        faults: Iterable[Rule | Mapping[str, Any]] = (),
        host: str | None = None,
        services: Sequence[str] | None = None,
        free_ports: bool = True,
        **tables: Any,
    ) -> None:
        configuration = configuration_of(
            config, tables=tables, services=services, host=host, seed=seed, faults=faults
        )
        if not isinstance(clock, Clock):
            clock = clock_of(configuration.general) if clock is None else Clock(clock)
        super().__init__(configuration, clock)
        self._free_ports = free_ports
        self._background: BackgroundEngine | None = None
        self._asynchronous: AsyncSandbox | None = None

    def start(self) -> None:
        """Start the thread and all services. Raises ListenError when an address cannot be had."""
        if self._background is not None:
            raise RuntimeError("the sandbox is running already")
        engine = Engine(self.configuration, clock=self.clock, free_ports=self._free_ports)
        background = BackgroundEngine(engine)
        background.start()
        self._background = background
        thread = background.call(warmed)
        self._running = Running(engine, thread, self.call)

    def stop(self) -> None:
        """Close the clients that were made here and stop all services; may be called twice."""
        if self._running is not None:
            self._running.clients.close()
            self._running = None
        if self._background is not None:
            self._background.stop()
            self._background = None

    def call(self, function: Callable[[Engine], T]) -> T:
        return self._thread.call(function)

    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Await ``function()`` where the engine runs."""
        return self._thread.run(function)

    def reset(self) -> None:
        """Forget everything that happened since the start, within a millisecond; the listeners stay open.

        That is mail, files in memory, accounts, faults, the clock, dice, the journal, what services remember. All
        clients are disconnected, and nothing that they still do is seen. What is in a real directory stays.
        """
        self.restore(None)

    def snapshot(self) -> Snapshot:
        """How everything is now, for :meth:`restore`."""
        return self.call(lambda engine: engine.snapshot())

    def restore(self, snapshot: Snapshot | None) -> None:
        """Let everything be as it was when the snapshot was taken; otherwise as :meth:`reset`."""
        self._now.clients.close()
        self.run(lambda: self._now.engine.restore(snapshot))

    def wait_for(self, matches: Callable[[Entry], bool], *, timeout: float = 5.0) -> Entry:
        """The first entry of the journal, past or to come, that matches. Raises TimeoutError after ``timeout`` s."""
        return self._thread.wait_for(matches, timeout=timeout)

    @contextmanager
    def redirect(self, *, routes: Sequence[str] = (), allow: Sequence[str] = ()) -> Iterator[Sandbox]:
        """Within ``with``, all hosts and ports that this process names lead here; see ``sandbox.redirect``."""
        from sandbox.redirection.inside import redirected

        with redirected(self._thread, routes=routes, allow=allow):
            yield self

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self.running:
                self.stubs.verify(unused=False)
        finally:
            self.stop()

    async def __aenter__(self) -> AsyncSandbox:
        self._asynchronous = AsyncSandbox(self.configuration, self.clock, free_ports=self._free_ports)
        await self._asynchronous.start()
        return self._asynchronous

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._asynchronous is not None
        try:
            if kind is None and self._asynchronous.running:
                self._asynchronous.stubs.verify(unused=False)
        finally:
            await self._asynchronous.stop()

    @property
    def _thread(self) -> BackgroundEngine:
        if self._background is None:
            raise RuntimeError("the sandbox is not running")
        return self._background


class AsyncSandbox(ObservedAsync):
    """The same on the caller's own loop: what waits is a coroutine."""

    def __init__(self, configuration: Configuration, clock: Clock, *, free_ports: bool) -> None:
        super().__init__(configuration, clock)
        self._free_ports = free_ports

    async def start(self) -> None:
        """Start all services. Raises ListenError when an address cannot be had."""
        engine = Engine(self.configuration, clock=self.clock, free_ports=self._free_ports)
        await engine.start()
        self._running = Running(engine, warmed(engine), self.call)

    async def stop(self) -> None:
        """Close the clients that were made here and stop all services; may be called twice."""
        if self._running is not None:
            running, self._running = self._running, None
            running.clients.close()
            await running.engine.stop()

    def call(self, function: Callable[[Engine], T]) -> T:
        return function(self._now.engine)

    async def reset(self) -> None:
        """See :meth:`Sandbox.reset`."""
        await self.restore(None)

    def snapshot(self) -> Snapshot:
        """How everything is now, for :meth:`restore`."""
        return self._now.engine.snapshot()

    async def restore(self, snapshot: Snapshot | None) -> None:
        """See :meth:`Sandbox.restore`."""
        self._now.clients.close()
        await self._now.engine.restore(snapshot)

    async def wait_for(self, matches: Callable[[Entry], bool], *, timeout: float = 5.0) -> Entry:  # noqa: ASYNC109
        """The first entry of the journal, past or to come, that matches. Raises TimeoutError after ``timeout`` s."""
        return await self._now.engine.wait_for(matches, timeout=timeout)


def warmed(engine: Engine) -> int:
    """Begin to load what the first clients need; returns the thread the engine runs in."""
    engine.network.tasks.spawn(engine.warm(), "warm")
    return threading.get_ident()
