"""From a TOML file, or a mapping, to a validated :class:`Configuration`; all mistakes at once."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from sandbox.errors import Problem, SettingsError
from sandbox.settings.clashes import clashes
from sandbox.settings.general import GlobalSettings
from sandbox.settings.lines import LineMap
from sandbox.settings.mistakes import Key, guess, told
from sandbox.settings.models import Model, ServiceSettings
from sandbox.settings.routes import RouteKey, UnknownTargetError, targets


@dataclass(frozen=True, slots=True)
class Registry:
    """Which services there are, told by whoever knows: the loader stands below the services.

    ``sections`` are further keys of the outermost table, each with a model that has one field of that name.
    """

    names: Callable[[], Sequence[str]]
    settings_class: Callable[[str], type[ServiceSettings]]
    sections: Mapping[str, type[Model]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was read: the general settings, and the settings of each service that is to run.

    ``known`` is what further entries of a section are read with, see :func:`load_section`.
    """

    general: GlobalSettings = field(default_factory=GlobalSettings)
    services: Mapping[str, ServiceSettings] = field(default_factory=dict)
    sections: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)


def load_file(
    path: Path,
    registry: Registry,
    *,
    overrides: Sequence[str] = (),
    only: Sequence[str] | None = None,
    routes: Sequence[str] = (),
    changes: Mapping[str, Any] = MappingProxyType({}),
) -> Configuration:
    """Read a TOML file.

    ``overrides`` are ``key.path=value`` texts whose values are TOML, or plain text; ``only`` names the services that
    run; ``routes`` are ``host:port=name`` texts, further ones for the table of that name; ``changes`` is a mapping of
    the shape a file has, whose values go before those of the file, from the keywords of a call. Raises SettingsError
    with every mistake.
    """
    name = _shown(path)
    try:
        text = path.read_text(encoding="utf-8")
        data = deepcopy(_parsed(text))
    except OSError as error:
        raise SettingsError([Problem(name, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([Problem(name, "", f"is not UTF-8: {error.reason}")]) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([_syntax_problem(name, str(error))]) from error
    loader = _Loader(registry, LineMap(name, text), path.resolve().parent)
    return loader.load(data, overrides, only, routes, changes)


def load_mapping(
    data: Mapping[str, Any],
    registry: Registry,
    *,
    base: Path | None = None,
    overrides: Sequence[str] = (),
    only: Sequence[str] | None = None,
    routes: Sequence[str] = (),
    changes: Mapping[str, Any] = MappingProxyType({}),
) -> Configuration:
    """The same from a mapping of the shape a file has; relative paths are meant from ``base``."""
    return _Loader(registry, LineMap("configuration", ""), base or Path.cwd()).load(
        deepcopy(dict(data)), overrides, only, routes, changes
    )


def load_section(name: str, data: Any, registry: Registry, known: Mapping[str, Any]) -> Any:
    """One section alone, read with what the configuration ``known`` comes from knows. Raises SettingsError."""
    return _Loader(registry, LineMap("configuration", ""), Path.cwd()).load_section(name, data, known)


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, Any]:
    """Tests start one sandbox after the other from the same file."""
    return tomllib.loads(text)


class _Loader:
    def __init__(self, registry: Registry, lines: LineMap, base: Path) -> None:
        self._registry = registry
        self._lines = lines
        self._known: dict[str, Any] = {
            "base": base,
            "services": registry.names(),
            "settings_class": registry.settings_class,
            "listeners": {},
        }
        self._problems: list[Problem] = []
        self._options: dict[Key, str] = {}

    def load(
        self,
        data: dict[str, Any],
        overrides: Sequence[str],
        only: Sequence[str] | None,
        routes: Sequence[str],
        changes: Mapping[str, Any],
    ) -> Configuration:
        data = _changed(data, changes)
        self._options |= {key: f"keyword {_keyword(key)}" for key in _leaves(changes)}
        for text in overrides:
            self._override(data, text)
        for text in routes:
            self._add_route(data, text)
        tables = data.pop("services", {})
        self._add_routed_listeners(data.get("routes"), tables)
        tables_of = {name: data.pop(name) for name in self._registry.sections if name in data}
        extra = ("services", *self._registry.sections)
        general = self._validated(GlobalSettings, data, (), extra=extra) or GlobalSettings()
        services = self._services(tables, only, general.host)
        sections = {name: self._section(name, tables_of) for name in self._registry.sections}
        for key, binding, other in clashes(services):
            where = self._where(other)
            self._problem(key, f"{binding.address} is taken already by {_dotted(other)} ({where})")
        self._check_routes(
            general.routes, services, excluded=set() if only is None else set(tables) - set(only)
        )
        if self._problems:
            raise SettingsError(sorted(self._problems, key=_line))
        known = {name: value for name, value in self._known.items() if name != "base"}
        return Configuration(general, services, sections, known)

    def load_section(self, name: str, data: Any, known: Mapping[str, Any]) -> Any:
        self._known |= known
        found = self._section(name, {name: data})
        if self._problems:
            raise SettingsError(self._problems)
        return found

    def _section(self, name: str, data: dict[str, Any]) -> Any:
        model = self._registry.sections[name]
        if name not in data:  # nearly always; to learn how rules and stubs look takes as long as all the rest
            return model.model_fields[name].get_default(call_default_factory=True)
        found = self._validated(model, {name: data[name]}, ())
        return getattr(model() if found is None else found, name)

    def _services(self, tables: Any, only: Sequence[str] | None, host: str) -> dict[str, ServiceSettings]:
        if not isinstance(tables, dict):
            self._problem(("services",), "must be a table with one table for each service")
            return {}
        known = self._registry.names()
        self._unknown_services(tables, known)
        if only is not None and not only:
            self._problems.append(Problem("--only", "", "names no service"))
        for name in only or ():
            if name not in known:
                self._problems.append(
                    Problem("--only", name, f"there is no such service{guess(name, known)}")
                )
            elif name not in tables:
                self._problems.append(Problem("--only", name, "the configuration has no such service"))
        found: dict[str, ServiceSettings] = {}
        for name in known:
            if name not in tables:
                continue
            table = {"host": host} | tables[name] if isinstance(tables[name], dict) else tables[name]
            settings = self._validated(self._registry.settings_class(name), table, ("services", name))
            # Also of services that do not run now: what is said of their listeners is no mistake.
            self._known["listeners"][name] = None if settings is None else settings.listener_names()
            if settings is not None and (only is None or name in only):
                found[name] = settings
        if not tables and not self._problems:
            self._problem(("services",), "no service is configured: add a table such as [services.smtp]")
        return found

    def _unknown_services(self, tables: Iterable[str], known: Sequence[str]) -> None:
        for name in tables:
            if name not in known:
                self._problem(
                    ("services", name),
                    f"there is no such service{guess(name, known)}; known: {', '.join(known)}",
                )

    def _validated(self, model: type[Any], data: Any, where: Key, extra: Sequence[str] = ()) -> Any:
        try:
            return model.model_validate(data, context=self._known)
        except ValidationError as error:
            mistakes = [told(mistake, model, extra) for mistake in error.errors(include_url=False)]
            for key, message in mistakes:
                self._problem(where + key, message)
            return self._rest(model, data, where, [key for key, _ in mistakes])

    def _rest(self, model: type[Any], data: Any, where: Key, mistakes: Iterable[Key]) -> Any:
        # What is right is still looked at, so that what concerns several keys, as clashing ports, is told together
        # with everything else.
        for key in mistakes:
            data = _without(data, key)
        try:
            return model.model_validate(data, context=self._known)
        except ValidationError as error:
            for mistake in error.errors(include_url=False):
                if mistake["type"] == "misplaced":
                    key, message = told(mistake, model)
                    self._problem(where + key, message)
            return None

    def _override(self, data: dict[str, Any], text: str) -> None:
        path, separator, value = text.partition("=")
        parts = [part.strip().strip('"') for part in re.findall(r'"[^"]*"|[^.]+', path.strip())]
        if not separator or not parts:
            self._problems.append(Problem(f"--set {text}", "", "must have the form key.path=value"))
            return
        table = data
        for part in parts[:-1]:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                self._problems.append(Problem(f"--set {text}", "", f"{part} is not a table"))
                return
        table[parts[-1]] = _toml_value(value.strip())
        self._options[tuple(parts)] = f"--set {text}"

    def _add_route(self, data: dict[str, Any], text: str) -> None:
        address, separator, name = text.rpartition("=")
        table = data.setdefault("routes", {})
        if not separator or not isinstance(table, dict):
            self._problems.append(Problem(f"--route {text}", "", "must have the form host:port=name"))
            return
        table[address] = name
        self._options["routes", address] = f"--route {text}"

    def _add_routed_listeners(self, routes: Any, tables: Any) -> None:
        """A route may name a behaviour that no listener has yet; then one is made, on any free port."""
        if not isinstance(routes, dict) or not isinstance(tables, dict):
            return
        for text, name in routes.items():
            with contextlib.suppress(ValueError):
                self._add_routed_listener(RouteKey.parse(text).transport, str(name), tables)

    def _add_routed_listener(self, transport: str | None, name: str, tables: dict[str, Any]) -> None:
        known = self._registry.names()
        if "." in name or name in known:
            return
        found = {
            service: listener
            for service in known
            if transport in (None, service)
            and (listener := self._registry.settings_class(service).listener_of(name)) is not None
        }
        if any(name in _listeners(tables, service) for service in found):
            return
        for service, listener in found.items():
            table = tables.get(service, {})
            if isinstance(table, dict) and isinstance(table.get("listeners", {}), dict):
                tables[service] = table | {"listeners": _listeners(tables, service) | {name: listener}}

    def _check_routes(
        self, routes: Mapping[str, str], services: Mapping[str, ServiceSettings], excluded: set[str]
    ) -> None:
        for text, name in routes.items():
            if name.partition(".")[0] in excluded:
                continue
            try:
                list(targets(name, RouteKey.parse(text), services))
            except UnknownTargetError as error:
                self._problem(("routes", text), str(error))

    def _problem(self, key: Key, message: str) -> None:
        self._problems.append(Problem(self._where(key), _dotted(key), message))

    def _where(self, key: Key) -> str:
        for length in range(len(key), 0, -1):
            if key[:length] in self._options:
                return self._options[key[:length]]
        inside = (text for option, text in self._options.items() if option[: len(key)] == key)
        return next(inside, None) or self._lines.where(key)


def _changed(data: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The tables with the changes in them; what is no table is replaced as a whole."""
    for name, value in changes.items():
        there = data.get(name)
        if isinstance(value, Mapping):
            data[name] = _changed(dict(there) if isinstance(there, Mapping) else {}, value)
        else:
            data[name] = value
    return data


def _leaves(changes: Mapping[str, Any], above: Key = ()) -> Iterator[Key]:
    for name, value in changes.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name)


def _keyword(key: Key) -> str | int:
    """The tables of services are keywords of their own."""
    return key[1] if key[0] == "services" and len(key) > 1 else key[0]


def _without(data: Any, key: Key) -> Any:
    """The tables without what stands at the key. A port becomes 0 instead: its default might clash."""
    if not key or not isinstance(data, dict) or key[0] not in data:
        return data
    first, *rest = key
    kept = {name: value for name, value in data.items() if name != first}
    if rest and isinstance(data[first], dict):
        return kept | {first: _without(data[first], tuple(rest))}
    return kept | {"port": 0} if first == "port" else kept


def _listeners(tables: dict[str, Any], service: str) -> dict[str, Any]:
    """The listeners of a service as they were read, or none if there is something else."""
    table = tables.get(service)
    listeners = table.get("listeners") if isinstance(table, dict) else None
    return listeners if isinstance(listeners, dict) else {}


def _line(problem: Problem) -> int:
    line = problem.where.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _syntax_problem(name: str, message: str) -> Problem:
    found = re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", message)
    if found is None:
        return Problem(name, "", message)
    return Problem(f"{name}:{found[2]}", "", f"{found[1]} (column {found[3]})")


def _dotted(key: Key) -> str:
    return ".".join(str(part) for part in key)


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
