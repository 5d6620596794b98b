"""Pickles of every protocol are read, and no pickle is obeyed."""

from __future__ import annotations

import collections
import copyreg
import datetime
import os
import pickle
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.behaviours import pickles
from sandbox.behaviours.pickles import BadPickleError, Record, Scanner

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)

simple = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


class User:
    def __init__(self, name: str, age: int) -> None:
        self.name = name
        self.age = age


@dataclass
class Slotted:
    __slots__ = ("age", "name")
    name: str
    age: int


class Point(collections.namedtuple("Point", "x y")):
    pass


@given(simple, st.sampled_from(PROTOCOLS))
def test_what_json_can_say_is_read_as_it_is(value: Any, protocol: int) -> None:
    assert pickles.read(pickle.dumps(value, protocol)) == value


@given(simple, st.sampled_from(PROTOCOLS), st.binary(max_size=3))
def test_the_end_is_found_at_every_cut(value: Any, protocol: int, after: bytes) -> None:
    data = pickle.dumps(value, protocol)
    scanner, buffer = Scanner(), bytearray()
    for octet in data[:-1]:
        buffer.append(octet)
        assert scanner.end(buffer) is None
    buffer += data[-1:] + after
    assert scanner.end(buffer) == len(data)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "value", [["a", "b"], ("a", "b"), {"a": "b"}, {"a"}, "word", User("Ann", 30), [], {}, ["a"] * 300]
)
def test_pickles_are_known_by_their_beginning(value: Any, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    data = data.replace(__name__.encode(), b"__main__")
    if data == b"(t.":  # pragma: no cover
        return
    assert pickles.is_pickle(data)
    if value not in ([], {}):
        assert pickles.protocol_of(data) == protocol


@pytest.mark.parametrize(
    "text", ["hello", "(left, right)", "Very good.\n", "cat\ndog\n", "]", "c\nd\n", "(lp", "Xylophone", "{}"]
)
def test_text_is_no_pickle(text: str) -> None:
    assert not pickles.is_pickle(text.encode())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_object_is_its_class_name_and_attributes(protocol: int) -> None:
    record = pickles.read(pickle.dumps(User("Анна", 30), protocol))
    assert isinstance(record, Record)
    assert (record.name, record.module) == ("User", __name__)
    assert record.attributes == {"name": "Анна", "age": 30}


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_slots_and_arguments(protocol: int) -> None:
    assert pickles.read(pickle.dumps(Slotted("Ann", 30), protocol)).attributes == {"name": "Ann", "age": 30}
    assert pickles.read(pickle.dumps(Point(1, 2), protocol)).attributes == {"0": 1, "1": 2}
    assert pickles.read(pickle.dumps(datetime.date(2024, 2, 29), protocol)).name == "date"


class Exploit:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self.order = function, arguments

    def __reduce__(self) -> Any:
        return self.order


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_is_executed(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "executed"
    for exploit in (
        Exploit(os.system, f"touch {mark}"),
        Exploit(eval, f"open({str(mark)!r}, 'w').close()"),
        Exploit(copyreg._reconstructor, Path, object, None),  # type: ignore[attr-defined]
    ):
        pickles.read(pickle.dumps(exploit, protocol))
    assert not mark.exists()


def test_nothing_is_imported() -> None:
    name = "antigravity"  # opens a web browser when it is imported
    assert pickles.read(b"\x80\x02c" + name.encode() + b"\nfly\n)R.").module == name
    assert name not in sys.modules


def test_extension_codes_and_persistent_identifiers_are_refused() -> None:
    copyreg.add_extension("os", "system", 250)
    try:
        pickles.read(b"\x80\x02\x82\xfa.")
        assert pickles.read(b"\x80\x02\x82\xfa(X\x01\x00\x00\x00atR.").name == "system"
    finally:
        copyreg.remove_extension("os", "system", 250)
    with pytest.raises(BadPickleError):
        pickles.read(b"\x80\x02X\x01\x00\x00\x00aQ.")


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04Nr\xff\xff\xff\xff.",  # LONG_BINPUT: would make room for 2**32 memos
        b"Np99999999999\n.",
        b"Np" + b"9" * 40 + b"\n.",
        b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",  # BYTEARRAY8 of 2**63 octets
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff.",
        b"\x80\x02J.",
        b"\x80\x02\xff.",
        b"\x80\x02.",
        b"\x80\x02K\x01K\x02R.",
        b"\x80\x02]]b.",
        b"\x80\x02(((((e.",
        b"",
        b"\x80\x02}(]K\x01u.",  # a list as a key
        b"\x80\x02" + b"".join(b"ca\nc%d\n" % number for number in range(200)) + b".",
    ],
)
def test_hostile_pickles_are_refused(data: bytes) -> None:
    with pytest.raises(BadPickleError):
        pickles.read(data)


@pytest.mark.parametrize("put", [b"r\x80\x96\x98\x00", b"p10000000\n"])
def test_memos_that_would_make_much_room_are_refused(put: bytes) -> None:
    with pytest.raises(BadPickleError, match="memo 10000000"):
        pickles.read(b"\x80\x02N" + put + b".")


def test_a_hostile_pickle_leaves_nothing_behind() -> None:
    """BUILD sets attributes; what it can reach lives as long as the message."""
    spoil = b"N}X\x04\x00\x00\x00nameX\x05\x00\x00\x00spoils\x86b."
    with pytest.raises(BadPickleError):
        pickles.read(b"\x80\x02c__main__\nUser\n" + spoil)
    assert pickles.read(b"\x80\x02c__main__\nUser\n)\x81" + spoil).attributes == {"name": "spoil"}
    assert pickles.read(pickle.dumps(User("Ann", 1))).name == "User"


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    for message in (data, b"\x80\x04" + data, b"\x80\x04" + data + b"."):
        try:
            pickles.read(message)
        except BadPickleError:
            continue
