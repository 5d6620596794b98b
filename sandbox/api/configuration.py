"""From what a test says to a configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from sandbox.engine import REGISTRY
from sandbox.errors import Problem, SettingsError
from sandbox.faults import Rule
from sandbox.settings import Configuration, load_file, load_mapping, load_section
from sandbox.settings.mistakes import guess
from sandbox.settings.paths import profiles

#: A TOML file, a mapping of the same shape, None for the default configuration, or one that is loaded already.
Config: TypeAlias = str | Path | Mapping[str, Any] | Configuration | None


def configuration_of(
    config: Config,
    *,
    tables: Mapping[str, Any],
    services: Sequence[str] | None,
    host: str | None,
    seed: int | None,
    faults: Iterable[Rule | Mapping[str, Any]],
) -> Configuration:
    """What is to run. ``tables`` are settings by service or general key, before those of ``config``.

    Samples are there only if they are asked for. Raises SettingsError with every mistake, and TypeError if a
    configuration that is loaded already shall be changed.
    """
    if isinstance(config, Configuration):
        if tables or services is not None or host is not None or seed is not None or list(faults):
            raise TypeError("a configuration that is loaded already takes no changes")
        return config
    known = REGISTRY.names()
    if isinstance(services, str):
        raise SettingsError([Problem("services", "", f"must be a list, as {services.split()!r}")])
    if "accounts" in tables:
        tables = {**tables, "accounts": accounts_table(tables["accounts"])}
    changes: dict[str, Any] = {name: table for name, table in tables.items() if name not in known}
    changes |= {name: value for name, value in (("host", host), ("seed", seed)) if value is not None}
    own = {name: table for name, table in tables.items() if name in known}
    if own:
        changes["services"] = own
    rules = list(faults)
    found = _loaded(config, changes, services)
    if config is None:
        found = _without_samples(found, keep=changes)
    else:
        found = _without_samples(found, keep=found.general.model_dump(exclude_unset=True))
    if not rules:
        return found
    further = load_rules(rules, found)
    return replace(found, sections={**found.sections, "faults": (*found.sections["faults"], *further)})


def accounts_table(accounts: Any) -> Any:
    """The table of the configuration, from users with their passwords, or with tables; or as it is."""
    if not isinstance(accounts, Mapping) or accounts.keys() <= {"mode", "refused_passwords", "users"}:
        return accounts
    users = {name: {"password": said} if isinstance(said, str) else said for name, said in accounts.items()}
    return {"users": users}


def load_rules(rules: Iterable[Rule | Mapping[str, Any]], configuration: Configuration) -> list[Rule]:
    """Fault rules, validated for a configuration. Raises SettingsError with every mistake."""
    tables = [rule.model_dump(exclude_unset=True) if isinstance(rule, Rule) else rule for rule in rules]
    return list(load_section("faults", tables, REGISTRY, configuration.known))


def _loaded(
    config: str | Path | Mapping[str, Any] | None, changes: Mapping[str, Any], services: Sequence[str] | None
) -> Configuration:
    try:
        if isinstance(config, Mapping):
            return load_mapping(config, REGISTRY, only=services, changes=changes)
        path = profiles()["sandbox"] if config is None else Path(config)
        return load_file(path, REGISTRY, only=services, changes=changes)
    except SettingsError as error:
        raise SettingsError([_in_words_of_the_call(each) for each in error.problems]) from None


def _in_words_of_the_call(problem: Problem) -> Problem:
    """Options of the command line are keywords here, and so are the tables of services."""
    if problem.where == "--only":
        return replace(problem, where="services")
    if problem.where == f"keyword {problem.key}" and problem.message == "unknown key":
        return replace(problem, message=f"unknown key{guess(problem.key, REGISTRY.names())}")
    return problem


def _without_samples(found: Configuration, keep: Mapping[str, Any]) -> Configuration:
    general = found.general
    quiet = {
        name: getattr(general, name).model_copy(update={"samples": False})
        for name in ("mail", "files")
        if "samples" not in keep.get(name, {})
    }
    return replace(found, general=general.model_copy(update=quiet))
