"""The service itself: what it loads when, and that it can be closed at any time."""

from __future__ import annotations

import subprocess
import sys

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from tests.conftest import check_clean
from tests.services.http.conftest import get

_OPEN = """
import asyncio, sys
from sandbox.engine import Engine

async def main():
    sandbox = Engine.from_mapping({"services": {"http": {"port": 0}}})
    await sandbox.start()
    opened = "aiohttp" in sys.modules
    await sandbox.warm()
    print(opened, "aiohttp" in sys.modules, "sandbox.services.http.front" in sys.modules)
    await sandbox.stop()

asyncio.run(main())
"""


def test_aiohttp_is_loaded_after_the_listeners_accept() -> None:
    done = subprocess.run([sys.executable, "-c", _OPEN], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True"]


def test_it_starts_again_on_the_same_port() -> None:
    port = 0
    for _ in range(2):
        with BackgroundEngine(Engine.from_mapping({"services": {"http": {"port": port}}})) as sandbox:
            port = sandbox.endpoint("http").port
            assert get(sandbox, "/").status == 200
        check_clean(sandbox)
