"""The exceptions of poplib."""

from __future__ import annotations

import poplib

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.exceptions.registry import Provocation, Section

ERROR = poplib.error_proto


def _open(environment: Environment) -> poplib.POP3:
    pop3 = poplib.POP3.__new__(poplib.POP3)  # a refused client must be closed as well
    try:
        pop3.__init__(HOST, environment.port("pop3"), timeout=TIMEOUT)  # type: ignore[misc]
        pop3.user(environment.user)
        pop3.pass_("secret")
    except BaseException:
        pop3.close()
        raise
    return pop3


def connect(environment: Environment) -> None:
    """connects."""
    _open(environment).close()


def log_in(environment: Environment) -> None:
    """logs in."""
    _open(environment).close()


def retrieve(environment: Environment) -> None:
    """retrieves a message."""
    pop3 = _open(environment)
    try:
        pop3.retr(1)
    finally:
        pop3.close()


POP3 = Section(
    "poplib",
    (
        Provocation(
            ERROR, '{ on = "pop3", effect = { kind = "reply", text = "-ERR Come back later" } }', connect
        ),
        Provocation(
            ERROR,
            '{ on = "pop3.pass", effect = { kind = "reply", text = "-ERR [IN-USE] Locked by another session" } }',
            log_in,
        ),
        Provocation(
            ERROR,
            '{ on = "pop3.retr", effect = { kind = "reply", text = "-ERR No such message" } }',
            retrieve,
        ),
        Provocation(ERROR, '{ on = "pop3.retr", effect = { kind = "limit", octets = 60 } }', retrieve),
    ),
)
