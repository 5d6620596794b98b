"""PNG pictures of an exact size in octets (RFC 2083)."""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK_OVERHEAD = 12  # length, type and check sum


def picture(size: int, *, hue: int = 0, width: int = 256, height: int = 192) -> bytes:
    """A valid picture of exactly ``size`` octets, or as few as it takes; ``hue`` from 0 to 255 colours it.

    ``width`` and ``height`` are in pixels. A private chunk that viewers skip fills the picture up.
    """
    head = _SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    content = _chunk(b"IDAT", zlib.compress(_gradient(hue, width, height)))
    end = _chunk(b"IEND", b"")
    missing = size - len(head) - len(content) - len(end) - _CHUNK_OVERHEAD
    # Ancillary, private and safe to copy, as the cases of the four letters say (§3.3).
    filling = _chunk(b"saNd", bytes(missing)) if missing >= 0 else b""
    return head + content + filling + end


def _gradient(hue: int, width: int, height: int) -> bytes:
    rows = (
        b"\0" + b"".join(bytes((x % 256, (y + hue) % 256, hue)) for x in range(width)) for y in range(height)
    )  # each row begins with its filter, 0 for none
    return b"".join(rows)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
