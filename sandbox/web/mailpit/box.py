"""The mail store as one box: every accepted message once, read or not, with tags."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sandbox.service import Context
from sandbox.stores.mail import Message
from sandbox.web.mailpit.search import Search
from sandbox.web.mailpit.shapes import Address, MessageItem
from sandbox.web.parsed import Parsed, Person, parsed
from sandbox.web.problem import ProblemError
from sandbox.web.turns import in_turns

SEEN = "\\Seen"


@dataclass(slots=True)
class Marks:
    """What the store does not know of a message: its tags, and whether it was read though it is in no mailbox."""

    message: Message
    tags: list[str] = field(default_factory=list)
    read: bool = False


class Box:
    """Reading is the flag \\Seen in the mailboxes of IMAP. ``told`` hears what changed: a type and its data."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.store = context.mail
        self.deleted = 0
        self.told: list[Callable[[str, object], None]] = []
        self._marks: dict[str, Marks] = {}
        context.recall.keep(self)

    @property
    def newest_first(self) -> list[Message]:
        """Everything that was accepted and not removed."""
        return self.store.messages[::-1]

    def snapshot(self) -> object:
        """What is marked."""
        return {key: replace(marks, tags=[*marks.tags]) for key, marks in self._marks.items()}

    def restore(self, snapshot: object) -> None:
        """Mark only what was marked then."""
        assert isinstance(snapshot, dict)
        self._marks = {key: replace(marks, tags=[*marks.tags]) for key, marks in snapshot.items()}
        self.tell("truncate", None)

    def find(self, wanted: str) -> Message:
        """One message by identifier, or the newest as ``latest``. Raises ProblemError: 404."""
        messages = self.store.messages
        found = (
            messages[-1:]
            if wanted == "latest"
            else [each for each in reversed(messages) if each.id == wanted]
        )
        if not found:
            raise ProblemError(404, "There is no such message.")
        return found[0]

    def marks(self, message: Message) -> Marks:
        """What is marked on a message; an identifier may have come round again after a reset."""
        marks = self._marks.get(message.id)
        if marks is None or marks.message is not message:
            marks = self._marks[message.id] = Marks(message)
        return marks

    def read_ids(self, messages: Iterable[Message]) -> set[str]:
        """The identifiers of those that were read, by whatever protocol."""
        messages = list(messages)
        places = self.store.places({message.id for message in messages})
        return {
            message.id
            for message in messages
            if self.marks(message).read or any(stored.has(SEEN) for _, stored in places[message.id])
        }

    def set_read(self, messages: Sequence[Message], *, read: bool) -> None:
        """Mark messages as read or unread, for IMAP too."""
        for message in messages:
            self.marks(message).read = read
        for identifier, places in self.store.places({message.id for message in messages}).items():
            for mailbox, stored in places:
                others = {flag for flag in stored.flags if flag.lower() != SEEN.lower()}
                mailbox.set_flags(stored.uid, others | {SEEN} if read else others)
            self.tell("update", {"ID": identifier, "Read": read})

    def set_tags(self, message: Message, tags: Iterable[str]) -> None:
        """Give a message exactly these tags."""
        marks = self.marks(message)
        marks.tags = sorted(dict.fromkeys(filter(None, map(_clean, tags))))
        self.tell("update", {"ID": message.id, "Tags": marks.tags})

    @property
    def tags(self) -> dict[str, int]:
        """All tags, with the number of messages that have each."""
        counted: dict[str, int] = {}
        for message in self.store.messages:
            for tag in self.marks(message).tags:
                counted[tag] = counted.get(tag, 0) + 1
        return dict(sorted(counted.items()))

    def remove(self, identifiers: Collection[str]) -> None:
        """Delete messages from everywhere."""
        self.deleted += len(self.store.remove(set(identifiers)))
        for identifier in identifiers:
            self._marks.pop(identifier, None)

    async def matching(self, query: str, zone: str = "") -> list[Message]:
        """The messages that a search finds, newest first. Raises ProblemError: 400."""
        search = Search.parse(query, zone)
        messages = self.newest_first
        read = self.read_ids(messages)
        return [
            each.message
            async for each in in_turns(await parsed(messages))
            if search.fits(each, self.marks(each.message).tags, read=each.message.id in read)
        ]

    async def items(self, messages: Sequence[Message]) -> list[MessageItem]:
        """The messages as lists show them."""
        read = self.read_ids(messages)
        return [
            self.item(each, read=each.message.id in read) async for each in in_turns(await parsed(messages))
        ]

    def item(self, each: Parsed, *, read: bool) -> MessageItem:
        """One message as lists show it."""
        message = each.message
        return MessageItem(
            ID=message.id,
            MessageID=each.field("Message-ID").strip("<> "),
            Read=read,
            From=sender(each),
            To=people(each.people("To")),
            Cc=people(each.people("Cc")),
            Bcc=people(each.hidden),
            ReplyTo=people(each.people("Reply-To")),
            Subject=each.field("Subject"),
            Created=datetime.fromtimestamp(message.received, UTC),
            Username=username(message),
            Tags=self.marks(message).tags,
            Size=len(message.content),
            Attachments=len(each.mail.attachments),
            Snippet=each.snippet,
        )

    def tell(self, kind: str, data: object) -> None:
        """Let everybody know what changed."""
        for hear in tuple(self.told):
            hear(kind, data)


def people(found: Iterable[Person]) -> list[Address]:
    """Names and addresses in their shape."""
    return [Address(Name=_text(each.name), Address=_text(each.address)) for each in found]


def sender(each: Parsed) -> Address:
    """Who a message says it is from; the envelope's sender if it does not say."""
    envelope = each.message.envelope
    named = each.people("From") or (Person("", envelope.sender if envelope else ""),)
    return people(named)[0]


def username(message: Message) -> str:
    """Who had logged in to send it."""
    return message.envelope.user or "" if message.envelope else ""


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _clean(tag: str) -> str:
    return " ".join("".join(char for char in tag if char.isalnum() or char in "-._ ").split())
