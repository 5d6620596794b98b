"""The settings of SHOUT."""

from __future__ import annotations

from sandbox.settings import MainListenerSettings


class Settings(MainListenerSettings):
    """Shouts back."""

    mark: str = "!"
    """What is added to each line."""
