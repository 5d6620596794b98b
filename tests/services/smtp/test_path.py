from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.smtp.path import PathError, parse_path


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<ann@example.test>", "ann@example.test"),
        ("< ann@example.test >", "ann@example.test"),
        ("ann@example.test", "ann@example.test"),
        ("<>", ""),
        ("<postmaster>", "postmaster"),
        ("<@a.test,@b.test:ann@example.test>", "ann@example.test"),
        ('<"ann >@ bob"@example.test>', '"ann >@ bob"@example.test'),
        (r'<"a\"b"@example.test>', r'"a\"b"@example.test'),
        ("<анна@пример.test>", "анна@пример.test"),
        ("<ann@[127.0.0.1]>", "ann@[127.0.0.1]"),
        ("<ann+tag=x@example.test>", "ann+tag=x@example.test"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert parse_path(text) == (address, {})


def test_parameters_by_upper_case_name() -> None:
    path = parse_path("<ann@example.test> size=270 SMTPUTF8 auth=<> RET=")
    assert path.parameters == {"SIZE": "270", "SMTPUTF8": "", "AUTH": "<>", "RET": ""}
    assert parse_path("ann@example.test SIZE=1").parameters == {"SIZE": "1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<ann@example.test",
        "<ann bob@example.test>",
        "<ann\x00@example.test>",
        "<ann\r@example.test>",
        "<\ufffd@example.test>",
        "<@example.test>",
        "<ann@>",
        '<"ann@example.test>',
        "<a<b@example.test>",
        "<ann@bob@example.test>",
        '<ann@"example".test>',
        "<" + "a" * 1000 + "@example.test>",
        "@a.test:",
    ],
    ids=lambda text: text[:30],
)
def test_no_address(text: str) -> None:
    with pytest.raises(PathError):
        parse_path(text)


@given(st.text())
def test_any_text_is_a_path_or_an_error_and_never_unprintable(text: str) -> None:
    try:
        address = parse_path(text).address
    except PathError:
        return
    assert not any(char < " " or char == "\x7f" for char in address)
