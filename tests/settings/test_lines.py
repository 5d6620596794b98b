"""Keys are found on their lines, however TOML writes them."""

from __future__ import annotations

import pytest

from sandbox.settings.lines import LineMap

TEXT = '''\
plain = 1
dotted.key = 2
"quoted key" = 3

[table]  # with a comment
inner = 4
text = """
inside = 5
"""
after = { a = 1, b = 2 }

[table."www.example.com".deep]
x = 6

[[array]]
n = 7
[[array]]
n = 8
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("plain",), 1),
        (("dotted", "key"), 2),
        (("quoted key",), 3),
        (("table",), 5),
        (("table", "inner"), 6),
        (("table", "text"), 7),
        (("table", "inside"), 5),
        (("table", "after", "b"), 10),
        (("table", "www.example.com", "deep", "x"), 13),
        (("array", 0, "n"), 16),
        (("array", 1, "n"), 18),
        (("table", "missing"), 5),
    ],
)
def test_lines(key: tuple[str | int, ...], line: int) -> None:
    assert LineMap("f.toml", TEXT).where(key) == f"f.toml:{line}"


def test_what_stands_nowhere_has_the_file() -> None:
    assert LineMap("f.toml", TEXT).where(("missing",)) == "f.toml"
