"""The exceptions of imaplib."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.exceptions.registry import Provocation, Section

ERROR, ABORT, READ_ONLY = imaplib.IMAP4.error, imaplib.IMAP4.abort, imaplib.IMAP4.readonly


@contextmanager
def _connected(environment: Environment) -> Iterator[imaplib.IMAP4]:
    imap = imaplib.IMAP4(HOST, environment.port("imap"), timeout=TIMEOUT)
    try:
        yield imap
    finally:
        imap.shutdown()


def log_in(environment: Environment) -> None:
    """logs in."""
    with _connected(environment) as imap:
        imap.login(environment.user, "secret")


def select(environment: Environment) -> None:
    """selects INBOX."""
    with _connected(environment) as imap:
        imap.login(environment.user, "secret")
        imap.select("INBOX")


def fetch(environment: Environment) -> None:
    """fetches a message."""
    with _connected(environment) as imap:
        imap.login(environment.user, "secret")
        imap.select("INBOX")
        imap.fetch("1", "(RFC822)")


def _rule(on: str, effect: str) -> str:
    return f'{{ on = "{on}", effect = {{ {effect} }} }}'


def _reply(on: str, text: str) -> str:
    return _rule(on, f'kind = "reply", text = "{text}"')


IMAP = Section(
    "imaplib",
    (
        Provocation(ERROR, _reply("imap.login", "NO [UNAVAILABLE] Try again later"), log_in),
        Provocation(ERROR, _reply("imap.fetch", "BAD What is that?"), fetch),
        Provocation(ABORT, _reply("imap.select", "* BYE [UNAVAILABLE] Going down"), select),
        Provocation(ABORT, _rule("imap.fetch", 'kind = "limit", octets = 200'), fetch),
        Provocation(ABORT, _rule("imap.fetch", 'kind = "miscount", by = -10'), fetch),
        Provocation(READ_ONLY, _reply("imap.select", "* 1 EXISTS\\nOK [READ-ONLY] Opened"), select),
    ),
)
