"""Both kinds of tree answer alike."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.stores.files import (
    DirectoryFoundError,
    DirectoryTree,
    ExistsError,
    FileStoreError,
    FileTree,
    ForbiddenError,
    MemoryTree,
    NoDirectoryError,
    NoSpaceError,
    NotFoundError,
    home_of,
    normal_path,
    open_tree,
)

P = PurePosixPath


@pytest.fixture(params=["memory", "directory"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> FileTree:
    return MemoryTree() if request.param == "memory" else DirectoryTree(tmp_path)


def put(tree: FileTree, path: str, data: bytes, offset: int | None = 0) -> None:
    writer = tree.write(P(path), offset=offset)
    writer.write(data)
    writer.close()


def get(tree: FileTree, path: str, offset: int = 0) -> bytes:
    reader = tree.read(P(path), offset)
    data = reader.read(1 << 20)
    assert reader.read(1) == b""
    reader.close()
    return data


def test_write_read_stat(tree: FileTree) -> None:
    put(tree, "/a.txt", b"hello")
    assert get(tree, "/a.txt") == b"hello"
    assert get(tree, "/a.txt", 3) == b"lo"
    assert get(tree, "/a.txt", 9) == b""
    info = tree.stat(P("/a.txt"))
    assert (info.name, info.size, info.is_directory) == ("a.txt", 5, False)
    assert tree.stat(P("/")).is_directory


def test_offsets(tree: FileTree) -> None:
    put(tree, "/a", b"0123456789")
    put(tree, "/a", b"xy", offset=4)
    assert get(tree, "/a") == b"0123xy"
    put(tree, "/a", b"!", offset=None)
    assert get(tree, "/a") == b"0123xy!"
    put(tree, "/a", b"new")
    assert get(tree, "/a") == b"new"
    put(tree, "/b", b"fresh", offset=None)
    assert get(tree, "/b") == b"fresh"


def test_what_is_written_is_seen_at_once(tree: FileTree) -> None:
    writer = tree.write(P("/a"))
    writer.write(b"half")
    assert get(tree, "/a") == b"half"
    writer.close()


def test_directories(tree: FileTree) -> None:
    tree.make_directory(P("/d"))
    tree.make_directories(P("/d/e/f"))
    tree.make_directories(P("/d/e/f"))
    put(tree, "/d/a", b"1")
    assert [(info.name, info.is_directory) for info in tree.list(P("/d"))] == [("a", False), ("e", True)]
    tree.remove_directory(P("/d/e/f"))
    tree.remove(P("/d/a"))
    assert [info.name for info in tree.list(P("/d"))] == ["e"]


def test_rename_moves_whole_directories(tree: FileTree) -> None:
    tree.make_directories(P("/a/b"))
    put(tree, "/a/b/c", b"1")
    tree.rename(P("/a"), P("/z"))
    assert get(tree, "/z/b/c") == b"1"
    put(tree, "/one", b"1")
    put(tree, "/two", b"22")
    tree.rename(P("/one"), P("/two"))
    assert get(tree, "/two") == b"1"


def test_touch(tree: FileTree) -> None:
    put(tree, "/a", b"")
    tree.touch(P("/a"), 12345.0)
    assert tree.stat(P("/a")).modified == 12345.0


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (NotFoundError, lambda tree: tree.stat(P("/none"))),
        (NotFoundError, lambda tree: tree.read(P("/none"))),
        (NotFoundError, lambda tree: tree.write(P("/none/a"))),
        (NotFoundError, lambda tree: tree.remove(P("/none"))),
        (NotFoundError, lambda tree: tree.rename(P("/none"), P("/x"))),
        (NotFoundError, lambda tree: tree.make_directory(P("/none/x"))),
        (DirectoryFoundError, lambda tree: tree.read(P("/dir"))),
        (DirectoryFoundError, lambda tree: tree.write(P("/dir"))),
        (DirectoryFoundError, lambda tree: tree.remove(P("/dir"))),
        (NoDirectoryError, lambda tree: tree.list(P("/file"))),
        (NoDirectoryError, lambda tree: tree.stat(P("/file/below"))),
        (NoDirectoryError, lambda tree: tree.remove_directory(P("/file"))),
        (ExistsError, lambda tree: tree.make_directory(P("/dir"))),
        (ExistsError, lambda tree: tree.make_directory(P("/file"))),
        (ExistsError, lambda tree: tree.remove_directory(P("/dir"))),
        (ExistsError, lambda tree: tree.rename(P("/file"), P("/dir"))),
        (ForbiddenError, lambda tree: tree.rename(P("/"), P("/x"))),
        (ForbiddenError, lambda tree: tree.rename(P("/dir"), P("/dir/inner/x"))),
        (FileStoreError, lambda tree: tree.remove_directory(P("/"))),
    ],
)
def test_refusals(tree: FileTree, kind: type[Exception], action: Callable[[FileTree], object]) -> None:
    tree.make_directories(P("/dir/inner"))
    put(tree, "/file", b"1")
    with pytest.raises(kind):
        action(tree)
    assert get(tree, "/file") == b"1"


def test_a_full_tree_refuses_and_keeps() -> None:
    tree = MemoryTree(max_bytes=10)
    put(tree, "/a", b"12345678")
    with pytest.raises(NoSpaceError):
        put(tree, "/b", b"123")
    assert get(tree, "/a") == b"12345678"
    tree.remove(P("/a"))
    put(tree, "/b", b"1234567890")
    assert tree.used == 10


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.binary(max_size=9), st.sampled_from([0, 2, None, "rm", "mv"]))
    )
)
def test_the_space_used_is_the_space_held(steps: list[tuple[str, bytes, object]]) -> None:
    tree = MemoryTree()
    for name, data, how in steps:
        try:
            if how == "rm":
                tree.remove(P("/", name))
            elif how == "mv":
                tree.rename(P("/", name), P("/a"))
            else:
                put(tree, f"/{name}", data, how)  # type: ignore[arg-type]
        except NotFoundError:
            pass
    assert tree.used == sum(info.size for info in tree.list(P("/")))


def test_a_reader_keeps_what_it_began_with() -> None:
    tree = MemoryTree()
    put(tree, "/a", b"old content")
    reader = tree.read(P("/a"))
    assert reader.read(4) == b"old "
    put(tree, "/a", b"new")
    assert reader.read(100) == b"content"


def test_links_that_lead_outside_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    base = tmp_path / "base"
    base.mkdir()
    (base / "link").symlink_to(tmp_path / "secret")
    tree = DirectoryTree(base)
    with pytest.raises(ForbiddenError):
        tree.read(P("/link"))
    assert tree.list(P("/")) == []


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # opening one waits for its other end
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "file").write_text("x")
    tree = DirectoryTree(tmp_path)
    for name in ("/pipe", "/loop"):
        for action in (tree.stat, tree.read, tree.write):
            with pytest.raises(ForbiddenError):
                action(P(name))
    assert [info.name for info in tree.list(P("/"))] == ["file"]
    tree.remove(P("/loop"))
    assert not (tmp_path / "loop").is_symlink()


def test_samples_and_homes() -> None:
    tree = open_tree(None, samples=True)
    assert get(tree, "/pub/hello.txt") == b"Hello, world!\n"
    assert home_of(tree, "Ann") == P("/home/ann")
    assert get(tree, "/home/ann/welcome.txt")
    tree.remove(P("/home/ann/welcome.txt"))
    home_of(tree, "ann")
    assert tree.list(P("/home/ann")) == []


@pytest.mark.parametrize(("user", "home"), [("../x", "/home/.._x"), ("..", "/home/_"), ("", "/home/_")])
def test_homes_stay_below_home(user: str, home: str) -> None:
    assert home_of(MemoryTree(), user) == P(home)


@pytest.mark.parametrize(
    ("path", "start", "wanted"),
    [
        ("a/b", "/x", "/x/a/b"),
        ("/a/./b/../c", "/x", "/a/c"),
        ("../../..", "/x", "/"),
        ("", "/x", "/x"),
        ("//a", "/x", "/a"),
    ],
)
def test_normal_path(path: str, start: str, wanted: str) -> None:
    assert normal_path(path, P(start)) == P(wanted)
