"""The version that is told; looked up by name, since the package itself stands above all of its parts."""

from __future__ import annotations

from importlib import import_module

VERSION: str = import_module("sandbox").__version__
