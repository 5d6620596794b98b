"""Commands that list directories: LIST, NLST, STAT (RFC 959 §4.1.3) and MLSD (RFC 3659 §7)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import NamedTuple

from sandbox.service import Context
from sandbox.services.ftp.listing import facts_line, lines, list_line, without_options
from sandbox.services.ftp.replies import RefusalError
from sandbox.services.ftp.session import Session
from sandbox.services.ftp.streams import Outlet
from sandbox.services.ftp.transfers import BLOCK, Transfers
from sandbox.stores.files import FileInfo, NotFoundError

DONE = "Directory send OK"
HERE = "Here comes the directory listing"


class Listed(NamedTuple):
    """One entry, and the name under which it is listed."""

    info: FileInfo
    name: str


class Directories:
    """Listings over a data connection, and STAT, which lists over the control connection."""

    def __init__(self, context: Context, transfers: Transfers) -> None:
        self._tree = context.files
        self._clock = context.clock
        self._hostname = context.hostname
        self._transfers = transfers
        self.commands = {"LIST": self.list, "MLSD": self.mlsd, "NLST": self.nlst, "STAT": self.stat}

    async def list(self, session: Session, argument: str) -> bool:
        """Send lines as ``ls -l`` writes them."""
        listed, _ = self._listed(session, argument)
        return await self._send(session, self._long(listed))

    async def nlst(self, session: Session, argument: str) -> bool:
        """Send names that can be used as they are, so with the directory that was asked for (RFC 1123 §4.1.2.7)."""
        listed, directory = self._listed(session, argument)
        return await self._send(session, [directory + entry.name for entry in listed])

    async def mlsd(self, session: Session, argument: str) -> bool:
        """Send facts about the entries of a directory."""
        path = session.path(argument)
        if not self._tree.stat(path).is_directory:
            raise RefusalError("501", f"{path}: is not a directory")
        facts = session.parameters.facts
        return await self._send(
            session, [facts_line(info, info.name, facts) for info in self._tree.list(path)]
        )

    async def stat(self, session: Session, argument: str) -> bool:
        """Tell how the session stands, or list over the control connection."""
        if not argument:
            return session.say(
                "211", f"{self._hostname} FTP server status:", *_status(session), "End of status"
            )
        if not session.is_logged_in:
            raise RefusalError("530", "Log in with USER and PASS first")
        listed, _ = self._listed(session, argument)
        return session.say("213", f"Status of {argument}:", *self._long(listed), "End of status")

    def _long(self, listed: Sequence[Listed]) -> Sequence[str]:
        now = self._clock()
        return [list_line(entry.info, entry.name, now) for entry in listed]

    def _listed(self, session: Session, argument: str) -> tuple[Sequence[Listed], str]:
        """The entries an argument of LIST means, and what makes paths of their names.

        The argument is a directory, a file or a pattern, and there may be options before it.
        """
        # A file may be named as an option is.
        for asked in (argument, without_options(argument)):
            with suppress(NotFoundError):
                return self._contents(self._tree.stat(session.path(asked)), asked)
        return self._matching(session, asked), ""

    def _contents(self, info: FileInfo, asked: str) -> tuple[Sequence[Listed], str]:
        if not info.is_directory:
            return [Listed(info, asked)], ""
        directory = "" if asked in ("", ".") else asked if asked.endswith("/") else f"{asked}/"
        return [Listed(each, each.name) for each in self._tree.list(info.path)], directory

    def _matching(self, session: Session, pattern: str) -> Sequence[Listed]:
        """What a pattern in the last part of a path means: tnftp's mget asks so. Raises NotFoundError for nothing."""
        directory, slash, last = pattern.rpartition("/")
        path = session.path(directory + slash)
        found = [
            Listed(info, directory + slash + info.name)
            for info in self._tree.list(path)
            if fnmatchcase(info.name, last) and (last.startswith(".") or not info.name.startswith("."))
        ]
        if not found:
            raise NotFoundError(session.path(pattern), "no such file or directory")
        return found

    async def _send(self, session: Session, texts: Sequence[str]) -> bool:
        session.take_restart()
        data = lines(texts)
        async with self._transfers.open(session, lambda: HERE, Outlet) as outlet:
            for start in range(0, len(data), BLOCK):
                await outlet.send(data[start : start + BLOCK])
            await outlet.finish()
        return session.say("226", DONE)


def _status(session: Session) -> Sequence[str]:
    parameters = session.parameters
    tls = session.control.connection.tls
    return [
        f"Connected from {session.control.connection.peer}",
        f"Control connection: {tls.version if tls else 'plain text'}",
        f"Data connections: {'protected' if parameters.protected else 'clear'}",
        f"Logged in as {session.user.login}" if session.is_logged_in else "Not logged in",
        f"TYPE: {'ASCII' if parameters.ascii else 'BINARY'}; STRU: F; MODE: S",
    ]
