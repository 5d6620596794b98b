"""The file tree shared by FTP and HTTP: in memory, or a real directory."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from sandbox.stores.files.directory import DirectoryTree
from sandbox.stores.files.memory import MemoryTree
from sandbox.stores.files.samples import add_home_samples, add_samples
from sandbox.stores.files.tree import (
    ENCODING,
    ERRORS,
    ROOT,
    DirectoryFoundError,
    ExistsError,
    FileInfo,
    FileStoreError,
    FileTree,
    ForbiddenError,
    NoDirectoryError,
    NoSpaceError,
    NotFoundError,
    Reader,
    Writer,
    normal_path,
    printable,
)

__all__ = [
    "ENCODING",
    "ERRORS",
    "ROOT",
    "DirectoryFoundError",
    "DirectoryTree",
    "ExistsError",
    "FileInfo",
    "FileStoreError",
    "FileTree",
    "ForbiddenError",
    "MemoryTree",
    "NoDirectoryError",
    "NoSpaceError",
    "NotFoundError",
    "Reader",
    "Writer",
    "home_of",
    "normal_path",
    "open_tree",
    "printable",
]


def open_tree(
    directory: Path | None,
    *,
    clock: Callable[[], float] = time.time,
    samples: bool = False,
    max_bytes: int = 2**28,
) -> FileTree:
    """The tree the configuration asks for; samples are put into a tree in memory only."""
    if directory is not None:
        return DirectoryTree(directory)
    tree = MemoryTree(clock=clock, max_bytes=max_bytes, home_samples=samples)
    if samples:
        add_samples(tree)
    return tree


def home_of(tree: FileTree, user: str) -> PurePosixPath:
    """The home directory of a user, ``/home/<user>``; made, with its samples, when first asked for."""
    name = "".join(char if char.isprintable() and char != "/" else "_" for char in user.lower())
    home = ROOT / "home" / (name if name not in ("", ".", "..") else "_")
    try:
        tree.stat(home)
    except NotFoundError:
        tree.make_directories(home)
        if isinstance(tree, MemoryTree) and tree.home_samples:
            add_home_samples(tree, home)
    return home
