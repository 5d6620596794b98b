"""A real directory as the tree; nothing outside it is reachable, also not through symbolic links."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from sandbox.stores.files.tree import (
    ROOT,
    DirectoryFoundError,
    ExistsError,
    FileInfo,
    FileStoreError,
    ForbiddenError,
    NoDirectoryError,
    NoSpaceError,
    NotFoundError,
)

_ERRORS: dict[int, type[FileStoreError]] = {
    errno.ENOENT: NotFoundError,
    errno.EISDIR: DirectoryFoundError,
    errno.ENOTDIR: NoDirectoryError,
    errno.EEXIST: ExistsError,
    errno.ENOTEMPTY: ExistsError,
    errno.ENOSPC: NoSpaceError,
    errno.EDQUOT: NoSpaceError,
}


class DirectoryTree:
    """Reads and writes below ``directory``."""

    def __init__(self, directory: Path) -> None:
        self._base = directory.resolve()

    def stat(self, path: PurePosixPath) -> FileInfo:
        """See FileTree."""
        with _translated(path):
            return _info(path, self._real(path).stat())

    def list(self, path: PurePosixPath) -> list[FileInfo]:
        """See FileTree."""
        found: list[FileInfo] = []
        with _translated(path), os.scandir(self._real(path)) as entries:
            for entry in entries:
                try:
                    found.append(self.stat(path / entry.name))
                except FileStoreError:  # a dangling link, one that leads outside, a pipe
                    continue
        return sorted(found, key=lambda info: info.name)

    def read(self, path: PurePosixPath, offset: int = 0) -> BinaryIO:
        """See FileTree."""
        with _translated(path):
            real = self._real(path)
            _info(path, real.stat())
            file = real.open("rb")
            file.seek(offset)
            return file

    def write(self, path: PurePosixPath, *, offset: int | None = 0) -> DiskWriter:
        """See FileTree."""
        with _translated(path):
            real = self._real(path)
            exists = real.exists()
            if exists:
                _info(path, real.stat())
            mode = "ab" if offset is None else "r+b" if offset and exists else "wb"
            file: IO[bytes] = real.open(mode)
            if offset:
                file.truncate(min(offset, real.stat().st_size))
                file.seek(0, os.SEEK_END)
            return DiskWriter(path, file)

    def make_directory(self, path: PurePosixPath) -> None:
        """See FileTree."""
        with _translated(path):
            self._real(path).mkdir()

    def make_directories(self, path: PurePosixPath) -> None:
        """See FileTree."""
        with _translated(path):
            self._real(path).mkdir(parents=True, exist_ok=True)

    def remove_directory(self, path: PurePosixPath) -> None:
        """See FileTree."""
        self._refuse_root(path)
        with _translated(path):
            self._real(path).rmdir()

    def remove(self, path: PurePosixPath) -> None:
        """See FileTree."""
        with _translated(path):
            real = self._real(path)
            if real.is_dir():
                raise DirectoryFoundError(path, "is a directory")
            real.unlink()

    def rename(self, source: PurePosixPath, target: PurePosixPath) -> None:
        """See FileTree."""
        self._refuse_root(source)
        if source in target.parents:
            raise ForbiddenError(source, "cannot be moved into itself")
        with _translated(source):
            real = self._real(target)
            if real.is_dir():
                raise ExistsError(target, "exists already")
            self._real(source).rename(real)

    def touch(self, path: PurePosixPath, modified: float) -> None:
        """See FileTree."""
        with _translated(path):
            os.utime(self._real(path), (modified, modified))

    def _real(self, path: PurePosixPath) -> Path:
        real = self._base.joinpath(*path.parts[1:])
        # The last part may be missing; whatever exists must not lead outside.
        # Not Path.resolve: before Python 3.13 a link that leads to itself makes it fail.
        if not Path(os.path.realpath(real)).is_relative_to(self._base):
            raise ForbiddenError(path, "leads outside the tree")
        return real

    def _refuse_root(self, path: PurePosixPath) -> None:
        if path == ROOT:
            raise ForbiddenError(path, "the root cannot be removed")


class DiskWriter:
    """Appends to an open file."""

    def __init__(self, path: PurePosixPath, file: IO[bytes]) -> None:
        self._path = path
        self._file = file

    def write(self, data: bytes) -> None:
        """See Writer."""
        with _translated(self._path):
            self._file.write(data)
            # Others see at once what was written, as they do in a tree in memory.
            self._file.flush()

    def close(self) -> None:
        """See Writer."""
        self._file.close()


@contextmanager
def _translated(path: PurePosixPath) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = _ERRORS.get(error.errno or 0, ForbiddenError)
        raise kind(path, (error.strerror or str(error)).lower()) from error
    except ValueError as error:  # a NUL in the name
        raise NotFoundError(path, str(error)) from error


def _info(path: PurePosixPath, status: os.stat_result) -> FileInfo:
    is_directory = stat.S_ISDIR(status.st_mode)
    if not is_directory and not stat.S_ISREG(status.st_mode):
        # A pipe, a socket, a device: to open one may take for ever, and stop everybody else.
        raise ForbiddenError(path, "is neither a file nor a directory")
    return FileInfo(path, is_directory, 0 if is_directory else status.st_size, status.st_mtime)
