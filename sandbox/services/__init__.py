"""The list of services, in the order in which they are opened. Each is loaded only when it is used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
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


def names() -> tuple[str, ...]:
    """The names of all services, those of other distributions last."""
    return SERVICES + tuple(sorted(_packages()))


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
    return _packages()[name]


@cache  # each look reads the metadata of everything that is installed: with many distributions half of a start
def _packages() -> dict[str, str]:
    """The packages of the services that other distributions add."""
    return {point.name: point.value for point in entry_points(group=GROUP)}
