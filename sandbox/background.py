"""The Sandbox in a thread of its own, for callers that block: the standard library's clients, scripts, tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TypeVar

from sandbox.journal import Entry
from sandbox.net.listener import Endpoint
from sandbox.server import Sandbox

T = TypeVar("T")


class BackgroundSandbox:
    """Runs a sandbox on an event loop in a thread; ``with`` starts and stops it.

    The sandbox belongs to that thread: reach into it with :meth:`call` and :meth:`run` only.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.leftover: tuple[str, ...] = ()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        return self._loop is not None

    def start(self) -> None:
        """Start the thread and all services. Raises what :meth:`Sandbox.start` raises."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)
        self._thread.start()
        try:
            self.run(self._sandbox.start)
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Stop all services and the thread; may be called twice."""
        if self._loop is not None:
            self.run(self._sandbox.stop)
            self._end()

    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Await ``function()`` on the sandbox' loop."""

        async def wait() -> T:
            return await function()

        assert self._loop is not None, "the sandbox is not running"
        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result()

    def call(self, function: Callable[[Sandbox], T]) -> T:
        """Call ``function(sandbox)`` in the sandbox' thread."""

        async def called() -> T:
            return function(self._sandbox)

        return self.run(called)

    def endpoint(self, service: str, listener: str = "main") -> Endpoint:
        """Where one listener listens."""
        return self.call(lambda sandbox: sandbox.endpoint(service, listener))

    def wait_for(self, matches: Callable[[Entry], bool], *, timeout: float = 5.0) -> Entry:
        """See :meth:`Sandbox.wait_for`; ``matches`` runs in the sandbox' thread."""
        return self.run(lambda: self._sandbox.wait_for(matches, timeout=timeout))

    def __enter__(self) -> BackgroundSandbox:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        assert self._loop is not None
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        # Here and not in the thread that stops it, which may run a loop of its own.
        self.leftover = tuple(task.get_name() for task in asyncio.all_tasks(self._loop))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def _end(self) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop = self._thread = None
