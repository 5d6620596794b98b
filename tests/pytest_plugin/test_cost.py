"""What the plugin costs those who do not use it, and that each worker of pytest-xdist has its own sandbox."""

from __future__ import annotations

import importlib.util
import py_compile
import re
import sys
import time
from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import ROOT, Run

ALLOWED = 0.020  # seconds


def test_nothing_is_imported_for_tests_that_ask_for_no_sandbox(run_child: Run) -> None:
    result = run_child(
        """
    import sys
    import threading

    def test_unrelated():
        found = {name for name in sys.modules if name.partition(".")[0] == "sandbox"}
        assert found == {"sandbox", "sandbox.pytest_plugin"}
        assert not {"asyncio", "ssl", "pydantic", "aiohttp"} & sys.modules.keys()
        assert threading.active_count() == 1
    """
    )
    result.assert_outcomes(passed=1)


def test_loading_is_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is compiled, as it is where it is installed."""
    source = Path(ROOT, "sandbox", "pytest_plugin", "__init__.py")
    compiled = py_compile.compile(str(source), str(tmp_path / "plugin.pyc"), doraise=True)

    def load() -> float:
        began = time.perf_counter()
        spec = importlib.util.spec_from_file_location("loaded_again", compiled)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "loaded_again", module)
        spec.loader.exec_module(module)
        return time.perf_counter() - began

    assert any(load() < ALLOWED for _ in range(100))  # the machine may be busy for a while


@pytest.mark.timeout(120)  # three interpreters, two of them with a sandbox
def test_each_worker_has_its_own_sandbox_and_its_reports_arrive(run_child: Run) -> None:
    result = run_child(
        """
    import pytest

    @pytest.mark.parametrize("turn", range(2))
    def test_worker(sandbox, worker_id, turn):
        sandbox.smtp.client().mail(f"{worker_id}@x.test")
        assert sandbox.mail.messages == []
        assert len(sandbox.smtp.commands("MAIL")) == 1
        raise ValueError(f"{worker_id} has {sandbox.smtp.port}")
    """,
        "-p",
        "xdist",
        "-n2",
        "--dist=each",
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(failed=4)
    told = set(re.findall(r"^E +ValueError: (gw\d) has (\d+)$", result.stdout.str(), re.MULTILINE))
    assert sorted(worker for worker, _ in told) == ["gw0", "gw1"]
    assert len({port for _, port in told}) == 2
    assert result.stdout.str().count("- sandbox: smtp, connection 1 -") == 4
