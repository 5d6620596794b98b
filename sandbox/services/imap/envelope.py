"""ENVELOPE: the header fields a list of messages is made of (RFC 3501 §7.4.2)."""

from __future__ import annotations

from sandbox.services.imap.addresses import MOST, Address, read_addresses
from sandbox.services.imap.header import Header
from sandbox.services.imap.strings import nstring, parenthesized


def render_envelope(header: Header) -> bytes:
    """The envelope of a message with this header.

    Encoded words stay as they are. Of a repeated field the first counts, but all addresses of repeated address
    fields are listed. Sender and Reply-To default to From.
    """
    sender = _addresses(header, b"from")
    fields = (
        nstring(header.get(b"date")),
        nstring(header.get(b"subject")),
        _list(sender),
        _list(_addresses(header, b"sender") or sender),
        _list(_addresses(header, b"reply-to") or sender),
        _list(_addresses(header, b"to")),
        _list(_addresses(header, b"cc")),
        _list(_addresses(header, b"bcc")),
        nstring(header.get(b"in-reply-to")),
        nstring(header.get(b"message-id")),
    )
    return parenthesized(fields)


def _addresses(header: Header, name: bytes) -> list[Address]:
    addresses: list[Address] = []
    for value in header.all(name):
        if len(addresses) < MOST:
            addresses += read_addresses(value)
    return addresses


def _list(addresses: list[Address]) -> bytes:
    if not addresses:
        return b"NIL"
    # Nothing stands between two addresses (RFC 3501 §9 "env-from").
    return b"(%b)" % b"".join(parenthesized(nstring(part) for part in address) for address in addresses)
