"""What LIST, NLST and MLSD tell of the tree: lines as ``ls -l`` writes them, names, and facts (RFC 3659 §7)."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Iterable, Sequence

from sandbox.stores.files import ENCODING, ERRORS, FileInfo

#: The facts MLST can tell, in the order in which they are told.
FACTS = ("type", "size", "modify", "perm")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HALF_A_YEAR = 182 * 86400
_TIMESTAMP = re.compile(r"\d{14}(\.\d+)?", re.ASCII)
# Option letters of ls that clients put before the path: wget, gvfs and file managers do.
_OPTIONS = re.compile(r"-[A-Za-z1]+(?: +|$)")


def without_options(argument: str) -> str:
    """The path of LIST or NLST behind what looks like the options of ls."""
    while found := _OPTIONS.match(argument):
        argument = argument[found.end() :]
    return argument


def list_line(info: FileInfo, name: str, now: float) -> str:
    """One entry in the form of ``ls -l``, with times in UTC; ``now`` in seconds since the epoch."""
    mode = "drwxr-xr-x" if info.is_directory else "-rw-r--r--"
    return f"{mode}   1 ftp      ftp      {info.size:>10} {_list_time(info.modified, now)} {name}"


def facts_line(info: FileInfo, name: str, facts: Sequence[str]) -> str:
    """One entry in the form of MLSD; without any facts the name stands behind a blank alone."""
    known = {
        "type": "dir" if info.is_directory else "file",
        "size": None if info.is_directory else str(info.size),
        "modify": timestamp(info.modified),
        "perm": "cdeflmp" if info.is_directory else "adfrw",
    }
    told = "".join(f"{fact}={known[fact]};" for fact in facts if known[fact] is not None)
    return f"{told} {name}"


def lines(texts: Iterable[str]) -> bytes:
    """The lines of a listing as they are sent; a line end within a name cannot pass for one."""
    return "".join(f"{text.translate(_LINE_ENDS)}\r\n" for text in texts).encode(ENCODING, ERRORS)


def timestamp(seconds: float) -> str:
    """A time as MDTM writes it, in UTC (RFC 3659 §2.3)."""
    then = time.gmtime(seconds)
    # %Y has less than four digits for early years.
    return f"{then.tm_year:04}{time.strftime('%m%d%H%M%S', then)}"


def parse_timestamp(text: str) -> float | None:
    """Seconds since the epoch, or None if that is no time."""
    if not _TIMESTAMP.fullmatch(text):
        return None
    try:
        parsed = time.strptime(text[:14], "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return calendar.timegm(parsed) + float(f"0{text[14:]}")


def _list_time(modified: float, now: float) -> str:
    then = time.gmtime(modified)
    day = f"{_MONTHS[then.tm_mon - 1]} {then.tm_mday:>2}"
    if now - _HALF_A_YEAR < modified <= now:
        return f"{day} {then.tm_hour:02}:{then.tm_min:02}"
    return f"{day}  {then.tm_year:04}"


_LINE_ENDS = str.maketrans("\r\n", "??")
