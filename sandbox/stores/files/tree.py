"""One tree of files shared by FTP and HTTP: what both are allowed to ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol


class FileStoreError(Exception):
    """A request the tree cannot fulfil. ``path`` is absolute within the tree."""

    def __init__(self, path: PurePosixPath, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class NotFoundError(FileStoreError):
    """There is nothing at that path."""


class DirectoryFoundError(FileStoreError):
    """A file was wanted, there is a directory."""


class NoDirectoryError(FileStoreError):
    """A directory was wanted, there is a file; also for a parent."""


class ExistsError(FileStoreError):
    """Something is there already, or a directory to be removed is not empty."""


class NoSpaceError(FileStoreError):
    """The tree is full."""


class ForbiddenError(FileStoreError):
    """Outside the tree, or the operating system refuses."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One entry. ``size`` in octets (0 for directories), ``modified`` in seconds since the epoch."""

    path: PurePosixPath
    is_directory: bool
    size: int
    modified: float

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.name


class Reader(Protocol):
    """An open file, with a position of its own; it sees the content as of the moment it was opened or later."""

    def read(self, count: int) -> bytes:
        """Up to ``count`` octets from the position on; empty at the end."""

    def close(self) -> None:
        """Give the file back."""


class Writer(Protocol):
    """An open file that is being written; what was written is seen by others at once, as on a disk."""

    def write(self, data: bytes) -> None:
        """Put octets at the position. Raises NoSpaceError."""

    def close(self) -> None:
        """Give the file back."""


class FileTree(Protocol):
    """Paths are absolute and normal: no ``.`` or ``..``. Every method raises FileStoreError of the fitting kind."""

    def stat(self, path: PurePosixPath) -> FileInfo:
        """What is there."""

    def list(self, path: PurePosixPath) -> list[FileInfo]:
        """The entries of a directory by name."""

    def read(self, path: PurePosixPath, offset: int = 0) -> Reader:
        """Open a file for reading at an octet offset."""

    def write(self, path: PurePosixPath, *, offset: int | None = 0) -> Writer:
        """Open a file for writing, made if missing; its parent must exist.

        Offset 0 empties it, another offset keeps what stands before it and cuts the rest, None appends.
        """

    def make_directory(self, path: PurePosixPath) -> None:
        """Make a directory whose parent exists."""

    def make_directories(self, path: PurePosixPath) -> None:
        """Make a directory with all missing parents; nothing happens if it is there."""

    def remove_directory(self, path: PurePosixPath) -> None:
        """Remove an empty directory."""

    def remove(self, path: PurePosixPath) -> None:
        """Remove a file."""

    def rename(self, source: PurePosixPath, target: PurePosixPath) -> None:
        """Move a file or directory; a file at the target is replaced."""

    def touch(self, path: PurePosixPath, modified: float) -> None:
        """Set the time of the last change."""


ROOT = PurePosixPath("/")


#: Names are UTF-8; octets that are not come and go as lone surrogates, unchanged.
ENCODING, ERRORS = "utf-8", "surrogateescape"


def printable(text: object) -> str:
    """A path, or another text, for the timeline: octets that were no UTF-8 are shown as escapes."""
    return str(text).encode(ENCODING, ERRORS).decode(ENCODING, "backslashreplace")


def normal_path(path: str, start: PurePosixPath = ROOT) -> PurePosixPath:
    """The absolute path without ``.`` and ``..`` that ``path`` means from ``start``; it never leaves the root."""
    parts: list[str] = []
    for part in (start / path).parts[1:]:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return PurePosixPath("/", *parts)
