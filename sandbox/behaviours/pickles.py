"""Pickles from strangers: where one ends, and what stands in it. Nothing is imported, nothing is constructed.

Protocols 0 to 5. A pickle is a program for a small stack machine; two of its instructions name a class or function
and call it. Here every such name becomes a :class:`Record`, which only remembers how it was called.
"""

from __future__ import annotations

import io
import pickle
import re
from pickletools import (
    TAKEN_FROM_ARGUMENT1,
    TAKEN_FROM_ARGUMENT4,
    TAKEN_FROM_ARGUMENT4U,
    TAKEN_FROM_ARGUMENT8U,
    UP_TO_NEWLINE,
    opcodes,
)
from typing import Any

MOST_CLASSES = 100  # in one pickle

# Protocol 2 and later say so in their first octet. The older ones are known by how lists, dictionaries, strings,
# tuples of strings and objects begin.
_HEAD = re.compile(
    rb"\x80[\x02-\x05]|\x80\Z|[(][ld]p\d+\n|[\]}]q\x00|c(?:copy_?reg|__builtin__|builtins|__main__)\n"
    rb"|[(]?V[^\n]*\np\d+\n|[(]?X..\x00\x00",
    re.DOTALL,
)

_ARGUMENTS = {ord(opcode.code): 0 if opcode.arg is None else opcode.arg.n for opcode in opcodes}
_TWO_LINES = {
    ord(opcode.code) for opcode in opcodes if opcode.arg and opcode.arg.name == "stringnl_noescape_pair"
}
_COUNTS = {
    TAKEN_FROM_ARGUMENT1: 1,
    TAKEN_FROM_ARGUMENT4: 4,
    TAKEN_FROM_ARGUMENT4U: 4,
    TAKEN_FROM_ARGUMENT8U: 8,
}
_STOP = ord(".")
_PUT, _LONG_BINPUT = ord("p"), ord("r")


class BadPickleError(ValueError):
    """Not a pickle, or one that no honest pickler writes."""


def is_pickle(data: bytes | bytearray) -> bool:
    """Whether ``data`` begins as a pickle does."""
    return _HEAD.match(data) is not None


def protocol_of(data: bytes) -> int:
    """The protocol a pickle is written in; 0 and 1 are told apart by their strings."""
    if data[:1] == b"\x80":
        return min(data[1], pickle.HIGHEST_PROTOCOL) if len(data) > 1 else pickle.DEFAULT_PROTOCOL
    return 0 if re.match(rb"[(][ld]p|[(]?V|c\w+\n\w+\np", data) else 1


class Scanner:
    """Finds the end of a pickle while it still arrives; looks at every octet once."""

    def __init__(self) -> None:
        self._at = 0

    def end(self, data: bytes | bytearray) -> int | None:
        """The length of the pickle at the beginning of ``data``, or None while it is not complete.

        ``data`` may have grown since the last call, not changed. Raises BadPickleError.
        """
        while self._at < len(data):
            opcode = data[self._at]
            if opcode not in _ARGUMENTS:
                raise BadPickleError(f"there is no pickle opcode {opcode:#04x}")
            after = self._after(data, opcode)
            if after is None:
                return None
            self._at = after
            if opcode == _STOP:
                return after
        return None

    def _after(self, data: bytes | bytearray, opcode: int) -> int | None:
        """Where the next opcode stands, if all of this one is there."""
        start, size = self._at + 1, _ARGUMENTS[opcode]
        if size == UP_TO_NEWLINE:
            after = data.find(b"\n", start) + 1
            if after and opcode in _TWO_LINES:
                after = data.find(b"\n", after) + 1
        elif size in _COUNTS:
            width = _COUNTS[size]
            if start + width > len(data):
                return None
            after = start + width + int.from_bytes(data[start : start + width], "little")
        else:
            after = start + size
        if not start <= after <= len(data):
            return None
        _check_memo(opcode, bytes(data[start:after]) if opcode in (_PUT, _LONG_BINPUT) else b"", start)
        return after


def _check_memo(opcode: int, argument: bytes, position: int) -> None:
    """The unpickler makes room for as many memos as the highest number asks for: it could ask for gigabytes."""
    if opcode == _LONG_BINPUT:
        number = int.from_bytes(argument, "little")
    elif opcode == _PUT and argument.strip().isdigit() and len(argument) < 20:
        number = int(argument)
    elif opcode == _PUT:
        raise BadPickleError("a memo has no number")
    else:
        return
    if number > position:
        raise BadPickleError(f"memo {number} in a pickle of so few instructions")


def read(data: bytes) -> Any:
    """The lists, dictionaries, strings and numbers of one pickle, with a Record for each object.

    Raises BadPickleError.
    """
    if Scanner().end(data) != len(data):
        raise BadPickleError("the pickle is not complete")
    try:
        return _Unpickler(data).load()
    except Exception as error:  # a hostile pickle can provoke any of them
        raise BadPickleError(str(error) or type(error).__name__) from error


class Record:
    """What an object in a pickle was to be: the name of its class, and what it was to be made from."""

    module = ""
    arguments: tuple[Any, ...] = ()
    state: Any = None

    def __new__(cls, *arguments: Any, **named: Any) -> Record:
        made = super().__new__(cls)
        made.arguments = arguments
        made.state = named or None
        return made

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Everything is done; ``object`` would refuse the arguments."""

    def __setstate__(self, state: Any) -> None:
        self.state = state

    @property
    def name(self) -> str:
        """The name of the class."""
        return type(self).__name__

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes by name; what has no name, as the items of a named tuple, is numbered."""
        # The state of an object with __slots__ is a pair: its __dict__ or None, and the slots.
        states = self.state if isinstance(self.state, tuple) else (self.state,)
        found = {str(index): value for index, value in enumerate(self.arguments)}
        for state in states:
            if isinstance(state, dict):
                found |= {str(key): value for key, value in state.items()}
        return found


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self._classes: dict[tuple[str, str], type[Record]] = {}

    def find_class(self, module: str, name: str) -> type[Record]:
        """A new class for each name, where pickle would import the module."""
        if (module, name) not in self._classes:
            if len(self._classes) == MOST_CLASSES:
                raise BadPickleError("the pickle names too many classes")
            reconstructs = module in ("copyreg", "copy_reg") and name == "_reconstructor"
            base = _Reconstruction if reconstructs else Record
            self._classes[module, name] = type(name.rpartition(".")[2], (base,), {"module": module})
        return self._classes[module, name]


class _Reconstruction(Record):
    """Calling it makes the object that is its first argument: so protocols 0 and 1 write objects."""

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        match arguments:
            case (type() as wanted, *_) if issubclass(wanted, Record):
                return Record.__new__(wanted)
        return super().__new__(cls, *arguments, **named)
