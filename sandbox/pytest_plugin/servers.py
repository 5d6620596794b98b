"""The sandboxes that outlive a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.api import Sandbox
from sandbox.pytest_plugin.wishes import readable, settings_of


class Servers:
    """The sandbox that most tests share, and the last one that was wanted otherwise."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._shared: Sandbox | None = None
        self._other: Sandbox | None = None
        self._wanted: Mapping[str, Any] = {}

    def suited(self, wanted: Mapping[str, Any]) -> Sandbox:
        """The one with these settings; it runs."""
        if not wanted:
            self._shared = self._shared or self._made(wanted)
            box = self._shared
        else:
            if self._other is None or self._wanted != wanted:
                self._stop_other()
                self._other, self._wanted = self._made(wanted), wanted
            box = self._other
        if not box.running:
            box.start()
        return box

    def stop(self) -> None:
        self._stop_other()
        if self._shared is not None:
            self._shared.stop()

    def _stop_other(self) -> None:
        if self._other is not None:
            self._other.stop()
            self._other = None

    def _made(self, wanted: Mapping[str, Any]) -> Sandbox:
        with readable():
            return Sandbox(**settings_of(self._config, wanted))
