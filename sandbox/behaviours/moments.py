"""The time as clients want it: by a format of strftime, as RFC 867 writes it, or in the four octets of RFC 868."""

from __future__ import annotations

from datetime import UTC, datetime

RFC868 = "rfc868"

_FROM_1900_TO_1970 = 2_208_988_800  # seconds (RFC 868)


def moment(seconds: float, form: str) -> bytes:
    """The time ``seconds`` after the epoch: local, in a format of strftime, or binary for ``rfc868``.

    Raises ValueError for a format that the platform refuses.
    """
    if form == RFC868:
        return (int(seconds + _FROM_1900_TO_1970) % (1 << 32)).to_bytes(4)
    return _local(seconds).strftime(form).encode("utf-8", "surrogateescape")


def daytime(seconds: float) -> bytes:
    """One line for people, as the example of RFC 867: ``Tuesday, February 22, 1982 17:37:43-PST``."""
    now = _local(seconds)
    return f"{now:%A, %B} {now.day}, {now:%Y %H:%M:%S-%Z}\r\n".encode()


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()
