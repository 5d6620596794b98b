"""LOGIN and AUTHENTICATE (RFC 3501 §6.2.2, §6.2.3; initial responses: RFC 4959)."""

from __future__ import annotations

import base64
from functools import partial

from sandbox.sansio import sasl
from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.replies import BadError, Done, NoError, Outcome, Prompt
from sandbox.services.imap.session import Session


def login(session: Session, arguments: Arguments) -> Outcome:
    """LOGIN: name and password in clear."""
    name, password = arguments.text(), arguments.text()
    arguments.end()
    _check_privacy(session)
    return _log_in(session, sasl.clear_text(name, password), "LOGIN")


def authenticate(session: Session, arguments: Arguments) -> Outcome:
    """AUTHENTICATE: a dialogue of the mechanism's own."""
    mechanism = arguments.keyword()
    initial = arguments.astring() if arguments else None
    arguments.end()
    _check_privacy(session)
    token = partial(session.world.dice.token, "imap.challenge", 8)
    exchange = sasl.begin(mechanism, session.world.hostname, token)
    if exchange is None or not session.offers(f"AUTH={mechanism}"):
        raise NoError("there is no such mechanism", "CANNOT")
    dialogue = _Dialogue(session, mechanism, exchange)
    challenge = next(exchange)
    if initial is None:
        return dialogue.prompt(challenge)
    if mechanism not in sasl.CLIENT_FIRST or not session.offers("SASL-IR"):
        raise BadError("this mechanism takes no initial response")
    return dialogue.answer(initial)


def proxyauth(session: Session, arguments: Arguments) -> Outcome:
    """PROXYAUTH, a command of another server: nobody may become somebody else here."""
    arguments.astring()
    arguments.end()
    raise NoError("nobody here has the right to act for others", "NOPERM")


class _Dialogue:
    """One exchange under way."""

    def __init__(self, session: Session, mechanism: str, exchange: sasl.Exchange) -> None:
        self._session = session
        self._mechanism = mechanism
        self._exchange = exchange

    def prompt(self, challenge: bytes) -> Prompt:
        """Ask the client."""
        return Prompt(base64.b64encode(challenge), self.answer)

    def answer(self, line: bytes) -> Outcome:
        """The client's line; ``*`` cancels. Raises ReplyError."""
        if line == b"*":
            raise BadError("AUTHENTICATE cancelled")
        try:
            return self.prompt(self._exchange.send(sasl.decode(line)))
        except StopIteration as end:
            return _log_in(self._session, end.value, self._mechanism)
        except ValueError:
            raise BadError("this is no answer to the challenge") from None


def _check_privacy(session: Session) -> None:
    if session.settings.login_requires_tls and not session.secure:
        raise NoError("passwords are taken over TLS only", "PRIVACYREQUIRED")


def _log_in(session: Session, credentials: sasl.Credentials, mechanism: str) -> Outcome:
    account = session.world.accounts.verify(credentials.name, credentials.proof, credentials.password)
    if account is None:
        session.client.note("login.refused", user=credentials.name, mechanism=mechanism)
        raise NoError("wrong user name or password", "AUTHENTICATIONFAILED")
    session.log_in(account.name)
    session.client.note("login.accepted", user=account.name, mechanism=mechanism)
    return Done("logged in", "CAPABILITY {}".format(" ".join(session.capabilities)).encode())
