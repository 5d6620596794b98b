"""Whether a request for a shared file shall be carried out: the conditions of RFC 9110 §13.

Files have a time of change and no entity tag, so no tag that a client names is theirs; ``*`` stands for any file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime


def verdict(method: str, headers: Mapping[str, str], modified: float | None) -> int | None:
    """304 or 412 where a condition says so, else None; ``modified`` is the time of change, None without a file."""
    exists = modified is not None
    if "If-Match" in headers:
        if not (exists and headers["If-Match"].strip() == "*"):
            return 412
    elif modified is not None and _later(modified, headers.get("If-Unmodified-Since")):
        return 412
    is_read = method in ("GET", "HEAD")
    if "If-None-Match" in headers:
        if exists and headers["If-None-Match"].strip() == "*":
            return 304 if is_read else 412
    elif is_read and modified is not None and _later(modified, headers.get("If-Modified-Since")) is False:
        return 304
    return None


def _later(modified: float, field: str | None) -> bool | None:
    """Whether a file has changed after the time of a field; None if that is no time, and the field is ignored.

    A time without a zone is in UTC: that of asctime, which RFC 9110 §5.6.7 wants to be understood.
    """
    try:
        since = parsedate_to_datetime(field or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return int(modified) > (since if since.tzinfo else since.replace(tzinfo=UTC)).timestamp()
