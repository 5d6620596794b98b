"""``sandbox.redirect()``: the hosts and ports that the program under test has built in lead to a sandbox."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from sandbox.api.sandbox import Sandbox
from sandbox.redirection.inside import lessons


@contextlib.contextmanager
def redirect(
    running: Sandbox | None = None,
    *,
    routes: Sequence[str] = (),
    allow: Sequence[str] = (),
) -> Iterator[Sandbox]:
    """Within ``with``, all hosts and ports that this process names lead to a sandbox, which is handed out.

    Without ``running`` a sandbox of the lessons' profile is started on free ports. ``routes`` are further ones, before
    those it has: ``host:port=name`` of a service, a listener or, without ``running``, any behaviour. ``allow`` names the
    hosts that stay real. Programs started meanwhile are redirected too; afterwards everything is as it was. Raises
    ValueError for a wrong route, RuntimeError within another redirection, and TypeError for a sandbox on the caller's own
    loop: whoever blocks for a redirected client would block what serves it.
    """
    if running is not None and not isinstance(running, Sandbox):
        raise TypeError(f"redirect() takes a Sandbox that runs in a thread, or none; not {running!r}")
    with contextlib.ExitStack() as stack:
        box = running if running is not None else stack.enter_context(Sandbox(lessons(routes)))
        yield stack.enter_context(box.redirect(routes=routes, allow=allow))
