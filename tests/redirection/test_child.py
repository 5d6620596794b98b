"""The child as a process: its exit status, its signals, its terminal, and that nothing of it is left behind."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="process groups are Unix'")

# Runs sys.argv[2:] as a child; sys.argv[1] is its time-out in seconds, or 0. One grace of seconds is too much here.
LAUNCHER = """
import os, shutil, sys
from sandbox.redirection import groups
from sandbox.redirection.child import Child
groups.GRACE = 0.2
child = Child()
try:
    child.start(shutil.which(sys.argv[2]) or sys.argv[2], sys.argv[2:], os.environ)
    status = child.wait(float(sys.argv[1]) or None)
finally:
    child.close()
child.end_alike()
sys.exit(status)
"""
# What says "ready" and lets its own child wait for ever; both hold stdout, so its end tells that both are gone.
STUBBORN = """
import os, signal, subprocess, sys, time
if sys.argv[1] == "stubborn":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
try:
    subprocess.Popen([sys.executable, "-S", "-c", "print('ready', flush=True); import time; time.sleep(1000)"])
    time.sleep(1000)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    raise
"""


def launcher(*words: str, timeout: float = 0) -> list[str]:
    return [sys.executable, "-c", LAUNCHER, str(timeout), *words]


def start(*words: str, timeout: float = 0, stderr: int = subprocess.STDOUT) -> subprocess.Popen[str]:
    return subprocess.Popen(
        launcher(*words, timeout=timeout),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # where the tests run under nohup
    )


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("raise SystemExit(7)", 7),
        ("pass", 0),
        ("import os; os.kill(os.getpid(), 9)", 137),
        ("import os; os.kill(os.getpid(), 15)", 143),
        ("import os; assert os.getpgrp() == os.getpid()", 0),
        ("import signal; assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN; raise SystemExit(3)", 3),
    ],
)
def test_exit_status(code: str, status: int) -> None:
    with start(sys.executable, "-S", "-c", code) as process:
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (status, "")


def test_a_program_that_cannot_be_executed(tmp_path: Path) -> None:
    path = tmp_path / "program"
    path.write_bytes(b"\x7fELF nonsense")
    path.chmod(0o755)
    with start(str(path)) as process:
        out, _ = process.communicate(timeout=20)
    assert f"RunError: {path} cannot be run: Exec format error" in out
    assert process.returncode == 1


@pytest.mark.parametrize("kind", ["obedient", "stubborn"])
def test_a_timeout_ends_the_whole_group(kind: str) -> None:
    with start(sys.executable, "-c", STUBBORN, kind, timeout=1000) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGALRM)  # as the clock does, but not before everything runs
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (124, "")


def test_a_timeout_comes_in_time() -> None:
    with start(sys.executable, "-S", "-c", "import time; time.sleep(1000)", timeout=0.1) as process:
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (124, "")


@pytest.mark.parametrize(
    ("kind", "number", "status", "said"),
    [
        ("obedient", signal.SIGTERM, 143, ""),
        ("obedient", signal.SIGHUP, 129, ""),
        ("obedient", signal.SIGINT, 130, "interrupted\n"),
        ("stubborn", signal.SIGTERM, 137, ""),
        ("stubborn", signal.SIGINT, 137, ""),
        ("stubborn", signal.SIGKILL, -9, ""),
    ],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else None,
)
def test_a_signal_ends_the_whole_group(kind: str, number: signal.Signals, status: int, said: str) -> None:
    # Tracebacks have a pipe of their own: two processes that write one at once mix their lines.
    with start(sys.executable, "-c", STUBBORN, kind, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (status, said)


def test_what_the_program_leaves_behind_is_ended() -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '1000'])"
    with start(sys.executable, "-c", code) as process:
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux hands orphans over")
@pytest.mark.parametrize("timeout", [0, 0.5])
def test_daemons_are_ended_too(timeout: float) -> None:
    code = (
        "import os, sys, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        print('ready', flush=True)\n"  # it holds stdout, so the end of that tells that it is gone
        "        time.sleep(1000)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        f"time.sleep({1000 if timeout else 0})\n"
    )
    with start(sys.executable, "-S", "-c", code, timeout=timeout) as process:
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out.replace("ready\n", "")) == (124 if timeout else 0, "")


def test_streams_that_are_closed_stay_closed() -> None:
    code = "import os, sys; os.write(2, repr((sys.stdin, sys.stdout)).encode()); sys.exit(4)"
    with subprocess.Popen(
        ["sh", "-c", 'exec "$@" 0<&- 1>&-', "sh", *launcher(sys.executable, "-S", "-c", code)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (4, "(None, None)")


def test_nohup_is_obeyed() -> None:
    nohup = shutil.which("nohup")
    if nohup is None:
        pytest.skip("nohup is not installed")
    code = "import os, signal; os.kill(os.getppid(), signal.SIGHUP); import time; time.sleep(0.1); print('lives')"
    with subprocess.Popen(
        [nohup, *launcher(sys.executable, "-S", "-c", code)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "lives\n")


class Terminal:
    """An interactive shell on a terminal of its own, as a learner has it."""

    def __init__(self, folder: Path) -> None:
        ours, theirs = os.openpty()
        self.fd = ours
        bash = shutil.which("bash")
        assert bash is not None
        (folder / "launcher.py").write_text(LAUNCHER)
        own = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", own, bash, "--norc", "--noprofile", "-i"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PS1": "$ ", "TERM": "dumb", "HISTFILE": ""},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def expect(self, pattern: str, timeout: float = 15) -> re.Match[str]:
        """Wait until the pattern is shown; what was shown before it is forgotten."""
        until = time.monotonic() + timeout
        while (found := re.search(pattern, self.seen)) is None:
            left = until - time.monotonic()
            assert left > 0, f"{pattern!r} is not in {self.seen!r}"
            if select.select([self.fd], [], [], left)[0]:
                self.seen += os.read(self.fd, 4096).decode()
        self.seen = self.seen[found.end() :]
        return found

    def interrupt(self) -> None:
        """Press Ctrl-C until it is heard: input() misses one that comes between its prompt and its reading."""
        for attempt in range(5):
            self.type("\x03")
            try:
                self.expect("KeyboardInterrupt", timeout=3)
                return
            except AssertionError:
                if attempt == 4:
                    raise

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.fd)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    made = Terminal(tmp_path)
    yield made
    made.close()


def test_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "asks.py").write_text(
        "import getpass, os\n"
        "print('fore' + 'ground', os.tcgetpgrp(0) == os.getpgrp())\n"
        "print('name is', input('name? '), getpass.getpass('word? '))\n"
        "while True: input('more? ')\n"
    )
    run = f"{sys.executable} launcher.py 0 {sys.executable} asks.py"
    terminal.type(f"{run}\n")
    terminal.expect("foreground True")
    terminal.expect(r"name\? ")
    terminal.type("ann\n")
    terminal.expect(r"word\? ")
    terminal.type("\x1a")  # Ctrl-Z, while the terminal shows nothing
    terminal.expect("Stopped")
    terminal.type("fg\n")
    terminal.type("secret\n")
    terminal.expect("name is ann secret")
    terminal.expect(r"more\? ")
    terminal.interrupt()
    terminal.type("echo status $?\n")
    terminal.expect(r"status 130")
    # A loop of the shell ends with the program.
    terminal.type(f"for i in 1 2 3; do echo round $i; {run}; done; echo after the $((1+1)) loop\n")
    terminal.expect(r"name\? ")
    terminal.interrupt()
    terminal.type("echo still $((1+1)) here\n")
    terminal.expect("still 2 here")
    assert "round 2" not in terminal.seen
    # Somebody killed while the echo was off leaves the terminal as it was.
    terminal.type(
        f"{sys.executable} launcher.py 0.5 {sys.executable} -c 'import getpass; getpass.getpass()'; stty -a\n"
    )
    assert terminal.expect(r"[ -]echo\b")[0] == " echo"


def test_a_terminal_with_a_pipe_behind_the_program(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "asks.py").write_text("print('who', flush=True)\nprint('name is', input())\n")
    # A thread reads, because a main thread that reads may be told of Ctrl-C only after its line.
    (tmp_path / "waits.py").write_text(
        "import os, threading, time\n"
        "threading.Thread(target=os.read, args=(0, 1), daemon=True).start()\n"
        "print('waiting', flush=True)\n"
        "while True: time.sleep(0.01)\n"
    )
    run = f"{sys.executable} launcher.py 0 {sys.executable}"
    terminal.type(f"{run} asks.py | cat; echo status ${{PIPESTATUS[0]}}\n")
    terminal.type("ann\n")
    terminal.expect("name is ann")
    terminal.expect("status 0")
    terminal.type(f"{run} waits.py | cat\n")
    terminal.expect(r"waiting\r")
    terminal.type("\x03")
    terminal.expect("KeyboardInterrupt")
