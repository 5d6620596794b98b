"""The files a tree in memory starts with, and those of a new home."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.stores.files.tree import FileTree

_FILES = {
    "/readme.txt": "This tree is shared: what FTP stores here, HTTP serves.\n",
    "/pub/hello.txt": "Hello, world!\n",
    "/pub/привет.txt": "Привет, мир!\n",
    "/pub/numbers.csv": "n,square\n" + "".join(f"{n},{n * n}\n" for n in range(1, 101)),
}

_HOME_FILE = "Files you store here by FTP are served by HTTP.\n"


def add_samples(tree: FileTree) -> None:
    """Fill an empty tree."""
    for path, text in _FILES.items():
        _store(tree, PurePosixPath(path), text)


def add_home_samples(tree: FileTree, home: PurePosixPath) -> None:
    """Fill a new home."""
    _store(tree, home / "welcome.txt", _HOME_FILE)


def _store(tree: FileTree, path: PurePosixPath, text: str) -> None:
    tree.make_directories(path.parent)
    writer = tree.write(path)
    writer.write(text.encode())
    writer.close()
