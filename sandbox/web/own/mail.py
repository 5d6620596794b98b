"""The messages: all that were accepted, and the mailboxes of each user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from sandbox.service import Context
from sandbox.stores.mail import Mailbox, MailStore, Message, StoredMessage
from sandbox.web.parsed import Parsed, addresses, parsed
from sandbox.web.patterns import Pattern, fits
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation, Query
from sandbox.web.shape import Shape
from sandbox.web.turns import in_turns


class MailFilter(Query):
    """Which messages are meant. Patterns are compared with whole texts, * and ? allowed; /…/ is searched in them."""

    to: Pattern | None = None
    """A recipient, in the envelope or the header."""
    sender: Pattern | None = Field(default=None, alias="from")
    """The sender, in the envelope or the header."""
    subject: Pattern | None = None
    """The subject, decoded."""
    mailbox: Annotated[str, Field(pattern=r"^[^/]+(/.+)?$")] | None = None
    """A mailbox as ann/INBOX; the user alone means the INBOX."""


class MailQuery(MailFilter):
    """Which messages are meant, and how many of them."""

    skip: Annotated[int, Field(ge=0)] = 0
    """Messages left out at the beginning."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    """Messages at the most."""


class EnvelopeModel(Shape):
    """What was said in the SMTP dialogue."""

    sender: str
    recipients: Sequence[str]
    helo: str
    user: str | None


class Place(Shape):
    """A mailbox in which a message stands."""

    user: str
    mailbox: str
    uid: int
    flags: Sequence[str]


class MailModel(Shape):
    """A message in a list."""

    id: str
    received: datetime
    size: int
    connection: int
    tls: bool
    sender: Annotated[str, Field(serialization_alias="from")]
    to: str
    subject: str
    date: str
    message_id: str
    envelope: EnvelopeModel | None
    mailboxes: Sequence[Place]


class MailList(Shape):
    """Messages, oldest first; ``total`` counts all that match."""

    total: int
    messages: Sequence[MailModel]


class FieldModel(Shape):
    """One header field, decoded."""

    name: str
    value: str


class AttachmentModel(Shape):
    """One attached part; ``number`` counts the leaves of the message from 1."""

    number: int
    name: str
    content_type: str
    size: int


class MailDetails(MailModel):
    """One message, taken apart."""

    headers: Sequence[FieldModel]
    text: str
    html: str
    attachments: Sequence[AttachmentModel]


class Deleted(Shape):
    """The messages that are gone."""

    ids: Sequence[str]


class MailboxModel(Shape):
    """One mailbox of one user."""

    user: str
    mailbox: str
    messages: int
    unseen: int
    uid_validity: int


class MailboxList(Shape):
    """All mailboxes of everybody who has some."""

    mailboxes: Sequence[MailboxModel]


class Messages:
    """List, show, delete."""

    def __init__(self, context: Context) -> None:
        self._store = context.mail

    def operations(self, at: str) -> Iterator[Operation]:
        """The operations below a prefix."""
        yield Operation(
            method="GET",
            path=f"{at}/mail",
            name="list_mail",
            summary="Messages, oldest first",
            handler=self._list,
            query=MailQuery,
            answer=MailList,
            problems=(404,),
        )
        yield Operation(
            method="DELETE",
            path=f"{at}/mail",
            name="delete_matching_mail",
            summary="Delete all messages that match, all if nothing is asked for",
            handler=self._delete_matching,
            query=MailFilter,
            answer=Deleted,
            problems=(404,),
        )
        yield Operation(
            method="GET",
            path=f"{at}/mailboxes",
            name="list_mailboxes",
            summary="Who has which mailboxes",
            handler=self._list_mailboxes,
            answer=MailboxList,
        )
        yield from self._single(f"{at}/mail/{{id}}")

    def _single(self, path: str) -> Iterator[Operation]:
        yield Operation(
            method="GET",
            path=path,
            name="read_mail",
            summary="One message, taken apart; its flags stay as they are",
            handler=self._read,
            answer=MailDetails,
            problems=(404,),
        )
        yield Operation(
            method="GET",
            path=f"{path}/raw",
            name="read_raw_mail",
            summary="One message, octet for octet",
            handler=self._read_raw,
            answer="message/rfc822",
            problems=(404,),
        )
        yield Operation(
            method="DELETE",
            path=path,
            name="delete_mail",
            summary="Delete one message from every mailbox, as another client would expunge it",
            handler=self._delete,
            status=204,
            problems=(404,),
        )

    async def _list(self, asked: Asked) -> MailList:
        query: MailQuery = asked.query
        every = _source(self._store, query.mailbox)
        found = [message async for message in in_turns(every) if fits_filter(message, query)]
        shown = found[query.skip : query.skip + query.limit]
        places = places_of(self._store, shown)
        return MailList(total=len(found), messages=[_outline(each, places[each.id]) for each in shown])

    async def _delete_matching(self, asked: Asked) -> Deleted:
        return Deleted(ids=self._store.remove({each.id for each in matching(self._store, asked.query)}))

    async def _list_mailboxes(self, _: Asked) -> MailboxList:
        homes = map(self._store.home, self._store.users)
        return MailboxList(mailboxes=[_mailbox(home.user, box) for home in homes for box in home])

    async def _read(self, asked: Asked) -> MailDetails:
        message = self._find(asked)
        (whole,) = await parsed([message])
        return _details(whole, places_of(self._store, [message])[message.id])

    async def _read_raw(self, asked: Asked) -> web.Response:
        return web.Response(body=self._find(asked).content, content_type="message/rfc822")

    async def _delete(self, asked: Asked) -> None:
        self._store.remove({self._find(asked).id})

    def _find(self, asked: Asked) -> Message:
        wanted = asked.path["id"]
        found = next((each for each in reversed(self._store.messages) if each.id == wanted), None)
        if found is None:  # samples, and what IMAP appended, never passed the front door
            found = next((stored.message for _, stored in self._store.places({wanted})[wanted]), None)
        if found is None:
            raise ProblemError(404, f"There is no message {wanted!r}.")
        return found


def matching(store: MailStore, wanted: MailFilter) -> list[Message]:
    """The messages that a filter means, oldest first. Raises ProblemError if it names a mailbox that is not there."""
    return [message for message in _source(store, wanted.mailbox) if fits_filter(message, wanted)]


def fits_filter(message: Message, wanted: MailFilter) -> bool:
    """Whether a message is one of those meant, wherever it stands."""
    return not misses(message, wanted)


def misses(message: Message, wanted: MailFilter) -> list[str]:
    """The conditions, by the names they have in a query, that a message does not meet."""
    if wanted.to is None and wanted.sender is None and wanted.subject is None:
        return []
    known = addresses(message)
    judged = {
        "to": wanted.to is None or any(fits(wanted.to, each) for each in known.recipients),
        "from": wanted.sender is None or any(fits(wanted.sender, each) for each in known.sender),
        "subject": fits(wanted.subject, known.subject),
    }
    return [name for name, fit in judged.items() if not fit]


def places_of(store: MailStore, messages: Sequence[Message]) -> dict[str, list[Place]]:
    """The places of each of the messages."""
    owners = {id(mailbox): user for user in store.users for mailbox in store.home(user)}
    found = store.places({message.id for message in messages})
    return {
        number: [_place(owners[id(mailbox)], mailbox, stored) for mailbox, stored in places]
        for number, places in found.items()
    }


def _source(store: MailStore, mailbox: str | None) -> list[Message]:
    if mailbox is None:
        return store.messages
    user, _, name = mailbox.partition("/")
    # Looking makes no mailbox: only those who have one are shown.
    box = store.home(user).get(name or "INBOX") if user.lower() in store.users else None
    if box is None:
        raise ProblemError(404, f"There is no mailbox {mailbox!r} yet.")
    return [stored.message for stored in box]


def _place(user: str, mailbox: Mailbox, stored: StoredMessage) -> Place:
    return Place(user=user, mailbox=mailbox.name, uid=stored.uid, flags=sorted(stored.flags))


def _mailbox(user: str, box: Mailbox) -> MailboxModel:
    unseen = sum(not stored.has("\\Seen") for stored in box)
    return MailboxModel(
        user=user, mailbox=box.name, messages=len(box), unseen=unseen, uid_validity=box.uid_validity
    )


def outline(store: MailStore, messages: Sequence[Message]) -> list[MailModel]:
    """The messages as a list shows them."""
    places = places_of(store, messages)
    return [_outline(message, places[message.id]) for message in messages]


def _outline(message: Message, places: Sequence[Place]) -> MailModel:
    summary, envelope = message.summary, message.envelope
    return MailModel(
        id=message.id,
        received=datetime.fromtimestamp(message.received, UTC),
        size=len(message.content),
        connection=message.connection,
        tls=message.tls is not None,
        sender=text_of(summary.sender),
        to=text_of(summary.recipients),
        subject=text_of(summary.subject),
        date=text_of(summary.date),
        message_id=text_of(summary.message_id),
        envelope=None
        if envelope is None
        else EnvelopeModel(
            sender=text_of(envelope.sender),
            recipients=[text_of(each) for each in envelope.recipients],
            helo=text_of(envelope.helo),
            user=envelope.user,
        ),
        mailboxes=places,
    )


def _details(whole: Parsed, places: Sequence[Place]) -> MailDetails:
    return MailDetails(
        **dict(_outline(whole.message, places)),
        headers=[FieldModel(name=text_of(name), value=value) for name, value in whole.mail.fields],
        text=whole.text,
        html=whole.html,
        attachments=[
            AttachmentModel(
                number=part.number, name=part.name, content_type=part.media_type, size=len(part.content)
            )
            for part in whole.mail.attachments
        ],
    )


def text_of(text: str) -> str:
    """A text that JSON can hold: what was no UTF-8 is replaced."""
    return text.encode("utf-8", "replace").decode()
