"""Where things are kept: the state directory, and the ready-made configurations."""

from __future__ import annotations

import os
from pathlib import Path

from sandbox.errors import StateError
from sandbox.settings.general import GlobalSettings

_PACKAGE = Path(__file__).parents[1]


def state_directory(settings: GlobalSettings) -> Path:
    """The configured one, else $SANDBOX_STATE, else ``sandbox`` in the user's state directory (XDG base directories)."""
    if settings.state_directory is not None:
        return settings.state_directory
    if chosen := os.environ.get("SANDBOX_STATE"):
        return Path(chosen).absolute()
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "sandbox"


def private_directory(path: Path) -> Path:
    """Make a directory, and those above it that are missing, for this user alone, whatever the umask says."""
    for each in (*reversed(path.parents), path):  # mkdir's own mode holds for the last one only
        each.mkdir(mode=0o700, exist_ok=True)
    return path


def state_folder(path: Path) -> Path:
    """The same within the state directory. Raises StateError, which tells what to do about it."""
    try:
        return private_directory(path)
    except OSError as error:
        raise StateError(
            f"{path} cannot be made: {error.strerror}; let SANDBOX_STATE name a directory that can be written"
        ) from error


def profiles() -> dict[str, Path]:
    """The ready-made configurations by name; in a wheel they lie inside the package, in a checkout beside it."""
    for directory in (_PACKAGE / "config", _PACKAGE.parent / "config"):
        if directory.is_dir():
            return {path.stem: path for path in sorted(directory.glob("*.toml"))}
    return {}
