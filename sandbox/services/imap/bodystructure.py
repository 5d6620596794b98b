"""BODYSTRUCTURE and BODY: the MIME structure as a nested list (RFC 3501 §7.4.2)."""

from __future__ import annotations

import re

from sandbox.services.imap.envelope import render_envelope
from sandbox.services.imap.parameters import LIMIT, Parameters, read_value
from sandbox.services.imap.strings import nstring, parenthesized, string
from sandbox.services.imap.structure import Part

_COMMENT = re.compile(rb"\([^()]*+\)")
_LANGUAGE = re.compile(rb"[^\s,;()]++")


def render_structure(part: Part, *, extended: bool) -> bytes:
    """The structure of a message; ``extended`` for BODYSTRUCTURE, else without the extension data, for BODY.

    Sizes and lines are those of the encoded body alone. Types, parameters and encodings are spelt as in the message, but
    parameters in pieces are put together.
    """
    if part.is_multipart:
        children = b"".join(render_structure(child, extended=extended) for child in part.children)
        items = [children, string(part.media.subtype)]
        if extended:
            items += [_parameters(part.media.parameters), *_extension(part)]
        return parenthesized(items)
    items = _basic(part)
    if part.is_message:
        child = part.children[0]
        items += [render_envelope(child.header), render_structure(child, extended=extended)]
    if part.is_message or part.is_text:
        items.append(b"%d" % part.lines)
    if extended:
        items += [nstring(part.header.get(b"content-md5")), *_extension(part)]
    return parenthesized(items)


def _basic(part: Part) -> list[bytes]:
    header, media = part.header, part.media
    return [
        string(media.type),
        string(media.subtype),
        _parameters(media.parameters),
        nstring(header.get(b"content-id")),
        nstring(header.get(b"content-description")),
        string(transfer_encoding(part) or b"7bit"),
        b"%d" % part.size,
    ]


def transfer_encoding(part: Part) -> bytes | None:
    """The Content-Transfer-Encoding as spelt, or None (RFC 2045 §6)."""
    read = read_value(part.header.get(b"content-transfer-encoding") or b"")
    return read[0] if read else None


def _extension(part: Part) -> list[bytes]:
    """Disposition, language and location, which all kinds of parts share."""
    header = part.header
    disposition = read_value(header.get(b"content-disposition") or b"")
    languages = _LANGUAGE.findall(_COMMENT.sub(b" ", (header.get(b"content-language") or b"")[:LIMIT]))
    return [
        parenthesized([string(disposition[0]), _parameters(disposition[1])]) if disposition else b"NIL",
        parenthesized(map(string, languages)) if languages else b"NIL",
        nstring(header.get(b"content-location")),
    ]


def _parameters(parameters: Parameters) -> bytes:
    if not parameters:
        return b"NIL"
    return parenthesized(string(text) for parameter in parameters for text in parameter)
