"""Every exception is provoked by its rule, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.environment import World, running
from tests.exceptions.page import PATH, row
from tests.exceptions.registry import Provocation, raised
from tests.exceptions.sections import SECTIONS


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One sandbox for all; at the end nothing may have crashed."""
    with running(tmp_path_factory.getbasetemp() / "state") as world:
        yield world
        assert world.crashes() == []


@pytest.mark.parametrize(
    "provocation",
    [
        pytest.param(each, id=f"{section.library}: {each.call}, {each.name}")
        for section in SECTIONS
        for each in section.provocations
    ],
)
def test_exception(provocation: Provocation, world: World) -> None:
    assert row(provocation, raised(world, provocation)) in PATH.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.library)
def test_the_page_has_nothing_else(section: object) -> None:
    page = PATH.read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `") and line.count(" | ") == 3]
    known = {each.name for one in SECTIONS for each in one.provocations}
    assert {line.split("`")[1] for line in rows} <= known
