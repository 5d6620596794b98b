"""``python -m tests.clients`` calls every operation and writes ``docs/clients.md``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.clients.environment import running
from tests.clients.libraries import LIBRARIES, caller
from tests.clients.page import PATH, render


def main() -> None:
    """Write the page, and tell of failures that were the sandbox' own."""
    with tempfile.TemporaryDirectory() as directory, running(Path(directory)) as world:
        PATH.write_text(render(LIBRARIES, caller(world)), encoding="utf-8")
        print(*world.crashes(), f"{PATH} is written", sep="\n")


if __name__ == "__main__":
    main()
