"""``python -m tests.exceptions`` provokes every exception and writes the table in ``docs/faults.md``."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from tests.clients.environment import running
from tests.exceptions.page import PATH, render
from tests.exceptions.registry import raised
from tests.exceptions.sections import SECTIONS


def main() -> None:
    """Write the page, and tell of failures that were the sandbox' own."""
    with tempfile.TemporaryDirectory() as directory, running(Path(directory)) as world:
        PATH.write_text(render(SECTIONS, partial(raised, world)), encoding="utf-8")
        print(*world.crashes(), f"{PATH} is written", sep="\n")


if __name__ == "__main__":
    main()
