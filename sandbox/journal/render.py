"""The timeline as text: ``C:`` and ``S:`` lines, the form in which RFCs, and our own tests, write dialogues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sandbox.journal.events import Closed, Crashed, Entry, Event, Fact, Opened, Received, Sent, TlsStarted

_VISIBLE = {byte: chr(byte) for byte in range(0x20, 0x7F)} | {
    0x09: "\\t",
    0x0D: "\\r",
    0x0A: "\\n",
    0x5C: "\\\\",
}


def dialogue(entries: Iterable[Entry]) -> str:
    """The wire bytes only, one ``C:`` or ``S:`` line for each line on the wire, whichever way it was cut.

    CRLF is implied. A line that ended otherwise shows it: ``\\n`` for a bare LF, nothing but a trailing ``\\`` for
    bytes without any end. Valid UTF-8 is shown as it is, other bytes as ``\\xNN``.
    """
    return "".join(f"{line}\n" for line in _wire_lines(entries))


def transcript(entries: Iterable[Entry]) -> str:
    """The dialogue of one connection with what else happened to it: peer, TLS, facts, end."""
    lines: list[str] = []
    wire: list[Entry] = []

    def flush() -> None:
        lines.extend(_wire_lines(wire))
        wire.clear()

    for entry in entries:
        if isinstance(entry.event, Received | Sent):
            wire.append(entry)
            continue
        flush()
        lines.append(_remark(entry.event))
    flush()
    return "".join(f"{line}\n" for line in lines)


def _wire_lines(entries: Iterable[Entry]) -> Iterator[str]:
    side, pending = "", bytearray()
    for entry in entries:
        event = entry.event
        if not isinstance(event, Received | Sent):
            continue
        speaker = "C" if isinstance(event, Received) else "S"
        if speaker != side and pending:
            yield _shown(side, bytes(pending))
            pending.clear()
        side = speaker
        pending += event.data
        *complete, rest = bytes(pending).split(b"\n")
        for line in complete:
            yield _shown(side, line + b"\n")
        pending[:] = rest
    if pending:
        yield _shown(side, bytes(pending))


def _shown(side: str, line: bytes) -> str:
    if line == b"\r\n":
        return f"{side}:"
    if line.endswith(b"\r\n"):
        return f"{side}: {_text(line[:-2])}"
    if line.endswith(b"\n"):
        return f"{side}: {_text(line[:-1])}\\n"
    return f"{side}: {_text(line)}\\"


def _text(line: bytes) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_VISIBLE.get(byte, f"\\x{byte:02x}") for byte in line)
    return "".join(
        _VISIBLE.get(ord(char), char) if char.isprintable() else ascii(char)[1:-1] for char in text
    )


def _detail(value: object) -> str:
    """A value as text without line ends and escape sequences: clients choose many of them."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(value))


def _remark(event: Event) -> str:
    match event:
        case Opened():
            return f"# {event.service}: connection {event.connection} from {event.peer} to {event.local}"
        case TlsStarted():
            name = f", SNI {_detail(event.facts.server_name)}" if event.facts.server_name else ""
            return f"# TLS: {event.facts.version}, {event.facts.cipher}{name}"
        case Fact():
            details = ", ".join(f"{key}={_detail(value)}" for key, value in event.details.items())
            return f"# {event.name}: {details}" if details else f"# {event.name}"
        case Crashed():
            return "\n".join(["# internal error:", *(f"#   {line}" for line in event.traceback.splitlines())])
        case Closed():
            return f"# {event.told}: {event.received} octets received, {event.sent} sent"
        case _:
            return f"# {event}"
