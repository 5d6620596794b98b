"""The mail store: octet-exact messages, mailboxes with UIDs and flags, one home for each user."""

from sandbox.stores.mail.fields import field_text
from sandbox.stores.mail.home import MailboxError, MailHome
from sandbox.stores.mail.mailbox import Appended, Change, Expunged, Flagged, Mailbox, StoredMessage
from sandbox.stores.mail.message import Envelope, Message, Summary
from sandbox.stores.mail.store import MailStore

__all__ = [
    "Appended",
    "Change",
    "Envelope",
    "Expunged",
    "Flagged",
    "MailHome",
    "MailStore",
    "Mailbox",
    "MailboxError",
    "Message",
    "StoredMessage",
    "Summary",
    "field_text",
]
