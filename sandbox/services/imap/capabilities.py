"""What the server says it can do, true at every moment of a connection (RFC 3501 §7.2.1)."""

from __future__ import annotations

from sandbox.sansio.sasl import MECHANISMS
from sandbox.services.imap.settings import Settings

#: In every state: clients keep what they read first, imaplib beyond the login.
ALWAYS = (
    "IMAP4rev1",
    "LITERAL+",
    "SASL-IR",
    "ID",
    "ENABLE",
    "IDLE",
    "NAMESPACE",
    "UIDPLUS",
    "MOVE",
    "UNSELECT",
    "CHILDREN",
    "SPECIAL-USE",
    "LIST-EXTENDED",
    "LIST-STATUS",
    "STATUS=SIZE",
    "MULTIAPPEND",
    "ESEARCH",
    "WITHIN",
    "SORT",
    "THREAD=ORDEREDSUBJECT",
    "THREAD=REFERENCES",
    "CONDSTORE",
    "QUOTA",
    "UTF8=ACCEPT",
)


def capabilities(settings: Settings, *, starttls: bool, secure: bool, authenticated: bool) -> tuple[str, ...]:
    """The capabilities of a connection, without those the settings remove."""
    names = list(ALWAYS)
    if starttls and not authenticated:
        names.append("STARTTLS")
    if not authenticated and settings.login_requires_tls and not secure:
        names.append("LOGINDISABLED")
    elif not authenticated:
        names += [f"AUTH={mechanism}" for mechanism in MECHANISMS]
    removed = {name.upper() for name in settings.capabilities_removed}
    return tuple(name for name in names if name.upper() not in removed)
