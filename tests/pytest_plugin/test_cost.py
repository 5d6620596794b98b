"""What the plugin costs those who do not use it, and that each worker of pytest-xdist has its own sandbox."""

from __future__ import annotations

import re

import pytest

from tests.pytest_plugin.conftest import Run


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
