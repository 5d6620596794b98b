"""What the user of a run is told on stderr, and its log: every decision of the shim, in a file or there."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.errors import RunError


def tell(message: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"sandbox: {message}\n")
    sys.stderr.flush()


@contextmanager
def log_of_run(wanted: str | None, scratch: Path) -> Iterator[Path | None]:
    """The file to which redirected processes append. ``-`` means stderr. Raises RunError if it cannot be written."""
    if wanted is None:
        yield None
    elif wanted == "-":
        with _copied_to_stderr(scratch / "log") as path:
            yield path
    else:
        yield emptied(wanted)


def emptied(name: str) -> Path:
    """A file to write to, without what stood there before. Raises RunError."""
    path = Path(name).absolute()
    try:
        path.write_bytes(b"")
    except OSError as error:
        raise RunError(f"{name} cannot be written: {error.strerror}") from error
    return path


@contextmanager
def _copied_to_stderr(path: Path) -> Iterator[Path]:
    # The program may have redirected its own stderr, and so may each process it starts: a pipe leads to ours.
    os.mkfifo(path, 0o600)
    source = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    keep = os.open(path, os.O_WRONLY)  # as long as there is a writer, reading waits
    os.set_blocking(source, True)
    thread = threading.Thread(target=_copy, args=(source,), name="log", daemon=True)
    thread.start()
    try:
        yield path
    finally:
        os.close(keep)
        thread.join(1)  # a daemon the program has left behind may hold it open


def _copy(source: int) -> None:
    with os.fdopen(source, encoding="utf-8", errors="backslashreplace") as lines:
        for line in lines:
            sys.stderr.write(line)
            sys.stderr.flush()
