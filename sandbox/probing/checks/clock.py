"""A server that tells the time, and closes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.probing.check import Check, Fit, Step
from sandbox.probing.dial import Dial
from sandbox.probing.observation import Observation
from sandbox.probing.talk import Wrong
from sandbox.probing.text import text_of

FORMATS = ("%a %b %d %H:%M:%S %Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S")
TOLERANCE = timedelta(minutes=1)
SILENT = "a client of this lesson only listens: send str(datetime.now()) right after accept()"


def read_time(text: str) -> datetime | None:
    """The moment a text names: ISO 8601 as str(datetime) writes it, ctime(), or day.month.year."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        pass
    for layout in FORMATS:
        try:
            return datetime.strptime(text.strip(), layout)  # noqa: DTZ007 - the lesson's time has no zone
        except ValueError:
            continue
    return None


def _fits(seen: Observation) -> Fit:
    if read_time(seen.unasked.decode("utf-8", "replace")):
        return 2
    return 1 if seen.unasked and not seen.unasked.startswith(b"{") else 0


def _time(dial: Dial) -> datetime:
    with dial.tcp() as talk:
        text = text_of(talk.until(lambda data: read_time(data.decode("utf-8", "replace")) is not None))
    moment = read_time(text)
    if moment is None:
        raise Wrong("that is no date with a time; str(datetime.now()) makes '2026-11-21 16:31:07.408219'")
    return moment


def _tells(dial: Dial) -> str | None:
    moment = _time(dial)
    zoned = moment.astimezone() if moment.tzinfo is None else moment
    difference = abs(zoned - datetime.now().astimezone())
    if difference <= TOLERANCE:
        return None
    if abs(moment.replace(tzinfo=UTC) - datetime.now(UTC)) <= TOLERANCE:
        return "that is UTC, not the local time"
    raise Wrong(f"that is {difference} off: is the time read anew for each client?")


def _moves_on(dial: Dial) -> None:
    first, second = _time(dial), _time(dial)
    if first == second and first.microsecond:
        raise Wrong("two clients got the same microsecond: call datetime.now() after accept(), not before")


def _closes(dial: Dial) -> None:
    with dial.tcp() as talk:
        talk.receive()
        if not talk.closes():
            raise Wrong(
                "a client that reads until the end waits for ever: close() the client's socket after the time"
            )


CHECK = Check(
    name="time",
    title="the server speaks first: date and time, then it closes",
    transport="tcp",
    ports=(5566, 6789),
    fits=_fits,
    steps=(
        Step("tells the time", "now, as YYYY-MM-DD HH:MM:SS.ffffff", _tells, SILENT),
        Step("reads the clock each time", "a later time for the next client", _moves_on, SILENT),
        Step("closes", "the end of the connection after the time", _closes, SILENT),
    ),
)
