"""Fixtures of the POP3 tests."""

from __future__ import annotations

import pytest

from tests.services.pop3.world import World


@pytest.fixture
def world() -> World:
    """Accounts and mail of their own for each test."""
    return World()
