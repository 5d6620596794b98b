"""What happens to a sandbox during one test: its crashes, and its transcripts for the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandbox.api import AsyncSandbox, Sandbox
from sandbox.engine import Engine
from sandbox.journal import Crashed, Entry, transcript
from sandbox.observation import Unexpected
from sandbox.pytest_plugin import WATCHES

LINES = 200  # of a transcript that are shown
COLUMNS = 400  # of each line


class Watch:
    """Sees what happens to one sandbox during one test."""

    def __init__(self, box: Sandbox | AsyncSandbox) -> None:
        self._box = box
        self._crashes: list[Crashed] = []

        def note(entry: Entry) -> None:
            if isinstance(entry.event, Crashed):
                self._crashes.append(entry.event)

        self._unwatch = box.call(lambda engine: engine.journal.watch(note))

    def end(self) -> None:
        if self._box.running:
            self._box.call(lambda _: self._unwatch())
        self.fail_if_crashed()
        self.fail_if_a_handler_failed()

    def fail_if_a_handler_failed(self) -> None:
        """A function of the test that was to answer for a stub, and raised; each is told once."""
        if not self._box.running:
            return
        try:
            self._box.stubs.verify(unused=False)
        except Unexpected as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None

    def fail_if_crashed(self) -> None:
        crashes, self._crashes[:] = list(self._crashes), []
        if crashes:
            told = (f"{each.service}, connection {each.connection}:\n{each.traceback}" for each in crashes)
            pytest.fail(
                "the sandbox itself failed, which is a mistake of its own\n" + "\n".join(told), pytrace=False
            )

    def sections(self) -> list[tuple[str, str]]:
        """A title and a transcript for each connection; they tell crashes too."""
        self._crashes.clear()
        return self._box.call(_transcripts) if self._box.running else []


@contextmanager
def watched(item: pytest.Item, box: Sandbox | AsyncSandbox) -> Iterator[None]:
    """Watch what a test does with a sandbox; the report of the test looks into it while this lasts."""
    watch = Watch(box)
    item.stash.setdefault(WATCHES, []).append(watch)
    try:
        yield
    finally:
        item.stash[WATCHES].remove(watch)
        watch.end()


def _transcripts(engine: Engine) -> list[tuple[str, str]]:
    connections: dict[int, list[Entry]] = {}
    for entry in engine.journal:
        if entry.event.connection:
            connections.setdefault(entry.event.connection, []).append(entry)
    return [
        (f"sandbox: {entries[0].event.service}, connection {number}", _shortened(transcript(entries)))
        for number, entries in connections.items()
    ]


def _shortened(text: str) -> str:
    lines = [line if len(line) <= COLUMNS else f"{line[:COLUMNS]}…" for line in text.splitlines()]
    if len(lines) > LINES:
        half = LINES // 2
        lines[half:-half] = [f"… {len(lines) - LINES} lines …"]
    return "\n".join(lines)
