"""A file on its way into the tree."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import PurePosixPath

from sandbox.services.ftp.newlines import Conversion
from sandbox.services.ftp.replies import RefusalError
from sandbox.services.ftp.streams import Inlet
from sandbox.stores.files import FileTree, NotFoundError, Writer


class Upload:
    """What arrives is stored at once, and stays if the rest does not come: a client may go on from there by REST.

    ``offset`` as for :meth:`FileTree.write`; ``limit`` in octets of this upload, None for none. With ``unique`` the
    file gets a name like that of ``path`` which is free when it begins.
    """

    def __init__(
        self,
        tree: FileTree,
        path: PurePosixPath,
        offset: int | None,
        conversion: Conversion,
        limit: int | None,
        *,
        unique: bool = False,
    ) -> None:
        self._tree = tree
        self.path = path
        self._unique = unique
        self._offset = offset
        self._conversion = conversion
        self._limit = limit
        self._stored = 0
        self._writer: Writer | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the file was opened, and so emptied if it was there."""
        return self._writer is not None

    def begin(self) -> Inlet:
        """Open the file; not before the client is there, or the old content would be lost for nothing."""
        if self._unique:  # not sooner either, or two clients would get the same name
            self.path = free_name(self._tree, self.path)
        self._writer = self._tree.write(self.path, offset=self._offset)
        return Inlet(self._arrived)

    def finish(self) -> None:
        """Store what was held back."""
        self._store(self._conversion.end())

    def close(self) -> int:
        """Give the file back; returns its size in octets."""
        if self._writer is not None:
            self._writer.close()
        return self._tree.stat(self.path).size

    def _arrived(self, block: bytes) -> None:
        self._store(self._conversion.convert(block))

    def _store(self, data: bytes) -> None:
        assert self._writer is not None
        room = len(data) if self._limit is None else self._limit - self._stored
        self._writer.write(data[:room])
        self._stored += len(data)
        if len(data) > room:
            raise RefusalError("552", f"An upload has {self._limit} octets at the most")


def free_name(tree: FileTree, path: PurePosixPath) -> PurePosixPath:
    """A place where nothing is: the path itself or, in its directory, the name with a number behind it."""
    return next(path for path in _names(path) if not _exists(tree, path))


def _names(path: PurePosixPath) -> Iterator[PurePosixPath]:
    yield path
    for number in count(1):
        yield path.with_name(f"{path.name}.{number}")


def _exists(tree: FileTree, path: PurePosixPath) -> bool:
    try:
        tree.stat(path)
    except NotFoundError:
        return False
    return True
