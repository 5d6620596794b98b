"""The internal date of a message as APPEND gives it (RFC 3501 §9 "date-time")."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_TIME = re.compile(
    rf" ?(\d{{1,2}})-({'|'.join(_MONTHS)})-(\d{{4}}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)([0-5]\d)".encode(),
    re.IGNORECASE,
)


def parse_date_time(text: bytes) -> tuple[float, int]:
    """Seconds since the epoch, and the zone in minutes east of UTC. Raises ValueError."""
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        raise ValueError('a date-time looks like "17-Jul-1996 02:44:25 -0700"')
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    zone = int(zone_hours) * 60 + int(zone_minutes)
    if sign == b"-":
        zone = -zone
    try:
        moment = datetime(
            int(year),
            _MONTHS.index(month.decode().lower()) + 1,
            int(day),
            int(hour),
            int(minute),
            int(second),
            tzinfo=timezone(timedelta(minutes=zone)),
        )
    except ValueError:
        raise ValueError("there is no such date, time or zone") from None
    return moment.timestamp(), zone
