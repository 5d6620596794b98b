"""The parts that need no connection: line ends, addresses, timestamps, replies, and what settings refuse."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine import Engine
from sandbox.errors import SettingsError
from sandbox.services.ftp.addresses import parse_eprt, parse_port, pasv_numbers
from sandbox.services.ftp.listing import list_line, parse_timestamp, timestamp, without_options
from sandbox.services.ftp.newlines import Conversion, ToNetwork, ToTree
from sandbox.services.ftp.replies import RefusalError, reply
from sandbox.services.ftp.verbs import ALIASES, BEFORE_LOGIN, SYNTAX, needs_argument
from sandbox.stores.files import FileInfo, normal_path

LINES = st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"bc"]), max_size=12)


def converted(conversion: Conversion, pieces: list[bytes]) -> bytes:
    return b"".join([conversion.convert(piece) for piece in pieces] + [conversion.end()])


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(LINES, st.integers(1, 5))
def test_line_ends_on_the_wire(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    expected = re.sub(rb"(?<!\r)\n", b"\r\n", data)
    assert converted(ToNetwork(), cut(data, size)) == expected


@given(LINES, st.integers(1, 5))
def test_line_ends_in_the_tree(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    assert converted(ToTree(), cut(data, size)) == data.replace(b"\r\n", b"\n")


@given(
    st.text()
    | st.from_regex(r"\|[12]\|[0-9a-f.:]{0,12}\|[0-9]{0,6}\|")
    | st.from_regex(r"([0-9]{0,4},){5}[0-9]{1,4}")
)
def test_addresses_are_parsed_or_refused(text: str) -> None:
    for parse in (parse_port, parse_eprt):
        with suppress(RefusalError):
            host, port = parse(text)
            assert 0 <= port < 65536
            assert ip_address(host)


def test_addresses() -> None:
    assert parse_port("127,0,0,1,4,1") == ("127.0.0.1", 1025)
    assert parse_eprt("|1|127.0.0.1|1025|") == parse_eprt("!1!127.0.0.1!1025!") == ("127.0.0.1", 1025)
    assert parse_eprt("|2|0:0::1|1025|") == ("::1", 1025)
    assert pasv_numbers("127.0.0.1", 1025) == "127,0,0,1,4,1"


def test_timestamps() -> None:
    assert timestamp(0) == "19700101000000"
    assert timestamp(-62135596800) == "00010101000000"
    assert parse_timestamp("19700101000001.5") == 1.5
    assert parse_timestamp("20240229000000") == 1709164800
    for wrong in ("", "2024", "20230229000000", "2024022900000x", "٢٠٢٤٠٢٢٩٠٠٠٠٠٠"):
        assert parse_timestamp(wrong) is None


def test_times_in_listings() -> None:
    info = FileInfo(normal_path("/f"), False, 7, 1709164800)
    day = 86400
    assert (
        list_line(info, "f", info.modified + day)
        == "-rw-r--r--   1 ftp      ftp               7 Feb 29 00:00 f"
    )
    assert list_line(info, "f", info.modified + 200 * day).endswith(" Feb 29  2024 f")
    assert list_line(info, "f", info.modified - day).endswith(" Feb 29  2024 f")


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("-la", ""),
        ("-l -a x", "x"),
        ("-a  x y ", "x y "),
        ("x -a", "x -a"),
        ("-", "-"),
        ("--help", "--help"),
        ("", ""),
    ],
)
def test_options_of_ls(argument: str, path: str) -> None:
    assert without_options(argument) == path


def test_replies() -> None:
    assert reply("200", ["one"]) == b"200 one\r\n"
    assert reply("211", ["one", "two"]) == b"211-one\r\n211 two\r\n"
    assert reply("211", ["one", "211 two", "end"]) == b"211-one\r\n 211 two\r\n211 end\r\n"
    assert reply("250", ["a\r\n221 b\udcff"]) == b"250 a??221 b\xff\r\n"


def test_the_table_of_commands() -> None:
    assert set(ALIASES.values()) <= set(SYNTAX)
    assert set(SYNTAX) >= BEFORE_LOGIN
    assert needs_argument("STOR")
    assert not needs_argument("LIST")
    assert not needs_argument("PWD")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"passive_ports": [3000, 2000]}, "above the last"),
        ({"passive_ports": [0, 2000]}, "any free port"),
        ({"passive_ports": [1]}, "passive_ports"),
        ({"advertised_host": "ftp.example.test"}, "IPv4 address only"),
        ({"advertised_host": "::1"}, "IPv4 address only"),
        ({"read_only": ["pub"]}, "not absolute"),
        ({"banner": "a\r\nb"}, "banner"),
        ({"max_line": 1}, "max_line"),
        ({"anonymos": True}, "anonymous"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Engine.from_mapping({"services": {"ftp": settings}})
