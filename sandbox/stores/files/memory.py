"""The tree in memory: nodes in dictionaries, contents in blocks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias

from sandbox.stores.files.content import Content
from sandbox.stores.files.tree import (
    ROOT,
    DirectoryFoundError,
    ExistsError,
    FileInfo,
    ForbiddenError,
    NoDirectoryError,
    NoSpaceError,
    NotFoundError,
)


@dataclass(slots=True)
class _File:
    modified: float
    content: Content = field(default_factory=Content)


@dataclass(slots=True)
class _Directory:
    modified: float
    entries: dict[str, _Node] = field(default_factory=dict)


def _copied(directory: _Directory) -> _Directory:
    copy = _Directory(directory.modified)
    for name, node in directory.entries.items():
        if isinstance(node, _File):
            copy.entries[name] = _File(node.modified, node.content.copy())
        else:
            copy.entries[name] = _copied(node)
    return copy


_Node: TypeAlias = _File | _Directory


class MemoryTree:
    """Holds up to ``max_bytes`` octets of content; what does not fit is refused, nothing stored is dropped.

    ``home_samples`` says whether new homes start with a sample file. ``root`` is another one after :meth:`restore`.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.time, max_bytes: int = 2**28, home_samples: bool = False
    ) -> None:
        self.max_bytes = max_bytes
        self.home_samples = home_samples
        self.used = 0
        self._clock = clock
        self.root = _Directory(clock())

    def stat(self, path: PurePosixPath) -> FileInfo:
        """See FileTree."""
        return _info(path, self._node(path))

    def list(self, path: PurePosixPath) -> list[FileInfo]:
        """See FileTree."""
        directory = self._directory(path)
        return [_info(path / name, directory.entries[name]) for name in sorted(directory.entries)]

    def read(self, path: PurePosixPath, offset: int = 0) -> MemoryReader:
        """See FileTree."""
        return MemoryReader(self._file(path).content, offset)

    def write(self, path: PurePosixPath, *, offset: int | None = 0) -> MemoryWriter:
        """See FileTree."""
        parent = self._directory(path.parent)
        node = parent.entries.get(path.name)
        if isinstance(node, _Directory) or path == ROOT:
            raise DirectoryFoundError(path, "is a directory")
        if node is None:
            node = parent.entries[path.name] = _File(self._clock())
            parent.modified = node.modified
        if offset is None:
            offset = len(node.content)
        elif offset == 0:
            # Not cleared in place: a reader that has begun keeps what it began with.
            self.used -= len(node.content)
            node.content = Content()
        else:
            self.used -= max(0, len(node.content) - offset)
            node.content = node.content.cut(offset)
        return MemoryWriter(self, path, node)

    def make_directory(self, path: PurePosixPath) -> None:
        """See FileTree."""
        parent = self._directory(path.parent)
        if path == ROOT or path.name in parent.entries:
            raise ExistsError(path, "exists already")
        parent.entries[path.name] = _Directory(self._clock())
        parent.modified = self._clock()

    def make_directories(self, path: PurePosixPath) -> None:
        """See FileTree."""
        node = self.root
        for part in path.parts[1:]:
            child = node.entries.setdefault(part, _Directory(self._clock()))
            if isinstance(child, _File):
                raise NoDirectoryError(path, f"{part} is a file")
            node = child

    def remove_directory(self, path: PurePosixPath) -> None:
        """See FileTree."""
        if self._directory(path).entries:
            raise ExistsError(path, "is not empty")
        self._unlink(path)

    def remove(self, path: PurePosixPath) -> None:
        """See FileTree."""
        self.used -= len(self._file(path).content)
        self._unlink(path)

    def rename(self, source: PurePosixPath, target: PurePosixPath) -> None:
        """See FileTree."""
        node = self._node(source)
        if source == ROOT or (source in target.parents and source != target):
            raise ForbiddenError(source, "cannot be moved into itself")
        parent = self._directory(target.parent)
        there = parent.entries.get(target.name)
        if target == ROOT or isinstance(there, _Directory) or (there and isinstance(node, _Directory)):
            raise ExistsError(target, "exists already")
        if source == target:
            return
        if isinstance(there, _File):
            self.used -= len(there.content)
        self._unlink(source)
        parent.entries[target.name] = node
        parent.modified = self._clock()

    def touch(self, path: PurePosixPath, modified: float) -> None:
        """See FileTree."""
        self._node(path).modified = modified

    def grow(self, path: PurePosixPath, node: _File, data: bytes) -> None:
        """Append to a file for its writer. Raises NoSpaceError."""
        if self.used + len(data) > self.max_bytes:
            raise NoSpaceError(path, f"the tree holds {self.max_bytes} octets at the most")
        node.content.append(data)
        node.modified = self._clock()
        self.used += len(data)

    def snapshot(self) -> object:
        """All directories and files."""
        return _copied(self.root), self.used

    def restore(self, snapshot: object) -> None:
        """Have these directories and files; what is still being written into those of before is refused."""
        assert isinstance(snapshot, tuple)
        root, self.used = snapshot
        self.root = _copied(root)

    def _node(self, path: PurePosixPath) -> _Node:
        node: _Node = self.root
        for part in path.parts[1:]:
            if isinstance(node, _File):
                raise NoDirectoryError(path, "a parent is a file")
            child = node.entries.get(part)
            if child is None:
                raise NotFoundError(path, "no such file or directory")
            node = child
        return node

    def _file(self, path: PurePosixPath) -> _File:
        node = self._node(path)
        if isinstance(node, _Directory):
            raise DirectoryFoundError(path, "is a directory")
        return node

    def _directory(self, path: PurePosixPath) -> _Directory:
        node = self._node(path)
        if isinstance(node, _File):
            raise NoDirectoryError(path, "is not a directory")
        return node

    def _unlink(self, path: PurePosixPath) -> None:
        if path == ROOT:
            raise ForbiddenError(path, "the root cannot be removed")
        parent = self._directory(path.parent)
        del parent.entries[path.name]
        parent.modified = self._clock()


class MemoryReader:
    """Reads a content from a position of its own."""

    def __init__(self, content: Content, offset: int) -> None:
        self._content = content
        self._position = offset

    def read(self, count: int) -> bytes:
        """See Reader."""
        data = self._content.piece(self._position, count)
        self._position += len(data)
        return data

    def close(self) -> None:
        """See Reader."""


class MemoryWriter:
    """Appends to a file of the tree."""

    def __init__(self, tree: MemoryTree, path: PurePosixPath, node: _File) -> None:
        self._tree = tree
        self._root = tree.root
        self._path = path
        self._node = node

    def write(self, data: bytes) -> None:
        """See Writer."""
        if self._tree.root is not self._root:
            raise NotFoundError(self._path, "is there no longer")
        self._tree.grow(self._path, self._node, data)

    def close(self) -> None:
        """See Writer."""


def _info(path: PurePosixPath, node: _Node) -> FileInfo:
    if isinstance(node, _Directory):
        return FileInfo(path, True, 0, node.modified)
    return FileInfo(path, False, len(node.content), node.modified)
