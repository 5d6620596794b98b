"""One TOML file in, frozen and validated objects out."""

from sandbox.settings.general import GlobalSettings
from sandbox.settings.hosts import HostSettings
from sandbox.settings.loader import Configuration, Registry, load_file, load_mapping, load_section
from sandbox.settings.models import (
    AnyPath,
    Binding,
    Count,
    ExistingDirectory,
    ExistingFile,
    Expected,
    Limits,
    ListenerSettings,
    MainListenerSettings,
    Model,
    Octets,
    Port,
    Seconds,
    ServiceSettings,
    Strings,
    TlsMode,
)
from sandbox.settings.routes import Route, RouteKey, Target, normal_host, routes_of

__all__ = [
    "AnyPath",
    "Binding",
    "Configuration",
    "Count",
    "ExistingDirectory",
    "ExistingFile",
    "Expected",
    "GlobalSettings",
    "HostSettings",
    "Limits",
    "ListenerSettings",
    "MainListenerSettings",
    "Model",
    "Octets",
    "Port",
    "Registry",
    "Route",
    "RouteKey",
    "Seconds",
    "ServiceSettings",
    "Strings",
    "Target",
    "TlsMode",
    "load_file",
    "load_mapping",
    "load_section",
    "normal_host",
    "routes_of",
]
