"""One TOML file in, frozen and validated objects out."""

from sandbox.settings.loader import Configuration, Registry, load_file, load_mapping
from sandbox.settings.models import (
    AnyPath,
    Binding,
    Count,
    ExistingDirectory,
    ExistingFile,
    GlobalSettings,
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

__all__ = [
    "AnyPath",
    "Binding",
    "Configuration",
    "Count",
    "ExistingDirectory",
    "ExistingFile",
    "GlobalSettings",
    "Limits",
    "ListenerSettings",
    "MainListenerSettings",
    "Model",
    "Octets",
    "Port",
    "Registry",
    "Seconds",
    "ServiceSettings",
    "Strings",
    "TlsMode",
    "load_file",
    "load_mapping",
]
