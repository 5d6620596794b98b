"""A picture made on the spot, for lessons that send a file and need one."""

from __future__ import annotations

import struct
import zlib
from functools import cache

WIDTH, HEIGHT = 442, 441


@cache
def picture() -> bytes:
    """A PNG of about 585 kB: red grows to the right, green downwards. It is stored, not compressed, for its size."""
    ramp = bytes(255 * x // (WIDTH - 1) for x in range(WIDTH))
    rows = bytearray()
    for y in range(HEIGHT):
        row = bytearray(1 + 3 * WIDTH)  # filter type 0, then red, green and blue for each pixel
        row[1::3] = ramp
        row[2::3] = bytes([255 * y // (HEIGHT - 1)]) * WIDTH
        row[3::3] = bytes([128]) * WIDTH
        rows += row
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, level=0)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
