"""Files as clients stored them, and the tree as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sandbox.journal import Entry, Fact
from sandbox.stores.files import FileStoreError, FileTree
from sandbox.stores.files.tree import ROOT

BLOCK = 2**18  # octets read in one go


@dataclass(frozen=True)
class Upload:
    """A file that a client stored. ``content`` is what is in the tree now, None if it is gone.

    ``interrupted`` says that the connection ended before the file did.
    """

    path: str
    size: int
    interrupted: bool
    user: str
    service: str
    connection: int
    sequence: int
    time: float
    content: bytes | None = field(repr=False)

    def __str__(self) -> str:
        return f"{self.path}, {self.size} octets{', interrupted' if self.interrupted else ''}"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePosixPath(self.path).name

    @property
    def text(self) -> str:
        """The content as text, in UTF-8."""
        return (self.content or b"").decode("utf-8", "replace")


def upload_of(entry: Entry, user: str, tree: FileTree) -> Upload | None:
    """The upload that a fact tells of, None if it is about something else."""
    event = entry.event
    if not isinstance(event, Fact) or event.name not in ("file.stored", "file.interrupted"):
        return None
    path, size = str(event.details.get("path", "")), event.details.get("size", 0)
    return Upload(
        path=path,
        size=size if isinstance(size, int) else 0,
        interrupted=event.name == "file.interrupted",
        user=user,
        service=event.service,
        connection=event.connection,
        sequence=entry.sequence,
        time=entry.time,
        content=content_of(tree, PurePosixPath(path)),
    )


def tree_content(tree: FileTree) -> dict[str, bytes]:
    """Every file in the tree, by its path."""
    return {str(path): content_of(tree, path) or b"" for path in _paths(tree, ROOT)}


def content_of(tree: FileTree, path: PurePosixPath) -> bytes | None:
    """The octets of a file, None if there is none."""
    try:
        reader = tree.read(path)
    except (FileStoreError, ValueError):
        return None
    try:
        return b"".join(iter(lambda: reader.read(BLOCK), b""))
    except FileStoreError:
        return None
    finally:
        reader.close()


def _paths(tree: FileTree, directory: PurePosixPath) -> Iterator[PurePosixPath]:
    for info in tree.list(directory):
        if info.is_directory:
            yield from _paths(tree, info.path)
        else:
            yield info.path
