"""What the settings and the markers of tests say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.api.configuration import accounts_table, load_rules
from sandbox.engine import REGISTRY, Engine, accounts_of
from sandbox.errors import SettingsError
from sandbox.settings import load_mapping


@dataclass
class Wishes:
    """What the markers of a test say; the closest counts, but the fault rules of all are in force."""

    settings: dict[str, Any] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)
    accounts: Mapping[str, Any] | None = None
    redirect: bool | list[str] = False

    @classmethod
    def of(cls, item: pytest.Item) -> Wishes:
        wishes = cls(redirect=item.config.getini("sandbox_redirect"))
        for marker in reversed(list(item.iter_markers("sandbox"))):
            if marker.args:
                pytest.fail("pytest.mark.sandbox takes keywords only", pytrace=False)
            said = dict(marker.kwargs)
            wishes.faults[:0] = said.pop("faults", ())
            wishes.accounts = said.pop("accounts", wishes.accounts)
            wishes.redirect = said.pop("redirect", wishes.redirect)
            wishes.settings |= said
        return wishes

    def apply(self, engine: Engine) -> None:
        """What a sandbox that runs can be told."""
        with readable():
            if self.accounts is not None:
                given = {"accounts": accounts_table(self.accounts), "services": {"smtp": {}}}
                engine.accounts.restore(accounts_of(load_mapping(given, REGISTRY)).snapshot())
            if self.faults:
                configured = [active.rule for active in engine.faults.active]
                engine.faults.replace([*load_rules(self.faults, engine.configuration), *configured])


def settings_of(config: pytest.Config, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the Sandbox. A test with a configuration of its own runs the services of that."""
    base = config.inipath.parent if config.inipath else config.rootpath
    common: dict[str, Any] = {}
    if "config" not in wanted:
        common = {"config": config.getini("sandbox_config"), "services": config.getini("sandbox_services")}
    found = {name: value for name, value in common.items() if value} | dict(wanted)
    if isinstance(found.get("config"), str | Path):
        found["config"] = base / found["config"]
    return found


@contextmanager
def readable() -> Iterator[None]:
    """Mistakes in what a test wishes are told without the way that led to them."""
    try:
        yield
    except (SettingsError, ValueError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
