"""The engine in a thread of its own, for callers that block: the standard library's clients, scripts, tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from types import TracebackType
from typing import Any, TypeVar

from sandbox.engine import Engine
from sandbox.journal import Entry
from sandbox.net.listener import Endpoint

T = TypeVar("T")


class BackgroundEngine:
    """Runs an engine on an event loop in a thread; ``with`` starts and stops it.

    The engine belongs to that thread: reach into it with :meth:`call` and :meth:`run` only.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.leftover: tuple[str, ...] = ()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._calls: set[Future[Any]] = set()  # of all threads, under the lock
        self._tasks: set[asyncio.Task[Any]] = set()  # that these run as; the loop's own

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        return self._loop is not None

    def start(self) -> None:
        """Start the thread and all services. Raises what :meth:`Engine.start` raises."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, args=(self._loop,), name="sandbox", daemon=True)
        self._thread.start()
        try:
            self.run(self._engine.start)
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Stop all services and the thread; may be called twice."""
        if self._loop is not None:
            try:
                self.run(self._engine.stop)
            finally:
                self._end()

    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Await ``function()`` on the sandbox' loop. Raises RuntimeError if the sandbox is stopped meanwhile."""

        async def wait() -> T:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                return await function()
            finally:
                self._tasks.discard(task)

        with self._lock:
            loop = self._loop
            assert loop is not None, "the sandbox is not running"
            call = asyncio.run_coroutine_threadsafe(wait(), loop)
            self._calls.add(call)
        try:
            return call.result()
        except CancelledError:
            if self._loop is loop:
                raise
            raise RuntimeError("the sandbox was stopped") from None
        finally:
            call.cancel()  # if it was interrupted
            with self._lock:
                self._calls.discard(call)

    def call(self, function: Callable[[Engine], T]) -> T:
        """Call ``function(engine)`` in the sandbox' thread."""

        async def called() -> T:
            return function(self._engine)

        return self.run(called)

    def endpoint(self, service: str, listener: str = "main") -> Endpoint:
        """Where one listener listens."""
        return self.call(lambda sandbox: sandbox.endpoint(service, listener))

    def wait_for(self, matches: Callable[[Entry], bool], *, timeout: float = 5.0) -> Entry:
        """See :meth:`Engine.wait_for`; ``matches`` runs in the sandbox' thread."""
        return self.run(lambda: self._engine.wait_for(matches, timeout=timeout))

    def __enter__(self) -> BackgroundEngine:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.run_until_complete(self._cancelled())
        # Here and not where it is stopped: there another loop may be running.
        self.leftover = tuple(task.get_name() for task in asyncio.all_tasks(loop))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    async def _cancelled(self) -> None:
        """Let the calls that were cancelled come to their end."""
        await asyncio.sleep(0)  # those that had not begun
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _end(self) -> None:
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            calls = list(self._calls)
        assert loop is not None
        assert thread is not None
        for call in calls:
            call.cancel()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
