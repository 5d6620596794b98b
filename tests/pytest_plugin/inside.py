"""A run of pytest within this process."""

from __future__ import annotations

import sys

import pytest
from _pytest.pytester import SysModulesSnapshot

PLUGINS = ("-p", "sandbox.pytest_plugin", "-p", "no:mailpit", "-p", "no:cacheprovider")

_restore = SysModulesSnapshot.restore


def _forget_tests_only(snapshot: SysModulesSnapshot) -> None:
    """Pytester forgets all that a run imported; classes of ours, and cryptography, do not bear being there twice."""
    kept = {
        name: module for name, module in sys.modules.items() if not name.startswith(("test_", "conftest"))
    }
    _restore(snapshot)
    sys.modules.update(kept)


SysModulesSnapshot.restore = _forget_tests_only  # type: ignore[method-assign]


def run_inside(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run with the plugin, as strict as can be."""
    return pytester.runpytest_inprocess(*PLUGINS, "--strict-markers", *arguments)
