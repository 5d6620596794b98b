"""Blocks read like one run of octets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.stores.files.content import LARGE, SMALL, Content

SIZES = st.lists(st.integers(0, 3 * SMALL), max_size=8)


def content_of(sizes: list[int]) -> tuple[Content, bytes]:
    content, whole = Content(), b""
    for number, size in enumerate(sizes):
        data = bytes([number + 1]) * size
        content.append(data)
        whole += data
    return content, whole


@given(SIZES, st.integers(0, 8 * 3 * SMALL), st.integers(0, 8 * 3 * SMALL))
def test_any_part(sizes: list[int], offset: int, count: int) -> None:
    content, whole = content_of(sizes)
    assert len(content) == len(whole)
    assert content.read(offset, count) == whole[offset : offset + count]


@given(st.lists(st.integers(0, 2 * LARGE), max_size=5), st.integers(1, LARGE * 2))
def test_piece_by_piece(sizes: list[int], count: int) -> None:
    content, whole = content_of(sizes)
    read = bytearray()
    while piece := content.piece(len(read), count):
        assert len(piece) <= count
        read += piece
    assert read == whole


@given(SIZES, st.integers(0, 8 * 3 * SMALL))
def test_a_cut_is_a_content_of_its_own(sizes: list[int], size: int) -> None:
    content, whole = content_of(sizes)
    cut = content.cut(size)
    cut.append(b"end")
    assert cut.read(0, 1 << 20) == whole[:size] + b"end"
    assert content.read(0, 1 << 20) == whole


def test_single_octets_are_joined() -> None:
    content = Content()
    for _ in range(10 * SMALL):
        content.append(b"x")
    assert len(content._blocks) == 10
