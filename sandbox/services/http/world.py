"""What the pages of the service may use."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.service import Context
from sandbox.services.http.settings import Settings


@dataclass(frozen=True, slots=True)
class World:
    """The floor, and the settings of the service."""

    context: Context
    settings: Settings
