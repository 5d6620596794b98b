"""The pages that show mail: everything that came from outside is escaped, and nothing of it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from string import Template
from urllib.parse import quote

from sandbox.services.http.answers import http_date
from sandbox.stores.mail import Mailbox, Message
from sandbox.stores.mail.parts import Mail, Part

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3em .6em; border-bottom: 1px solid #ddd; vertical-align: top }
td.number { text-align: right; white-space: nowrap }
pre { white-space: pre-wrap; background: #f6f6f6; padding: 1em }
iframe { width: 100%; height: 24em; border: 1px solid #ddd }
</style>
</head>
<body>
<p><a href="$prefix">Inbox</a> · <a href="${prefix}users/">Users</a></p>
<h1>$title</h1>
$body
</body>
</html>
""")

_MESSAGE = Template("""\
<table>
$fields
</table>
<p>$size octets, received $received$envelope. <a href="$link/raw">The octets as received</a>.</p>
$text
$html
$parts
""")


def inbox(prefix: str, messages: Sequence[Message], *, skip: int, total: int) -> str:
    """The list of messages, newest first; ``skip`` of the ``total`` were left out before them."""
    left = total - skip - len(messages)
    more = f'<p><a href="{prefix}?skip={skip + len(messages)}">{left} older</a></p>' if left else ""
    if not total:
        return _page(prefix, "Inbox", "<p>Nothing has arrived yet. Send something by SMTP.</p>")
    return _page(prefix, "Inbox", _table(prefix, messages) + more)


def users(prefix: str, names: Sequence[str]) -> str:
    """The list of those who have mailboxes."""
    items = "\n".join(
        f'<li><a href="{prefix}users/{quote(name, safe="")}">{escape(name)}</a></li>' for name in names
    )
    return _page(prefix, "Users", f"<ul>\n{items}\n</ul>" if items else "<p>Nobody has a mailbox yet.</p>")


def mailboxes(prefix: str, user: str, boxes: Iterable[Mailbox]) -> str:
    """The mailboxes of one user, with what lies in them."""
    parts = [
        f"<h2>{escape(box.name)}</h2>\n{_table(prefix, [stored.message for stored in reversed(list(box))])}"
        for box in boxes
        if len(box) or box.name == "INBOX"
    ]
    return _page(prefix, f"Mailboxes of {user}", "\n".join(parts))


def message(prefix: str, stored: Message, mail: Mail) -> str:
    """One message: its header, its text, its HTML in a frame of its own, and what is attached."""
    link = f"{prefix}{quote(stored.id, safe='')}"
    fields = "\n".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in mail.fields
    )
    frame = (
        f'<h2>HTML</h2>\n<iframe sandbox src="{link}/part/{mail.html.number}"></iframe>' if mail.html else ""
    )
    body = _MESSAGE.substitute(
        fields=fields,
        size=len(stored.content),
        received=http_date(stored.received),
        envelope=_envelope(stored),
        link=link,
        text=f"<pre>{escape(mail.text.text)}</pre>" if mail.text else "",
        html=frame,
        parts=_attachments(link, mail.attachments),
    )
    return _page(prefix, stored.summary.subject or "(no subject)", body)


def _page(prefix: str, title: str, body: str) -> str:
    return _PAGE.substitute(prefix=prefix, title=escape(title), body=body)


def _table(prefix: str, messages: Sequence[Message]) -> str:
    if not messages:
        return "<p>Empty.</p>"
    rows = "\n".join(_row(prefix, message) for message in messages)
    return f"<table>\n<tr><th>From<th>To<th>Subject<th>Received<th>Octets</tr>\n{rows}\n</table>"


def _row(prefix: str, message: Message) -> str:
    summary, envelope = message.summary, message.envelope
    recipients = ", ".join(envelope.recipients) if envelope else summary.recipients
    sender = summary.sender or (envelope.sender if envelope else "")
    link = f'<a href="{prefix}{quote(message.id, safe="")}">{escape(summary.subject or "(no subject)")}</a>'
    return (
        f"<tr><td>{escape(sender)}<td>{escape(recipients)}<td>{link}"
        f'<td>{http_date(message.received)}<td class="number">{len(message.content)}</tr>'
    )


def _envelope(message: Message) -> str:
    if message.envelope is None:
        return ""
    told = (
        f" from &lt;{escape(message.envelope.sender)}&gt; to {escape(', '.join(message.envelope.recipients))}"
    )
    return told + (", over TLS" if message.tls else "")


def _attachments(link: str, parts: Sequence[Part]) -> str:
    if not parts:
        return ""
    items = "\n".join(
        f'<li><a href="{link}/part/{part.number}">{escape(part.name or f"part {part.number}")}</a> '
        f"({escape(part.media_type)}, {len(part.content)} octets)</li>"
        for part in parts
    )
    return f"<h2>Attachments</h2>\n<ul>\n{items}\n</ul>"
