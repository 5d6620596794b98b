"""Every operation is called, none is forgotten, and the page says what came back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.environment import World, running
from tests.clients.libraries import LIBRARIES, caller
from tests.clients.page import PATH, Outcome, render, row
from tests.clients.registry import Library, Operation
from tests.clients.sockets import servers


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One sandbox for all operations, since each has a user of its own; at the end nothing may have crashed."""
    with running(tmp_path_factory.getbasetemp() / "state") as world:
        yield world
        assert world.crashes() == []


@pytest.fixture(scope="module")
def outcome(world: World) -> Outcome:
    """Calls an operation when its outcome is first asked for."""
    return caller(world)


@pytest.fixture(scope="module")
def page() -> str:
    """The page as it stands."""
    return PATH.read_text(encoding="utf-8")


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_no_method_is_forgotten(library: Library[Any]) -> None:
    assert library.missing() == []


def test_no_small_server_is_forgotten(world: World) -> None:
    endpoints = world.sandbox.call(lambda sandbox: sandbox.endpoints)
    small = {(end.service.upper(), end.listener) for end in endpoints if end.service in ("tcp", "udp")}
    asked = {(way, each.call.partition(",")[0]) for each in servers.operations for way in each.ways}
    assert asked == small


@pytest.mark.parametrize(
    ("library", "operation"),
    [
        pytest.param(library, operation, id=f"{library.name}: {operation.call}")
        for library in LIBRARIES
        for operation in library.operations
    ],
)
def test_operation(library: Library[Any], operation: Operation[Any], outcome: Outcome, page: str) -> None:
    _, _, section = page.partition(f"\n## {library.name}\n")
    section, _, _ = section.partition("\n## ")
    documented = [line for line in section.splitlines() if line.startswith(f"| `{operation.call}` |")]
    assert [row(library, operation, outcome)] == documented


def test_the_page_is_what_the_generator_writes(outcome: Outcome, page: str) -> None:
    assert page == render(LIBRARIES, outcome)


def test_servers_refuse_on_purpose_only(page: str) -> None:
    assert [line for line in page.splitlines() if "refused:" in line] == []
