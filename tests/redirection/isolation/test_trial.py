"""The trial that tells why a system has no network for a program of its own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from sandbox.redirection import isolation
from sandbox.redirection.isolation import trial
from sandbox.redirection.isolation.namespaces import IsolationError

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork to try it in"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),  # pytest-xdist has a thread of its own
]


@pytest.fixture(autouse=True)
def _untried() -> Iterator[None]:
    trial.unavailable.cache_clear()
    yield
    trial.unavailable.cache_clear()


def _fails() -> None:
    raise IsolationError("making namespaces: Operation not permitted")


@pytest.mark.parametrize(
    ("enter", "reason"),
    [
        (_fails, "making namespaces: Operation not permitted ("),
        (lambda: os._exit(1), "the trial ended without an answer"),
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
    ids=["forbidden", "died", "mistaken"],
)
def test_the_reason_is_one_line(
    monkeypatch: pytest.MonkeyPatch, enter: Callable[[], object], reason: str
) -> None:
    monkeypatch.setattr(trial, "enter", enter)
    told = isolation.unavailable()
    assert told is not None
    assert told.startswith(reason)
    assert "\n" not in told


def test_a_trial_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_TIMEOUT", 0.1)
    monkeypatch.setattr(trial, "enter", lambda: time.sleep(60))
    assert (isolation.unavailable() or "").startswith("the trial did not end in time")


def test_a_setting_that_forbids_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "enter", _fails)
    monkeypatch.setattr(trial, "_setting", lambda name: "1" if "apparmor" in name else None)
    told = isolation.unavailable() or ""
    assert told.endswith("(kernel.apparmor_restrict_unprivileged_userns is 1)")


def test_it_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "enter", _fails)
    first = isolation.unavailable()
    monkeypatch.setattr(trial, "enter", lambda: None)
    assert isolation.unavailable() == first


def test_other_systems_have_no_network_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert isolation.unavailable() == "darwin has no network namespaces"
