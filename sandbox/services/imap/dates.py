"""The dates of IMAP: INTERNALDATE, the dates of SEARCH, and the Date field (RFC 3501 §9, RFC 5322 §3.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor

_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_NUMBERS = {name.lower(): number for number, name in enumerate(_MONTHS, start=1)}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # a local time; its zone is written beside it

_SEARCH_DATE = re.compile(rb"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})")
_DATE_FIELD = re.compile(
    rb"""
    (?<![0-9]) (?P<day>[0-9]{1,2}) [ \t-]{1,9} (?P<month>[A-Za-z]{3}) [a-z]{0,6} [ \t.,-]{1,9}
    (?P<year>[0-9]{4}|[0-9]{2,3}) (?![0-9])
    (?: [ \t]{1,9} (?P<hour>[0-9]{1,2}) : (?P<minute>[0-9]{2}) (?: : (?P<second>[0-9]{2}) )?
        (?: [ \t]{0,9} (?P<zone> [+-][0-9]{4} | [A-Za-z]{1,5} ) )? )?
    """,
    re.VERBOSE,
)
# Hours from UTC; every other name means an unknown zone, which counts as UTC (RFC 5322 §4.3).
_ZONES = {
    b"EDT": -4,
    b"EST": -5,
    b"CDT": -5,
    b"CST": -6,
    b"MDT": -6,
    b"MST": -7,
    b"PDT": -7,
    b"PST": -8,
    b"MSK": 3,
}
_DATE_FIELD_LIMIT = 200  # octets


@dataclass(frozen=True, slots=True)
class SentDate:
    """What a Date field says: the ``day`` as written there, and the moment in seconds since the epoch."""

    day: date
    moment: float


def render_internal_date(moment: float, zone: int) -> bytes:
    """A moment in seconds since the epoch as seen in a ``zone`` minutes from UTC: `` 1-Jan-2026 10:00:00 +0300``."""
    local = _local(moment, zone)
    sign = b"-" if zone < 0 else b"+"
    day = b"%2d-%b-%04d" % (local.day, _MONTHS[local.month - 1], local.year)
    time = b"%02d:%02d:%02d" % (local.hour, local.minute, local.second)
    return b"%b %b %b%02d%02d" % (day, time, sign, *divmod(abs(zone), 60))


def internal_day(moment: float, zone: int) -> date:
    """The day of an internal date as it is written, whatever the time and the zone (RFC 3501 §6.4.4)."""
    return _local(moment, zone).date()


def read_search_date(text: bytes) -> date:
    """The date of a search key, as ``1-Feb-1994``. Raises ValueError with a text for the client."""
    found = _SEARCH_DATE.fullmatch(text)
    month = _NUMBERS.get(found[2].lower()) if found else None
    if found is None or month is None:
        raise ValueError("invalid date")
    try:
        return date(int(found[3]), month, int(found[1]))
    except ValueError:
        raise ValueError("there is no such day") from None


def read_date_field(value: bytes) -> SentDate | None:
    """What a Date field says, or None if it says no date. A bad time of day is midnight, a bad zone UTC."""
    found = _DATE_FIELD.search(value[:_DATE_FIELD_LIMIT])
    month = _NUMBERS.get(found["month"].lower()) if found else None
    if found is None or month is None:
        return None
    try:
        day = date(_year(found["year"]), month, int(found["day"]))
    except ValueError:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 60:
        hour = minute = second = 0
    days = day.toordinal() - _EPOCH.toordinal()
    moment = (days * 24 + hour) * 3600.0 + minute * 60 + second - _zone(found["zone"] or b"") * 60
    return SentDate(day, moment)


def _local(moment: float, zone: int) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=floor(moment) + zone * 60)
    except OverflowError:  # no client says so, but a store may be filled by a program
        return _EPOCH


def _year(text: bytes) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if len(text) == 2 and year < 50 else 1900)


def _zone(text: bytes) -> int:
    """Minutes from UTC."""
    if text[:1] in (b"+", b"-"):
        minutes = int(text[1:3]) * 60 + int(text[3:])
        return -minutes if text[:1] == b"-" else minutes
    return _ZONES.get(text.upper(), 0) * 60
