"""Listeners that want the same address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sandbox.settings.mistakes import Key
from sandbox.settings.models import Binding, ServiceSettings

_WILDCARDS = {"0.0.0.0", "::", ""}


def clashes(services: Mapping[str, ServiceSettings]) -> Iterator[tuple[Key, Binding, Key]]:
    """Each binding that comes too late, behind its key, and the key of the one that has its address."""
    taken: list[tuple[Key, Binding]] = []
    for service, settings in services.items():
        for binding in settings.bindings():
            key = _key(service, binding)
            for other_key, other in taken:
                if _clash(binding, other):
                    yield key, binding, other_key
                    break
            taken.append((key, binding))


def _key(service: str, binding: Binding) -> Key:
    if binding.name == "main":
        return ("services", service, "port")
    return ("services", service, "listeners", binding.name, "port")


def _clash(one: Binding, other: Binding) -> bool:
    if one.path is not None or other.path is not None:
        return one.path == other.path
    if one.transport != other.transport or one.port != other.port or one.port == 0:
        return False
    return _host(one) == _host(other) or bool({one.host, other.host} & _WILDCARDS)


def _host(binding: Binding) -> str:
    return "127.0.0.1" if binding.host == "localhost" else binding.host
