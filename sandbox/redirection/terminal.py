"""The terminal: whose process group is in its foreground, and in which modes it was."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Any


class Terminal:
    """The controlling terminal of this process, if it has one; does nothing otherwise.

    ``eager`` tells that the program shall have the terminal at once, as shells do it. In a pipeline a pager may need
    it, so there the program gets it when it asks, which stops it with SIGTTIN or SIGTTOU.
    """

    def __init__(self) -> None:
        try:
            self._fd: int | None = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            self._fd = None
        self._modes = self._read_modes()
        self.eager = self.ours() and os.isatty(0) and os.isatty(1)

    def ours(self) -> bool:
        """Whether this process' group is in the foreground."""
        try:
            return self._fd is not None and os.tcgetpgrp(self._fd) == os.getpgrp()
        except OSError:
            return False

    def give(self, group: int) -> None:
        """Put a process group into the foreground."""
        if self._fd is not None:
            # Who is not in the foreground itself is stopped for asking, unless it ignores that.
            before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            with contextlib.suppress(OSError):
                os.tcsetpgrp(self._fd, group)
            signal.signal(signal.SIGTTOU, before)

    def take_back(self, group: int) -> None:
        """Put this process' group into the foreground if that one is there."""
        if self._fd is not None:
            with contextlib.suppress(OSError):
                if os.tcgetpgrp(self._fd) == group:
                    self.give(os.getpgrp())

    def restore(self) -> None:
        """Bring back the modes of the beginning: who was killed while it asked for a password left it without echo."""
        if self._modes is not None and self.ours():
            import termios

            assert self._fd is not None
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._modes)

    def close(self) -> None:
        """Let go of the terminal."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _read_modes(self) -> list[Any] | None:
        if self._fd is None:
            return None
        import termios

        try:
            return termios.tcgetattr(self._fd)
        except termios.error:
            return None
