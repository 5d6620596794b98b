"""The child: the program itself, native, in a process group of its own that is never left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import NoReturn

from sandbox.errors import RunError
from sandbox.redirection import descendants, groups
from sandbox.redirection.terminal import Terminal

TIMED_OUT = 124


class Child:
    """A process that waits to be told which program it shall become.

    It is forked when this is made, so that no thread runs yet. Beside it a guard waits: should this process be killed,
    the guard ends the child's group.
    """

    def __init__(self) -> None:
        _reserve_standard_streams()
        descendants.adopt()
        others = descendants.living()
        self.terminal = Terminal()
        ours, self._orders = os.pipe()
        self._failure, theirs = os.pipe()
        self.group = os.fork()
        if self.group == 0:
            os.close(self._orders)
            os.close(self._failure)
            _become_program(ours, theirs)
        os.close(ours)
        os.close(theirs)
        with contextlib.suppress(OSError):  # whoever is first
            os.setpgid(self.group, self.group)
        self._guard, self._leash = groups.fork_guard(self.group)
        self._not_ours = {*others, self.group, self._guard}
        self._steps: list[int] = []
        self._timed_out = False
        self._started = self._ended = self._closed = self._interrupted = False

    def start(self, executable: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Let the child become the program; ``arguments[0]`` is its name. Raises RunError if there is no way to."""
        self._started = True
        self._watch_signals()
        if self.terminal.eager:
            self.terminal.give(self.group)
        with os.fdopen(self._orders, "w") as orders:
            json.dump([executable, list(arguments), dict(environment)], orders)
        with os.fdopen(self._failure) as failure:
            reason = failure.read()
        if reason:
            raise RunError(f"{executable} cannot be run: {reason}")

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the program's end; its exit status as shells tell it: 128 + n for signal n.

        After ``timeout`` seconds the group is ended, and the status is 124, as timeout(1) has it.
        """
        if timeout is not None:
            signal.setitimer(signal.ITIMER_REAL, timeout)
        status = self._waited()
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._interrupted = self.terminal.eager and _ended_by(status) == signal.SIGINT
        self.terminal.take_back(self.group)
        if _ended_by(status):
            self.terminal.restore()
            return TIMED_OUT if self._timed_out else 128 + _ended_by(status)
        return TIMED_OUT if self._timed_out else os.WEXITSTATUS(status)

    def close(self) -> None:
        """End whatever is left of the group; may be called twice."""
        if self._closed:
            return
        self._closed = True
        for number in (*groups.ENDING, signal.SIGALRM, signal.SIGTSTP):
            if signal.getsignal(number) in (self._signalled, self._suspended):
                signal.signal(number, signal.SIG_IGN)  # nothing stops the end
        if not self._started:
            os.close(self._orders)
            os.close(self._failure)
        groups.end(self.group)
        descendants.end(but=self._not_ours)
        if not self._ended:
            os.waitpid(self.group, 0)
        self.terminal.take_back(self.group)
        self.terminal.close()
        groups.release_guard(self._guard, self._leash)

    def end_alike(self) -> None:
        """End this process as the program has ended if that was by Ctrl-C on a terminal.

        A shell that sees it goes on with no loop that this run was part of.
        """
        if self._interrupted:
            sys.stdout.flush()
            sys.stderr.flush()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)

    def _waited(self) -> int:
        while True:
            _, status = os.waitpid(self.group, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                self._ended = True
                return status
            self._stopped(os.WSTOPSIG(status))

    def _stopped(self, number: int) -> None:
        if number in (signal.SIGTTIN, signal.SIGTTOU) and self.terminal.ours():
            self.terminal.give(self.group)
        elif number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGTSTP):
            self._suspend()
        else:
            return  # whoever stopped it so will let it go on
        groups.send(self.group, signal.SIGCONT)

    def _suspend(self) -> None:
        """Be stopped as the program was, with all of this job; this returns when the shell lets it go on."""
        before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(0, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, before)
        if self.terminal.eager and self.terminal.ours():
            self.terminal.give(self.group)

    def _watch_signals(self) -> None:
        for number in groups.ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a shell's background
                signal.signal(number, self._signalled)
        signal.signal(signal.SIGALRM, self._signalled)
        signal.signal(signal.SIGTSTP, self._suspended)

    def _signalled(self, number: int, _: FrameType | None) -> None:
        """End the group, step by step: what was asked for, SIGTERM, SIGKILL, each after a grace."""
        if not self._steps:
            self._timed_out = number == signal.SIGALRM
            first = signal.SIGTERM if self._timed_out else number
            self._steps = [signal.SIGKILL, *({signal.SIGTERM} - {first}), first]
        groups.send(self.group, self._steps[-1])
        if len(self._steps) > 1:
            self._steps.pop()
            signal.setitimer(signal.ITIMER_REAL, groups.GRACE)

    def _suspended(self, *_: object) -> None:
        """Ctrl-Z has stopped the rest of this job, but the program has a group of its own."""
        os.killpg(self.group, signal.SIGTSTP)


def _ended_by(status: int) -> int:
    """The signal, or 0 if the process has ended of its own accord."""
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _reserve_standard_streams() -> None:
    """Let no pipe of ours become the program's stdin, stdout or stderr where it was given none."""
    while (file := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(file)


def _become_program(orders: int, failure: int) -> NoReturn:
    try:
        os.setpgid(0, 0)
        with os.fdopen(orders) as source:
            text = source.read()
        if not text:  # the launcher has given up
            os._exit(1)
        executable, arguments, environment = json.loads(text)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and exec would keep that
            signal.signal(number, signal.SIG_DFL)
        os.execve(executable, arguments, environment)
    except OSError as error:
        os.write(failure, (error.strerror or "unknown").encode())
    except KeyboardInterrupt:
        pass
    finally:
        os._exit(127)
