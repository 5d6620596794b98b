"""The shapes of the Mailpit interface; the names are its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from sandbox.web.shape import Shape

#: What a header field may be called (RFC 5322 section 2.2).
FieldName: TypeAlias = Annotated[str, Field(pattern=r"^[!-9;-~]+$")]


class Address(Shape):
    """A name and an address."""

    Name: str
    Address: str


class MessageItem(Shape):
    """A message in a list."""

    ID: str
    MessageID: str
    Read: bool
    From: Address
    To: Sequence[Address]
    Cc: Sequence[Address]
    Bcc: Sequence[Address]
    ReplyTo: Sequence[Address]
    Subject: str
    Created: datetime
    Username: str
    Tags: Sequence[str]
    Size: int
    Attachments: int
    Snippet: str


class MessagePage(Shape):
    """Messages, newest first; ``messages_count`` are those that match, ``total`` is everything."""

    total: int
    unread: int
    count: int
    messages_count: int
    messages_unread: int
    start: int
    tags: Sequence[str]
    messages: Sequence[MessageItem]


class Checksums(Shape):
    """Of a part's content, in hexadecimal digits."""

    MD5: str
    SHA1: str
    SHA256: str


class Attachment(Shape):
    """A part that is attached or shown inline."""

    PartID: str
    FileName: str
    ContentType: str
    ContentID: str
    Size: int
    Checksums: Checksums


class ListUnsubscribe(Shape):
    """What List-Unsubscribe (RFC 2369) and List-Unsubscribe-Post (RFC 8058) say."""

    Header: str
    Links: Sequence[str]
    Errors: str
    HeaderPost: str


class MessageDetails(Shape):
    """One message, taken apart."""

    ID: str
    MessageID: str
    From: Address
    To: Sequence[Address]
    Cc: Sequence[Address]
    Bcc: Sequence[Address]
    ReplyTo: Sequence[Address]
    ReturnPath: str
    Subject: str
    ListUnsubscribe: ListUnsubscribe
    Date: datetime
    Tags: Sequence[str]
    Username: str
    Text: str
    HTML: str
    Size: int
    Inline: Sequence[Attachment]
    Attachments: Sequence[Attachment]


class _Request(Shape):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Selection(_Request):
    """Messages by their identifiers; none means all."""

    IDs: Sequence[str] | None = None


class ReadStatus(Selection):
    """Whether messages are read, by identifier or search; all if neither is given."""

    Read: bool = False
    Search: str = ""


class TagsRequest(Selection):
    """The tags that messages are to have."""

    Tags: Sequence[str] | None = None


class TagName(_Request):
    """The new name of a tag."""

    Name: Annotated[str, Field(min_length=1)]


class Mailbox(_Request):
    """Somebody to write to."""

    Email: Annotated[str, Field(min_length=1)]
    Name: str = ""


class Enclosure(_Request):
    """Something to attach, in base64; shown inline if it has a ContentID."""

    Content: str
    Filename: str
    ContentType: str = ""
    ContentID: str = ""


class NewMessage(_Request):
    """A message to be made and delivered."""

    From: Mailbox
    To: Sequence[Mailbox] | None = None
    Cc: Sequence[Mailbox] | None = None
    Bcc: Sequence[str] | None = None
    ReplyTo: Sequence[Mailbox] | None = None
    Subject: str = ""
    Text: str = ""
    HTML: str = ""
    Attachments: Sequence[Enclosure] | None = None
    Tags: Sequence[str] | None = None
    Headers: dict[FieldName, str] | None = None


class Confirmation(Shape):
    """The identifier of a message that was made."""

    ID: str


class Trigger(_Request):
    """A reply code that a step is refused with, and how often in percent."""

    ErrorCode: Annotated[int, Field(ge=400, le=599)]
    Probability: Annotated[int, Field(ge=0, le=100)]


class TriggersRequest(_Request):
    """The steps that are to be refused; those left out never are."""

    Sender: Trigger | None = None
    Recipient: Trigger | None = None
    Authentication: Trigger | None = None


class Triggers(Shape):
    """The steps that are refused."""

    Sender: Trigger
    Recipient: Trigger
    Authentication: Trigger


class RuntimeStats(Shape):
    """Numbers since the start; ``Uptime`` in seconds, ``Memory`` in octets."""

    Uptime: int
    Memory: int
    MessagesDeleted: int
    SMTPAccepted: int
    SMTPAcceptedSize: int
    SMTPRejected: int
    SMTPIgnored: int


class ServerInformation(Shape):
    """What runs here."""

    Version: str
    LatestVersion: str
    Database: str
    DatabaseSize: int
    Messages: int
    Unread: int
    Tags: dict[str, int]
    RuntimeStats: RuntimeStats
