"""JSON in pieces is what Python's encoder writes in one."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.http.echo.writing import BLOCK, PIECE, blocks, written

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(ANY)
def test_it_is_what_python_writes(value: Any) -> None:
    assert "".join(written(value)) == json.dumps(value, indent=2, sort_keys=True)


def test_long_texts_are_written_in_slices() -> None:
    value = {"data": "\U0001f40d\x01é" * PIECE}
    pieces = [*written(value)]
    assert "".join(pieces) == json.dumps(value, indent=2, sort_keys=True)
    assert max(map(len, pieces)) <= 12 * PIECE, "twelve characters for one beyond the first plane"


def test_pieces_are_put_together_to_blocks() -> None:
    made = [*blocks(iter(["x" * 1000] * 200))]
    assert b"".join(made) == b"x" * 200_000 + b"\n"
    assert len(made) == 4
    assert all(len(block) >= BLOCK for block in made[:-1])
    assert [*blocks(["short"])] == [b"short\n"]
