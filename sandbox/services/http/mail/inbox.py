"""The mail store over HTTP: a list, each message, its octets, its parts; as pages and as JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote

from aiohttp import web

from sandbox.net.threads import in_thread
from sandbox.services.http.answers import failure, html
from sandbox.services.http.mail import pages
from sandbox.services.http.routing import Routes
from sandbox.stores.mail import MailStore, Message
from sandbox.stores.mail.parts import Mail, Part, take_apart

PAGE_SIZE = 200  # messages on one page of the list

# What came by mail must not run here: no scripts, no forms, nothing fetched from elsewhere.
_OURS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_THEIRS = _OURS | {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
}


class Inbox:
    """Shows the messages of a store at the URLs below ``prefix``, which ends with a slash."""

    def __init__(self, store: MailStore, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def routes(self) -> Routes:
        """All of its URLs."""
        routes, at = Routes(), self._prefix
        routes.add("GET", at, self.list_messages)
        routes.add("GET", f"{at}messages.json", self.list_json)
        routes.add("GET", f"{at}users/", self.list_users)
        routes.add("GET", f"{at}users/{{user}}", self.show_user)
        routes.add("GET", f"{at}{{id}}", self.show_message)
        routes.add("GET", f"{at}{{id}}/raw", self.send_octets)
        routes.add("GET", f"{at}{{id}}/part/{{number}}", self.send_part)
        return routes

    async def list_messages(self, request: web.BaseRequest) -> web.StreamResponse:
        """Everything that was accepted, newest first."""
        if _wants_json(request):
            return await self.list_json(request)
        every = self._store.messages
        skip = _number(parse_qs(request.query_string).get("skip", ["0"])[0])
        newest = every[::-1][skip : skip + PAGE_SIZE]
        await _summarize(newest)
        return html(pages.inbox(self._prefix, newest, skip=skip, total=len(every)), headers=_OURS)

    async def list_json(self, request: web.BaseRequest) -> web.StreamResponse:
        """The same as JSON, oldest first and all of it."""
        every = [*self._store.messages]
        await _summarize(every)
        return _json({"messages": [_outline(message) for message in every]})

    async def list_users(self, request: web.BaseRequest) -> web.StreamResponse:
        """Who has mailboxes."""
        if _wants_json(request):
            return _json({"users": list(self._store.users)})
        return html(pages.users(self._prefix, self._store.users), headers=_OURS)

    async def show_user(self, request: web.BaseRequest, user: str) -> web.StreamResponse:
        """The mailboxes of one user. Looking makes no mailbox: only those who have one are shown."""
        if user.lower() not in self._store.users:
            return failure(404, "nobody of that name has a mailbox yet")
        home = self._store.home(user)
        await _summarize([stored.message for box in home for stored in box])
        if _wants_json(request):
            boxes = {box.name: [_outline(stored.message) for stored in box] for box in home}
            return _json({"user": home.user, "mailboxes": boxes})
        return html(pages.mailboxes(self._prefix, home.user, home), headers=_OURS)

    async def show_message(self, request: web.BaseRequest, id: str) -> web.StreamResponse:  # noqa: A002
        """One message."""
        message = self._find(id)
        if message is None:
            return _no_message()
        mail = await _taken_apart(message)
        if _wants_json(request):
            return _json(_outline(message) | _details(mail))
        return html(pages.message(self._prefix, message, mail), headers=_OURS)

    async def send_octets(self, request: web.BaseRequest, id: str) -> web.StreamResponse:  # noqa: A002
        """The message exactly as it was received."""
        message = self._find(id)
        if message is None:
            return _no_message()
        return web.Response(body=message.content, headers={"Content-Type": "message/rfc822"} | _THEIRS)

    async def send_part(self, request: web.BaseRequest, id: str, number: str) -> web.StreamResponse:  # noqa: A002
        """One part, its transfer encoding taken off."""
        message = self._find(id)
        if message is None:
            return _no_message()
        parts = (await _taken_apart(message)).parts
        part = next((part for part in parts if str(part.number) == number), None)
        if part is None:
            return failure(404, f"the message has {len(parts)} parts")
        charset = f"; charset={part.charset}" if part.charset else ""
        headers = {"Content-Type": part.media_type + charset, "Content-Disposition": _disposition(part)}
        return web.Response(body=part.content, headers=headers | _THEIRS)

    def _find(self, wanted: str) -> Message | None:
        for message in reversed(self._store.messages):
            if message.id == wanted:
                return message
        # Samples and what IMAP appended never passed the front door.
        homes = map(self._store.home, self._store.users)
        stored = (stored for home in homes for box in home for stored in box)
        return next((found.message for found in stored if found.message.id == wanted), None)


async def _summarize(messages: Sequence[Message]) -> None:
    """Read the headers that nobody has asked for yet; the others have their turn in between."""
    for message in messages:
        if "summary" not in vars(message):
            _ = message.summary
            await asyncio.sleep(0)


async def _taken_apart(message: Message) -> Mail:
    # Parsing takes as long as the sender wants: a second for a thousand multiparts within each other.
    return await in_thread(lambda: take_apart(message.content))


def _wants_json(request: web.BaseRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def _json(value: Any) -> web.Response:
    body = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    return web.Response(
        body=body.encode("utf-8", "replace"), headers={"Content-Type": "application/json"} | _OURS
    )


def _outline(message: Message) -> dict[str, Any]:
    summary, envelope = message.summary, message.envelope
    return {
        "id": message.id,
        "received": datetime.fromtimestamp(message.received, UTC).isoformat(),
        "size": len(message.content),
        "connection": message.connection,
        "tls": message.tls is not None,
        "from": summary.sender,
        "to": summary.recipients,
        "subject": summary.subject,
        "date": summary.date,
        "message_id": summary.message_id,
        "envelope": None
        if envelope is None
        else {
            "sender": envelope.sender,
            "recipients": list(envelope.recipients),
            "helo": envelope.helo,
            "user": envelope.user,
        },
    }


def _details(mail: Mail) -> dict[str, Any]:
    return {
        "headers": [list(field) for field in mail.fields],
        "text": mail.text.text if mail.text else None,
        "html": mail.html.text if mail.html else None,
        "attachments": [
            {
                "number": part.number,
                "name": part.name,
                "content_type": part.media_type,
                "size": len(part.content),
            }
            for part in mail.attachments
        ],
    }


def _disposition(part: Part) -> str:
    """Where the name is not plain ASCII it is percent-encoded (RFC 6266 §4.3, RFC 8187)."""
    kind = "attachment" if part.is_attachment else "inline"
    return f"{kind}; filename*=UTF-8''{quote(part.name, safe='')}" if part.name else kind


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _no_message() -> web.Response:
    return failure(404, "there is no message of that number")
