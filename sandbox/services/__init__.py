"""The list of services, in the order in which they are opened. Each is loaded only when it is used."""

from __future__ import annotations

import importlib.metadata
import sys
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoints
from typing import Any

from sandbox.service import AbstractService
from sandbox.settings.models import ServiceSettings

SERVICES = (
    "smtp",
    "pop3",
    "imap",
    "ftp",
    "xmlrpc",
    "http",
    "tcp",
    "udp",
    "dns",
    "control",
)

# A distribution adds a service of its own under this entry-point group: name = "package", a package that has the
# modules ``settings`` and ``service`` as ours do.
GROUP = "sandbox.services"


def entry_points(*, group: str) -> EntryPoints:
    """Those of the distributions that are installed; looked up again only when the path of modules has changed."""
    return _entry_points(group, tuple(sys.path))


@lru_cache(maxsize=1)
def _entry_points(group: str, _: tuple[str, ...]) -> EntryPoints:
    return importlib.metadata.entry_points(group=group)


def names() -> tuple[str, ...]:
    """The names of all services, those of other distributions last."""
    return SERVICES + tuple(sorted(point.name for point in entry_points(group=GROUP)))


def settings_class(name: str) -> type[ServiceSettings]:
    """The settings of a service; loads nothing but them."""
    found: type[ServiceSettings] = import_module(f"{_package(name)}.settings").Settings
    return found


def service_class(name: str) -> type[AbstractService[Any]]:
    """The service itself, with the libraries it needs to open its listeners."""
    found: type[AbstractService[Any]] = import_module(f"{_package(name)}.service").Service
    return found


def _package(name: str) -> str:
    if name in SERVICES:
        return f"{__name__}.{name}"
    return next(point.value for point in entry_points(group=GROUP) if point.name == name)
