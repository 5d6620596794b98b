"""Dialogue tests: a core is played like a scene of ``C:`` and ``S:`` lines, at several chunk sizes.

    play(make_core, '''
        S: +OK ready
        C: QUIT
        S: +OK bye
        S: <close>
    ''')

Each line stands for itself and CRLF. On the server's side ``...`` matches the rest of a line, ``<close>``, ``<reset>``
and ``<starttls>`` are actions; after ``<starttls>`` the handshake is taken as done. On the client's side ``<eof>``,
``<timer>``, ``<poke>`` and ``<idle>`` are events. A trailing backslash suppresses the CRLF, and ``\\xNN``, ``\\r``,
``\\n`` escapes are understood.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator

from sandbox.sansio import Actions, Close, Core, Send, SetTimer, StartTls

CHUNKS = (1, 3, 7, 1 << 20)

_EVENTS = {"<eof>": "eof", "<timer>": "timer", "<poke>": "poke", "<idle>": "idle", "<drained>": "drained"}


def play(make_core: Callable[[], Core], script: str, chunks: tuple[int, ...] = CHUNKS) -> None:
    """Play the whole scene once for each chunk size, each with a new core."""
    for size in chunks:
        _Scene(make_core(), size).play(script)


class _Scene:
    def __init__(self, core: Core, size: int) -> None:
        self.core = core
        self.size = size
        self.output: list[str] = []
        self.rest = b""
        self.seen: list[str] = []
        self.over = False

    def play(self, script: str) -> None:
        self.perform(self.core.opened())
        for side, text in _lines(script):
            self.seen.append(f"{side}: {text}")
            if side == "S":
                self.expect(text)
            else:
                self.say(text)
        self.flush()
        assert not self.output, self.story(f"unexpected: {self.output}")

    def say(self, text: str) -> None:
        if text in _EVENTS:
            self.perform(getattr(self.core, _EVENTS[text])())
            return
        data = unescaped(text)
        for start in range(0, len(data), self.size):
            if self.over:
                return
            self.perform(self.core.receive(data[start : start + self.size]))

    def perform(self, actions: Actions) -> None:
        for action in actions:
            match action:
                case Send():
                    self.rest += action.data
                    self.split()
                case StartTls():
                    self.flush()
                    self.output.append("<starttls>")
                    self.perform(self.core.tls_started())
                case Close():
                    self.flush()
                    self.output.append("<reset>" if action.reset else "<close>")
                    self.over = True
                case SetTimer():
                    pass

    def split(self) -> None:
        *lines, self.rest = self.rest.split(b"\r\n")
        self.output.extend(_shown(line) for line in lines)

    def expect(self, wanted: str) -> None:
        if not self.output:
            self.flush()
        assert self.output, self.story(f"nothing came where {wanted!r} was expected")
        got = self.output.pop(0)
        assert _matches(wanted, got), self.story(f"got      {got!r}\nexpected {wanted!r}")

    def flush(self) -> None:
        if self.rest:
            self.output.append(_shown(self.rest) + "\\")
            self.rest = b""

    def story(self, trouble: str) -> str:
        return (
            f"at chunk size {self.size}, after\n" + "\n".join(self.seen) + f"\n{trouble}\nleft: {self.output}"
        )


def unescaped(text: str) -> bytes:
    """The bytes of a client's line."""
    end = b"\r\n"
    if text.endswith("\\") and not text.endswith("\\\\"):
        text, end = text[:-1], b""
    raw = text.encode()

    def replaced(found: re.Match[bytes]) -> bytes:
        escape = found[1]
        return (
            bytes([int(escape[1:], 16)])
            if escape[:1] == b"x"
            else {b"r": b"\r", b"n": b"\n", b"\\": b"\\"}[escape]
        )

    return re.sub(rb"\\(x[0-9a-fA-F]{2}|r|n|\\)", replaced, raw) + end


def _shown(line: bytes) -> str:
    try:
        return line.decode().replace("\n", "\\n").replace("\r", "\\r")
    except UnicodeDecodeError:
        return "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in line)


def _matches(wanted: str, got: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in wanted.split("..."))
    return re.fullmatch(pattern, got, re.DOTALL) is not None


def _lines(script: str) -> Iterator[tuple[str, str]]:
    for line in textwrap.dedent(script).strip("\n").splitlines():
        if line.strip():
            side, _, text = line.partition(":")
            assert side in ("C", "S"), f"a line starts with C: or S:, not {line!r}"
            yield side, text.removeprefix(" ")
