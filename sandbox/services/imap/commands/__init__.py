"""The commands by name: who carries each out, where it has its place, and what it may bring with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.commands import (
    acl,
    appending,
    connecting,
    copying,
    fetching,
    listing,
    logging_in,
    mailboxes,
    quota,
    searching,
    selecting,
    storing,
)
from sandbox.services.imap.replies import Outcome
from sandbox.services.imap.session import Session, State

#: Carries a command out. Raises ReplyError when it is refused.
Run: TypeAlias = Callable[[Session, Arguments], Outcome]


class MessageRun(Protocol):
    """Carries out a command that names messages by number or by UID. Raises ReplyError when it is refused."""

    def __call__(self, session: Session, arguments: Arguments, *, by_uid: bool) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One command. ``capability`` is the one it belongs to, if it is an extension.

    ``expunges`` tells whether its reply may bring EXPUNGEs, ``fresh`` whether it sees messages that arrived since the
    last reply, and ``by_uid`` whether FETCH responses name the UID.
    """

    run: Run
    states: frozenset[State]
    capability: str | None = None
    expunges: bool = True
    fresh: bool = False
    by_uid: bool = False


def find(name: str) -> Rule | None:
    """The rule for a command, named in upper case; None if there is no such command."""
    return _RULES.get(name)


_ANY = frozenset(State)
_BEFORE = frozenset({State.NOT_AUTHENTICATED})
_AFTER = frozenset({State.AUTHENTICATED, State.SELECTED})
_SELECTED = frozenset({State.SELECTED})


def _about_messages(name: str, run: MessageRun, capability: str | None = None) -> dict[str, Rule]:
    """A command and its UID variant. Numbers must not shift while the plain one runs (RFC 3501 §7.4.1)."""
    return {
        name: Rule(partial(run, by_uid=False), _SELECTED, capability, expunges=False, fresh=True),
        f"UID {name}": Rule(partial(run, by_uid=True), _SELECTED, capability, fresh=True, by_uid=True),
    }


_RULES = {
    # RFC 3501 §6.1: any state
    "CAPABILITY": Rule(connecting.capability, _ANY),
    "NOOP": Rule(connecting.noop, _ANY),
    "LOGOUT": Rule(connecting.logout, _ANY),
    "ID": Rule(connecting.identify, _ANY, "ID"),
    # §6.2: not authenticated
    "STARTTLS": Rule(connecting.starttls, _BEFORE, "STARTTLS"),
    "AUTHENTICATE": Rule(logging_in.authenticate, _BEFORE),
    "LOGIN": Rule(logging_in.login, _BEFORE),
    # §6.3: authenticated
    "ENABLE": Rule(connecting.enable, _AFTER, "ENABLE"),
    "PROXYAUTH": Rule(logging_in.proxyauth, _AFTER),
    "SELECT": Rule(selecting.select, _AFTER),
    "EXAMINE": Rule(selecting.examine, _AFTER),
    "CREATE": Rule(mailboxes.create, _AFTER),
    "DELETE": Rule(mailboxes.delete, _AFTER),
    "RENAME": Rule(mailboxes.rename, _AFTER),
    "SUBSCRIBE": Rule(mailboxes.subscribe, _AFTER),
    "UNSUBSCRIBE": Rule(mailboxes.unsubscribe, _AFTER),
    "NAMESPACE": Rule(mailboxes.namespace, _AFTER, "NAMESPACE"),
    "LIST": Rule(listing.list_, _AFTER),
    "LSUB": Rule(listing.lsub, _AFTER),
    "STATUS": Rule(mailboxes.status, _AFTER),
    "APPEND": Rule(appending.append, _AFTER),
    "IDLE": Rule(connecting.idle, _AFTER, "IDLE"),
    "GETQUOTA": Rule(quota.getquota, _AFTER, "QUOTA"),
    "GETQUOTAROOT": Rule(quota.getquotaroot, _AFTER, "QUOTA"),
    "SETQUOTA": Rule(quota.setquota, _AFTER, "QUOTA"),
    "GETACL": Rule(acl.getacl, _AFTER),
    "MYRIGHTS": Rule(acl.myrights, _AFTER),
    "SETACL": Rule(acl.refuse, _AFTER),
    "DELETEACL": Rule(acl.refuse, _AFTER),
    "GETANNOTATION": Rule(acl.getannotation, _AFTER),
    "SETANNOTATION": Rule(acl.setannotation, _AFTER),
    # §6.4: selected
    "CHECK": Rule(connecting.noop, _SELECTED),
    "CLOSE": Rule(selecting.close, _SELECTED),
    "UNSELECT": Rule(selecting.unselect, _SELECTED, "UNSELECT"),
    "EXPUNGE": Rule(storing.expunge, _SELECTED),
    "UID EXPUNGE": Rule(storing.uid_expunge, _SELECTED, "UIDPLUS"),
    "PARTIAL": Rule(fetching.partial, _SELECTED, expunges=False, fresh=True),
    **_about_messages("FETCH", fetching.fetch),
    **_about_messages("STORE", storing.store),
    **_about_messages("COPY", copying.copy),
    **_about_messages("MOVE", copying.move, "MOVE"),
    **_about_messages("SEARCH", searching.search),
    **_about_messages("SORT", searching.sort, "SORT"),
    **_about_messages("THREAD", searching.thread),
}
