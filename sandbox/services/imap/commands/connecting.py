"""Commands about the connection itself (RFC 3501 §6.1, §6.2.1), ID, ENABLE and IDLE."""

from __future__ import annotations

from sandbox.sansio import Close, StartTls
from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.replies import BadError, Done, Outcome, Prompt
from sandbox.services.imap.session import Session
from sandbox.services.imap.tokens import Atom, Group


def capability(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.1.1."""
    arguments.end()
    session.untagged(b"CAPABILITY " + " ".join(session.capabilities).encode())
    return Done()


def noop(session: Session, arguments: Arguments) -> Outcome:
    """NOOP and CHECK (RFC 3501 §6.1.2, §6.4.1): there is nothing to do but to tell the news."""
    arguments.end()
    return Done()


def logout(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.1.3."""
    arguments.end()
    session.unselect()
    session.untagged(b"BYE logging out")
    return Done(then=Close())


def identify(session: Session, arguments: Arguments) -> Outcome:
    """ID (RFC 2971): what the client says of itself is put on the timeline."""
    token = arguments.token()
    arguments.end()
    if isinstance(token, Group):
        fields = Arguments(token.items)
        names: dict[str, str | None] = {}
        while fields:
            name = fields.text()
            names[name] = None if fields.takes_keyword("NIL") else fields.text()
        session.client.note("client.identified", fields=names)
    elif not isinstance(token, Atom) or token.upper != b"NIL":
        raise BadError("ID takes a list or NIL")
    session.untagged(b'ID ("name" "Sandbox")')
    return Done()


def starttls(session: Session, arguments: Arguments) -> Outcome:
    """RFC 3501 §6.2.1."""
    arguments.end()
    if session.secure:
        raise BadError("TLS is active already")
    if not session.offers_tls:
        raise BadError("TLS is not available here")
    return Done("begin TLS negotiation now", then=StartTls())


def enable(session: Session, arguments: Arguments) -> Outcome:
    """RFC 5161: what is not known is left out of the answer."""
    wanted = [Arguments([token]).keyword() for token in arguments.rest()]
    enabled: list[str] = []
    if "UTF8=ACCEPT" in wanted and session.offers("UTF8=ACCEPT"):
        session.utf8 = True
        enabled.append("UTF8=ACCEPT")
    if "CONDSTORE" in wanted and session.offers("CONDSTORE"):
        session.enable_condstore()
        enabled.append("CONDSTORE")
    session.untagged(" ".join(["ENABLED", *enabled]).encode())
    return Done()


def idle(session: Session, arguments: Arguments) -> Outcome:
    """RFC 2177."""
    arguments.end()
    return Prompt(b"idling", _end_idle, pushes=True)


def _end_idle(line: bytes) -> Outcome:
    if line.strip().upper() != b"DONE":
        raise BadError("only DONE ends IDLE")
    return Done("IDLE completed")
