"""The kinds of things that can be asked for: where they are found, what one can say about them, what brings new ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sandbox.journal import Closed, Entry, Fact, Opened, Reader, Received, Sent
from sandbox.observation.calls import Call, call_of
from sandbox.observation.files import Upload, name_of, uploads_of
from sandbox.observation.http import Exchanges, Request
from sandbox.observation.mail import Mail
from sandbox.observation.streams import Datagram, Stream, Streams
from sandbox.observation.world import World


class Item(Protocol):
    """Anything that has a place on the timeline. ``str()`` tells it in one line."""

    @property
    def connection(self) -> int:
        """The number of the connection it came by."""

    @property
    def sequence(self) -> int:
        """Its place on the timeline."""

    @property
    def time(self) -> float:
        """In seconds since the epoch."""


I = TypeVar("I", bound=Item)  # noqa: E741


class Kind(ABC, Generic[I]):
    """One kind of things. ``known`` has what can be said about them, with how it is compared and where it is found.

    ``services`` are those whose connections may explain why one is missing. ``unready`` says of one that there is, but not
    yet for those who wait, why.
    """

    noun: ClassVar[str]
    plural: ClassVar[str]
    services: ClassVar[tuple[str, ...]]
    unready: ClassVar[str] = ""
    known: ClassVar[Mapping[str, tuple[str, Callable[[Any], Sequence[Any]]]]]

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def all(self) -> list[I]:
        """Everything there is now, in order."""

    @abstractmethod
    def concerns(self, entry: Entry) -> bool:
        """Whether an entry may have brought one more, or changed one."""

    def ready(self) -> list[I]:
        """What counts as there for those who wait."""
        return self.all()


class Mails(Kind[Mail]):
    """Mails that were accepted."""

    noun, plural, services = "mail", "mails", ("smtp",)
    known: ClassVar = {
        "to": ("NAME", lambda mail: mail.recipients),
        "sender": ("NAME", lambda mail: [mail.sender]),
        "subject": ("text", lambda mail: [mail.subject]),
        "text": ("text", lambda mail: [mail.text]),
        "html": ("text", lambda mail: [mail.html]),
        "headers": ("fields", lambda mail: [mail.headers]),
        "attachment": ("name", lambda mail: [each.name for each in mail.attachments]),
        "user": ("NAME", lambda mail: [mail.user]),
        "where": ("function", lambda mail: [mail]),
    }

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._mails: dict[str, Mail] = {}
        self._places: dict[object, int] = {}
        self._reader = Reader(world.journal, forget=self._places.clear)

    def all(self) -> list[Mail]:
        """Of each mail always the same object: what was read out of it is kept."""
        self._read_on()
        known, self._mails = self._mails, {}
        for message in self.world.mail.messages:
            mail = known.get(message.id)
            if mail is None or mail.message is not message:  # when all is forgotten identifiers begin anew
                mail = Mail(message, self._places.get(message.id, 0))
            self._mails[message.id] = mail
        return list(self._mails.values())

    def concerns(self, entry: Entry) -> bool:
        """See Kind."""
        return isinstance(entry.event, Fact) and entry.event.name == "mail.accepted"

    def _read_on(self) -> None:
        for entry in self._reader.news():
            if isinstance(entry.event, Fact) and entry.event.name == "mail.accepted":
                self._places[entry.event.details.get("id")] = entry.sequence


class Requests(Kind[Request]):
    """Requests that came to the HTTP service, XML-RPC calls among them."""

    noun, plural, services = "request", "requests", ("http",)
    unready = "not answered yet"
    known: ClassVar = {
        "method": ("NAME", lambda request: [request.method]),
        "path": ("name", lambda request: [request.path]),
        "host": ("NAME", lambda request: [request.host, request.host.rpartition(":")[0] or request.host]),
        "target": ("name", lambda request: [request.target]),
        "query": ("fields", lambda request: [request.query]),
        "headers": ("fields", lambda request: [request.headers]),
        "body": ("body", lambda request: [request.body, request.text]),
        "json": ("part", lambda request: [request.json]),
        "form": ("fields", lambda request: [request.form]),
        "status": ("number", lambda request: [request.status]),
        "where": ("function", lambda request: [request]),
    }

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._exchanges = Exchanges(world.journal, self.services)

    def all(self) -> list[Request]:
        """See Kind."""
        return self._exchanges.all()

    def ready(self) -> list[Request]:
        """Those with an answer, or whose client is gone without."""
        return self._exchanges.settled()

    def concerns(self, entry: Entry) -> bool:
        """See Kind."""
        return entry.event.service in self.services and isinstance(entry.event, Sent | Closed)


class Calls(Kind[Call]):
    """XML-RPC calls, wherever they came in."""

    noun, plural, services = "call", "calls", ("xmlrpc", "http")
    unready = "not answered yet"
    known: ClassVar = {
        "method": ("name", lambda call: [call.method]),
        "params": ("part", lambda call: [call.params, list(call.params)]),
        "outcome": ("text", lambda call: [call.outcome]),
        "result": ("part", lambda call: [call.result]),
        "where": ("function", lambda call: [call]),
    }

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._exchanges = Exchanges(world.journal, self.services)

    def all(self) -> list[Call]:
        """See Kind."""
        return [call_of(fact, request) for fact, request in self._exchanges.calls()]

    def ready(self) -> list[Call]:
        """Those with an answer, or whose client is gone without."""
        settled = {(request.connection, request.sequence) for request in self._exchanges.settled()}
        return [call for call in self.all() if (call.request.connection, call.request.sequence) in settled]

    def concerns(self, entry: Entry) -> bool:
        """See Kind."""
        return entry.event.service in self.services and isinstance(entry.event, Sent | Closed)


class Uploads(Kind[Upload]):
    """Files that clients stored, by FTP unless ``service`` says otherwise."""

    noun, plural, services = "upload", "uploads", ("ftp",)
    unready = "interrupted"
    known: ClassVar = {
        "path": (
            "name",
            lambda upload: [path for each in (upload.now, upload.path) for path in (each, name_of(each))],
        ),
        "user": ("NAME", lambda upload: [upload.user]),
        "content": ("octets", lambda upload: [upload.content]),
        "text": ("text", lambda upload: [upload.text]),
        "where": ("function", lambda upload: [upload]),
    }

    def all(self) -> list[Upload]:
        """See Kind."""
        return uploads_of(self.world.journal, self.services, self.world.files)

    def ready(self) -> list[Upload]:
        """Those that came whole."""
        return [upload for upload in self.all() if not upload.interrupted]

    def concerns(self, entry: Entry) -> bool:
        """See Kind."""
        return isinstance(entry.event, Fact) and entry.event.name in ("file.stored", "file.renamed")


class TcpStreams(Kind[Stream]):
    """Connections to the TCP service, with their octets."""

    noun, plural, services = "connection", "connections", ("tcp",)
    known: ClassVar = {
        "listener": ("name", lambda stream: [stream.listener]),
        "data": ("octets", lambda stream: [stream.received]),
        "where": ("function", lambda stream: [stream]),
    }

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._streams = Streams(world.journal, self.services)

    def all(self) -> list[Stream]:
        """See Kind."""
        return self._streams.streams()

    def concerns(self, entry: Entry) -> bool:
        """See Kind."""
        event = entry.event
        return event.service in self.services and isinstance(event, Opened | Received | Sent | Closed)


class Datagrams(Kind[Datagram]):
    """Datagrams to the UDP service."""

    noun, plural, services = "datagram", "datagrams", ("udp",)
    known: ClassVar = {
        "listener": ("name", lambda datagram: [datagram.listener]),
        "data": ("octets", lambda datagram: [datagram.data]),
        "where": ("function", lambda datagram: [datagram]),
    }

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._streams = Streams(world.journal, self.services)

    def all(self) -> list[Datagram]:
        """See Kind."""
        return self._streams.datagrams()

    def concerns(self, entry: Entry) -> bool:
        """See Kind."""
        return entry.event.service in self.services and isinstance(entry.event, Received)
