"""Requests as HTTP clients sent them, each with its answer, out of the octets on the timeline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.journal import Closed, Entry, Fact, Journal, Reader, Received, Sent, TlsStarted
from sandbox.observation.mail import Headers
from sandbox.observation.messages import Heard, HeardStream
from sandbox.stubs.bodies import RequestBody


@dataclass(frozen=True)
class Response:
    """An answer. ``body`` is without the framing of chunks, and still packed if it was sent so."""

    status: int
    reason: str
    headers: Headers
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text, in UTF-8."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Request(RequestBody):
    """A request. ``target`` is as the client wrote it, ``path`` without query and escapes.

    ``status`` is None, and so is ``response``, for a request that was never answered. ``secure`` says that it came by TLS.
    """

    method: str
    target: str
    headers: Headers
    body: bytes = field(repr=False)
    response: Response | None
    secure: bool
    service: str
    connection: int
    sequence: int
    time: float

    def __str__(self) -> str:
        return f"{self.method} {self.target} → {'no answer' if self.status is None else self.status}"

    @property
    def status(self) -> int | None:
        """The status of the answer."""
        return self.response.status if self.response else None

    @property
    def host(self) -> str:
        """The host that was meant, in lower case, with its port if there is one."""
        return (
            urlsplit(self.target).netloc if "://" in self.target else self.headers.get("Host", "")
        ).lower()

    @property
    def path(self) -> str:
        """The path, without escapes."""
        target = self.target if "://" in self.target else f"//host{self.target}"
        return unquote(_split(target)[0]) if self.method != "CONNECT" else self.target

    @cached_property
    def query(self) -> dict[str, str]:
        """The parameters of the query; of one that comes again the last, ``query_all`` has every one."""
        return dict(self.query_all)

    @property
    def query_all(self) -> list[tuple[str, str]]:
        """The parameters of the query, in order."""
        return parse_qsl(_split(self.target)[1], keep_blank_values=True)


class Exchanges:
    """Reads what comes on the timeline of some services into requests, and forgets what the timeline has forgotten."""

    def __init__(self, journal: Journal, services: Iterable[str]) -> None:
        self._journal = journal
        self._services = frozenset(services)
        self._dialogues: dict[int, _Dialogue] = {}
        self._reader = Reader(journal, forget=lambda: self._dialogues.clear())

    def all(self) -> list[Request]:
        """The requests of which every octet has come, in the order of their arrival."""
        self._read_on()
        found = [request for dialogue in self._dialogues.values() for request in dialogue.requests()]
        return sorted(found, key=lambda request: request.sequence)

    def settled(self) -> list[Request]:
        """Those of them whose answer is complete, or will never come."""
        self._read_on()
        found = [
            request for dialogue in self._dialogues.values() for request in dialogue.requests(settled=True)
        ]
        return sorted(found, key=lambda request: request.sequence)

    def calls(self) -> list[tuple[Entry, Request]]:
        """The facts ``call.answered``, each with the request that it is about."""
        self._read_on()
        found = [each for dialogue in self._dialogues.values() for each in dialogue.calls()]
        return sorted(found, key=lambda each: each[0].sequence)

    def _read_on(self) -> None:
        for entry in self._reader.news():
            number, service = entry.event.connection, entry.event.service
            # A call is a fact of its own service, wherever it came in.
            told = isinstance(entry.event, Fact) and number in self._dialogues
            if number and (service in self._services or told):
                self._dialogues.setdefault(number, _Dialogue(service)).feed(entry)
        oldest = self._journal.oldest
        for dialogue in self._dialogues.values():
            dialogue.forget(oldest)
        self._dialogues = {
            number: dialogue
            for number, dialogue in self._dialogues.items()
            if not dialogue.over or dialogue.last >= oldest
        }


class _Dialogue:
    """One connection."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.connection = 0
        self.last = 0
        self.over = False
        self._secure = False
        self._oldest = 1
        self._times: dict[int, float] = {}
        self._asked = HeardStream(requests=True)
        self._answered = HeardStream(requests=False, bodiless=self._bodiless)
        self._facts: list[Entry] = []
        self._made: list[Request] = []

    def feed(self, entry: Entry) -> None:
        self.last = entry.sequence
        self.connection = entry.event.connection
        match entry.event:
            case Received(data=data):
                self._times[entry.sequence] = entry.time
                self._asked.feed(data, entry.sequence)
            case Sent(data=data):
                self._answered.feed(data, entry.sequence)
            case TlsStarted():
                self._secure = True
            case Closed():
                self._answered.finish(entry.sequence)
                if len(self._answered.heard) >= len(self._asked.heard):  # answered before all of it had come
                    self._asked.finish(entry.sequence)
                self.over = True
            case Fact(name="call.answered"):
                self._facts.append(entry)

    def forget(self, oldest: int) -> None:
        self._oldest = oldest

    def requests(self, *, settled: bool = False) -> list[Request]:
        self._complete()
        found = [request for request in self._made if request.sequence >= self._oldest]
        for place in range(len(self._made), len(self._asked.heard)):
            heard = self._asked.heard[place]
            if heard.end and (self.over or not settled):
                found.append(self._request(place))
        return found

    def calls(self) -> list[tuple[Entry, Request]]:
        """The answer to a call is the first that begins behind the fact."""
        self._complete()
        found: list[tuple[Entry, Request]] = []
        answers = self._answered.heard
        for fact in self._facts:
            place = bisect_right(answers, fact.sequence, key=lambda answer: answer.start)
            if place < len(self._asked.heard) and fact.sequence >= self._oldest:
                found.append((fact, self._request(place)))
        return found

    def _complete(self) -> None:
        """Make the requests whose answers are complete, and so will not change any more."""
        for place in range(len(self._made), len(self._asked.heard)):
            if place >= len(self._answered.heard) or not self._answered.heard[place].end:
                break
            if not self._asked.heard[place].end:
                break
            self._made.append(self._request(place))

    def _request(self, place: int) -> Request:
        if place < len(self._made):
            return self._made[place]
        heard = self._asked.heard[place]
        answer = self._answered.heard[place] if place < len(self._answered.heard) else None
        method, target = heard.first.decode("utf-8", "replace").split(" ")[:2]
        return Request(
            method=method,
            target=target,
            headers=Headers(heard.fields),
            body=bytes(heard.body),
            response=None if answer is None else _response(answer),
            secure=self._secure,
            service=self.service,
            connection=self.connection,
            sequence=heard.end,
            time=self._times.get(heard.end, 0.0),
        )

    def _bodiless(self, answer: Heard) -> bool:
        status = _status(answer)
        place = len(self._answered.heard) - 1
        asked = self._asked.heard[place].first if 0 <= place < len(self._asked.heard) else b""
        tunnel = asked.startswith(b"CONNECT ") and 200 <= status < 300
        return 100 <= status < 200 or status in (204, 304) or asked.startswith(b"HEAD ") or tunnel


def _status(answer: Heard) -> int:
    return int(answer.first.split(b" ")[1])


def _response(heard: Heard) -> Response:
    _, status, *reason = heard.first.decode("utf-8", "replace").split(" ", 2)
    return Response(int(status), "".join(reason), Headers(heard.fields), bytes(heard.body))


def _split(target: str) -> tuple[str, str]:
    try:
        parts = urlsplit(target)
    except ValueError:  # a bracket that is never closed
        path, _, query = target.partition("?")
        return path, query
    return parts.path, parts.query
