"""The page about the endpoints knows all of them."""

from __future__ import annotations

from pathlib import Path

from sandbox.services.http.echo.routes import endpoints

PAGE = Path(__file__).parents[4] / "docs/services/http-echo.md"


def rows() -> list[str]:
    """The table as it must stand on the page."""
    return [
        f"| {methods} | `{template.replace('*}', '}')}` | {(handler.__doc__ or '').splitlines()[0]} |"
        for methods, template, handler in endpoints(lambda: 0.0)
    ]


def test_the_table_is_complete() -> None:
    table = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "`/" in line
    ]
    assert table[: len(rows())] == rows(), "the table should be:\n" + "\n".join(rows())
