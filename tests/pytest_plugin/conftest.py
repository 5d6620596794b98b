"""Runs of pytest within a test, with the plugin and as strict as can be."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sandbox
from tests.pytest_plugin.inside import PLUGINS, run_inside

Run = Callable[..., pytest.RunResult]

ROOT = Path(sandbox.__file__).parents[1]
INI = "[pytest]\nfilterwarnings = error\n"
ASYNCIO = "asyncio_default_fixture_loop_scope = function\n"


@pytest.fixture(autouse=True)
def on_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI pytest prints its summary at full length, with every message once more."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(pytester: pytest.Pytester) -> Iterator[Run]:
    """``run(source, ini="sandbox_services = smtp")`` runs the tests of that source; no thread is left by them."""

    def run(source: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        pytester.makepyfile(source)
        pytester.makeini(INI + ("" if "no:asyncio" in arguments else ASYNCIO) + ini)
        return run_inside(pytester, *arguments)

    yield run
    assert [thread.name for thread in threading.enumerate() if thread.name == "sandbox"] == []


@pytest.fixture
def run_child(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same in a process of its own, without other plugins."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        pytester.makepyfile(source)
        pytester.makeini(INI + ini)
        return pytester.run(sys.executable, "-m", "pytest", *PLUGINS, *arguments)

    return run
