"""One message: taken apart, its header, its octets, its parts, and as a page or text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import md5, sha1, sha256

from aiohttp import web
from pydantic import RootModel

from sandbox.stores.mail import field_text
from sandbox.stores.mail.parts import Part
from sandbox.web.mailpit.box import Box, people, sender, username
from sandbox.web.mailpit.lists import AT
from sandbox.web.mailpit.shapes import Attachment, Checksums, ListUnsubscribe, MessageDetails
from sandbox.web.parsed import Parsed, parsed
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation

# What came by mail must not run here.
_THEIRS = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}


class Headers(RootModel[dict[str, list[str]]]):
    """The header fields, each name with its values."""


class Single:
    """Reading one message marks it as read, as Mailpit does; asking for its octets or header does not."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def operations(self) -> Iterator[Operation]:
        """The operations; ``latest`` is the newest message."""
        at = f"{AT}/message/{{id}}"
        for path, name, summary, handler, answer in (
            (
                at,
                "mailpit_read",
                "One message, taken apart; it counts as read then",
                self._read,
                MessageDetails,
            ),
            (f"{at}/headers", "mailpit_headers", "Its header", self._headers, Headers),
            (f"{at}/raw", "mailpit_raw", "Its octets", self._raw, "text/plain"),
            (f"{at}/part/{{part}}", "mailpit_part", "One part", self._part, "application/octet-stream"),
            ("/view/{id}.html", "mailpit_view_html", "Its HTML", self._view_html, "text/html"),
            ("/view/{id}.txt", "mailpit_view_text", "Its text", self._view_text, "text/plain"),
        ):
            yield Operation(
                method="GET",
                path=path,
                name=name,
                summary=summary,
                handler=handler,
                answer=answer,
                problems=(404,),
            )

    async def _parsed(self, asked: Asked) -> Parsed:
        (found,) = await parsed([self._box.find(asked.path["id"])])
        return found

    async def _read(self, asked: Asked) -> MessageDetails:
        each = await self._parsed(asked)
        message = each.message
        if message.id not in self._box.read_ids([message]):
            self._box.set_read([message], read=True)
        envelope = message.envelope
        return MessageDetails(
            ID=message.id,
            MessageID=each.field("Message-ID").strip("<> "),
            From=sender(each),
            To=people(each.people("To")),
            Cc=people(each.people("Cc")),
            Bcc=people(each.hidden),
            ReplyTo=people(each.people("Reply-To")),
            ReturnPath=each.field("Return-Path").strip("<> ") or (envelope.sender if envelope else ""),
            Subject=each.field("Subject"),
            ListUnsubscribe=_unsubscribe(each),
            Date=each.date,
            Tags=self._box.marks(message).tags,
            Username=username(message),
            Text=each.text,
            HTML=each.html,
            Size=len(message.content),
            Inline=[_attachment(part) for part in each.inline],
            Attachments=[_attachment(part) for part in each.attachments],
        )

    async def _headers(self, asked: Asked) -> Headers:
        header = self._box.find(asked.path["id"]).header
        found: dict[str, list[str]] = {}
        for name, value in header.items():
            text = field_text(value).encode("utf-8", "replace").decode()
            found.setdefault("-".join(part.capitalize() for part in name.split("-")), []).append(text)
        return Headers(found)

    async def _raw(self, asked: Asked) -> web.Response:
        content = self._box.find(asked.path["id"]).content
        return web.Response(body=content, headers={"Content-Type": "text/plain; charset=utf-8"})

    async def _part(self, asked: Asked) -> web.Response:
        parts = (await self._parsed(asked)).mail.parts
        part = next((part for part in parts if str(part.number) == asked.path["part"]), None)
        if part is None:
            raise ProblemError(404, "There is no such part.")
        return web.Response(body=part.content, headers={"Content-Type": part.media_type} | _THEIRS)

    async def _view_html(self, asked: Asked) -> web.Response:
        each = await self._parsed(asked)
        if not each.html:
            raise ProblemError(404, "The message has no HTML.")
        return web.Response(text=each.html, content_type="text/html", headers=_THEIRS)

    async def _view_text(self, asked: Asked) -> web.Response:
        return web.Response(text=(await self._parsed(asked)).text, headers=_THEIRS)


def _attachment(part: Part) -> Attachment:
    digests = {
        name: digest(part.content, usedforsecurity=False).hexdigest() for name, digest in _DIGESTS.items()
    }
    return Attachment(
        PartID=str(part.number),
        FileName=part.name,
        ContentType=part.media_type,
        ContentID=part.content_id,
        Size=len(part.content),
        Checksums=Checksums(**digests),
    )


_DIGESTS = {"MD5": md5, "SHA1": sha1, "SHA256": sha256}


def _unsubscribe(each: Parsed) -> ListUnsubscribe:
    header = each.field("List-Unsubscribe")
    links = re.findall(r"<((?:https?://|mailto:)[^>]+)>", header)
    errors = "no link found" if header and not links else ""
    return ListUnsubscribe(
        Header=header, Links=links, Errors=errors, HeaderPost=each.field("List-Unsubscribe-Post")
    )
