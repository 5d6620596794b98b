"""Files as clients stored them, and the tree as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sandbox.journal import Entry, Fact
from sandbox.stores.files import FileStoreError, FileTree
from sandbox.stores.files.tree import ROOT

BLOCK = 2**18  # octets read in one go


@dataclass(frozen=True)
class Upload:
    """A file that a client stored, as ``path``; ``now`` is where it is after it, or a directory above it, was renamed.

    ``content`` is what is in the tree now, None if it is gone. ``interrupted`` says that the connection ended before the
    file did.
    """

    path: str
    now: str
    size: int
    interrupted: bool
    user: str
    service: str
    connection: int
    sequence: int
    time: float
    content: bytes | None = field(repr=False)

    def __str__(self) -> str:
        path = self.path if self.path == self.now else f"{self.path}, now {self.now}"
        return f"{path}, {self.size} octets{', interrupted' if self.interrupted else ''}"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return name_of(self.path)

    @property
    def text(self) -> str:
        """The content as text, in UTF-8."""
        return (self.content or b"").decode("utf-8", "replace")


def name_of(path: str) -> str:
    """The last part of a path."""
    return PurePosixPath(path).name


def uploads_of(entries: Iterable[Entry], services: Collection[str], tree: FileTree) -> list[Upload]:
    """The uploads by some services, in order: many clients store under another name first, and rename at the end."""
    users: dict[int, str] = {}
    found: list[tuple[Entry, str]] = []
    places: list[str] = []
    for entry in entries:
        event = entry.event
        if not isinstance(event, Fact) or event.service not in services:
            continue
        match event.name:
            case "login.accepted":
                users[event.connection] = str(event.details.get("user", ""))
            case "file.stored" | "file.interrupted":
                found.append((entry, users.get(event.connection, "")))
                places.append(str(event.details.get("path", "")))
            case "file.renamed":
                source, target = (str(event.details.get(name, "")) for name in ("source", "target"))
                places = [_renamed(place, source, target) for place in places]
    return [_upload(entry, user, now, tree) for (entry, user), now in zip(found, places, strict=True)]


def _renamed(path: str, source: str, target: str) -> str:
    if path == source:
        return target
    return target + path[len(source) :] if path.startswith(f"{source}/") else path


def _upload(entry: Entry, user: str, now: str, tree: FileTree) -> Upload:
    event = entry.event
    assert isinstance(event, Fact)
    path, size = str(event.details.get("path", "")), event.details.get("size", 0)
    return Upload(
        path=path,
        now=now,
        size=size if isinstance(size, int) else 0,
        interrupted=event.name == "file.interrupted",
        user=user,
        service=event.service,
        connection=event.connection,
        sequence=entry.sequence,
        time=entry.time,
        content=content_of(tree, PurePosixPath(now)),
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
