"""What a well-behaved client does, and the lines that prove it when one did not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from sandbox.journal import Closed, Crashed, Entry, Fact, Journal, Opened
from sandbox.observation.commands import GOODBYES, Command, commands
from sandbox.observation.errors import Unexpected, WaitTimeout
from sandbox.observation.http import Exchanges, Request
from sandbox.observation.nearest import transcripts
from sandbox.observation.query import arrived

__tracebackhide__ = True  # pytest shows the line of the test

LOGINS = {
    "smtp": ("AUTH",),
    "pop3": ("USER", "PASS", "APOP", "AUTH"),
    "imap": ("LOGIN", "AUTHENTICATE"),
    "ftp": ("USER", "PASS"),
}
_EXPOSING = re.compile(r"\s*(PLAIN|LOGIN|XOAUTH2|OAUTHBEARER)\b", re.IGNORECASE)
_ANONYMOUS = ("anonymous", "ftp")
_BAD_ENDS = ("reset", "idle", "error")


def judged(services: Collection[str], running: Iterable[str]) -> Collection[str]:
    """The services that are named. Raises LookupError for one that does not run: of that nothing bad is ever found."""
    known = dict.fromkeys(running)
    for name in services:
        if name not in known:
            raise LookupError(f"the sandbox runs no {name}, but: {', '.join(known)}")
    return services


def tls_before_login(journal: Journal, services: Collection[str] = ()) -> None:
    """Every client that logged in had started TLS before. Raises Unexpected, also if nobody logged in."""
    logins = [
        command
        for command in commands(journal)
        if (not services or command.service in services) and command.verb in LOGINS.get(command.service, ())
    ]
    if not logins:
        raise Unexpected("nobody logged in")
    _none(journal, "logged in before TLS", [command for command in logins if not command.secure])


def no_password_in_clear(journal: Journal, services: Collection[str] = ()) -> None:
    """Nobody sent a password that could be read on the way. Raises Unexpected."""
    wanted = set(services) or {*GOODBYES, "http", "xmlrpc"}
    heard = [command for command in commands(journal) if command.service in wanted and not command.secure]
    _none(journal, "sent a password in clear", [each for each in heard if _exposes(each, heard)])
    requests = Exchanges(journal, wanted & {"http", "xmlrpc"}).all()
    exposing = [request for request in requests if not request.secure and _has_basic(request)]
    if exposing:
        lines = [f"  connection {each.connection}: {each.method} {each.target} (Basic)" for each in exposing]
        lines += transcripts(journal, [each.connection for each in exposing])
        raise Unexpected("\n".join(["a password was sent in clear:", *lines]))


def logged_out(journal: Journal, services: Collection[str] = ()) -> None:
    """Every session ended with QUIT or LOGOUT. Raises Unexpected, also if there was no session."""
    wanted = set(services or GOODBYES) & set(GOODBYES)
    sessions = _sessions(journal, wanted)
    if not sessions:
        raise Unexpected(f"there was no session of {', '.join(sorted(wanted)) or 'these services'}")
    last = {command.connection: command for command in commands(journal)}
    impolite = [
        number
        for number, service in sessions.items()
        if number not in last or last[number].verb != GOODBYES[service]
    ]
    if impolite:
        lines = [
            f"  {sessions[number]} connection {number}: the last was {_said(last.get(number))}"
            for number in impolite
        ]
        lines += transcripts(journal, impolite)
        raise Unexpected("\n".join(["these clients did not log out:", *lines]))


async def all_closed(journal: Journal, services: Collection[str] = (), timeout: float = 1.0) -> None:  # noqa: ASYNC109
    """Every connection has ended, and none by a reset, an error or idleness.

    Raises Unexpected, and WaitTimeout if one is still open after ``timeout`` seconds.
    """
    wanted = set(services)

    def look() -> bool | None:
        return None if _open(journal, wanted) else True

    if await arrived(journal, lambda entry: isinstance(entry.event, Closed), look, timeout) is None:
        left = _open(journal, wanted)
        lines = [f"  {service} connection {number}" for number, service in left.items()]
        raise WaitTimeout(
            "\n".join(["these connections are still open:", *lines, *transcripts(journal, left)])
        )
    bad = [
        event
        for entry in journal
        if isinstance(event := entry.event, Closed)
        and event.reason in _BAD_ENDS
        and (not wanted or event.service in wanted)
    ]
    if bad:
        lines = [f"  {event.service} connection {event.connection}: {event.told}" for event in bad]
        lines += transcripts(journal, [event.connection for event in bad])
        raise Unexpected("\n".join(["these connections ended badly:", *lines]))


def no_crash(journal: Journal) -> None:
    """The sandbox itself did not fail. Raises Unexpected with the traceback."""
    crashes = [entry.event for entry in journal if isinstance(entry.event, Crashed)]
    if crashes:
        raise Unexpected(
            "\n\n".join(
                f"the sandbox failed on {crash.service} connection {crash.connection}:\n{crash.traceback}"
                for crash in crashes
            )
        )


def _none(journal: Journal, offence: str, found: list[Command]) -> None:
    if found:
        lines = [f"  {each.service} connection {each.connection}: C: {each}" for each in found]
        lines += transcripts(journal, [each.connection for each in found])
        raise Unexpected("\n".join([f"a client {offence}:", *lines]))


def _exposes(command: Command, heard: Iterable[Command]) -> bool:
    if command.verb in ("AUTH", "AUTHENTICATE"):
        return _EXPOSING.match(command.argument) is not None
    if command.verb == "LOGIN":
        return command.service == "imap"
    if command.verb != "PASS":
        return False
    users = [each for each in heard if each.connection == command.connection and each.verb == "USER"]
    return command.service != "ftp" or not users or users[-1].argument.lower() not in _ANONYMOUS


def _has_basic(request: Request) -> bool:
    return any(
        value.lower().startswith("basic ")
        for name in ("Authorization", "Proxy-Authorization")
        for value in request.headers.all(name)
    )


def _sessions(entries: Iterable[Entry], services: set[str]) -> dict[int, str]:
    """The connections of these services, without those that carry FTP's data."""
    found: dict[int, str] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Opened) and event.service in services:
            found[event.connection] = event.service
        elif isinstance(event, Fact) and event.name in ("data.opened", "connection.refused"):
            found.pop(event.connection, None)
    return found


def _open(entries: Iterable[Entry], services: set[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for entry in entries:
        event = entry.event
        if (
            isinstance(event, Opened)
            and event.transport != "udp"
            and (not services or event.service in services)
        ):
            found[event.connection] = event.service
        elif isinstance(event, Closed):
            found.pop(event.connection, None)
    return found


def _said(command: Command | None) -> str:
    return "nothing" if command is None else f"C: {command}"
