"""Commands that look at the tree and change it, without a data connection (RFC 959 §4.1.3, RFC 3659)."""

from __future__ import annotations

from sandbox.service import Context
from sandbox.services.ftp.listing import facts_line, parse_timestamp, timestamp
from sandbox.services.ftp.replies import RefusalError, quoted
from sandbox.services.ftp.session import Session
from sandbox.services.ftp.settings import Settings
from sandbox.stores.files import FileInfo, NotFoundError, printable


class Paths:
    """Everything about places in the tree; what the tree refuses becomes a reply elsewhere."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings = settings
        self._tree = context.files
        self.commands = {
            "CDUP": self.cdup,
            "CWD": self.cwd,
            "DELE": self.dele,
            "MDTM": self.mdtm,
            "MFMT": self.mfmt,
            "MKD": self.mkd,
            "MLST": self.mlst,
            "PWD": self.pwd,
            "RMD": self.rmd,
            "RNFR": self.rnfr,
            "RNTO": self.rnto,
            "SITE": self.site,
            "SIZE": self.size,
        }

    async def pwd(self, session: Session, _: str) -> bool:
        """Tell the current directory."""
        return session.say("257", f"{quoted(session.current_directory)} is the current directory")

    async def cwd(self, session: Session, argument: str) -> bool:
        """Go to a directory, which is made if need be."""
        try:
            info = self._tree.stat(session.path(argument))
        except NotFoundError as error:
            # urllib asks by CWD whether a file that RETR did not find is a directory: it must not be made then.
            if not self._settings.create_missing_directories or error.path == session.missing:
                raise
            info = await self._made(session, argument)
        if not info.is_directory:
            raise RefusalError("550", f"{info.path}: is not a directory")
        session.current_directory = info.path
        return session.say("250", f"{quoted(info.path)} is the current directory")

    async def cdup(self, session: Session, _: str) -> bool:
        """Go to the directory above."""
        return await self.cwd(session, "..")

    async def mkd(self, session: Session, argument: str) -> bool:
        """Make a directory; its parent must exist."""
        path = await session.writable(argument)
        self._tree.make_directory(path)
        session.control.connection.note("directory.created", path=printable(path))
        return session.say("257", f"{quoted(path)} created")

    async def rmd(self, session: Session, argument: str) -> bool:
        """Remove an empty directory."""
        path = await session.writable(argument)
        self._tree.remove_directory(path)
        session.control.connection.note("directory.deleted", path=printable(path))
        return session.say("250", f"{quoted(path)} removed")

    async def dele(self, session: Session, argument: str) -> bool:
        """Remove a file."""
        path = await session.writable(argument)
        self._tree.remove(path)
        session.control.connection.note("file.deleted", path=printable(path))
        return session.say("250", f"{quoted(path)} deleted")

    async def rnfr(self, session: Session, argument: str) -> bool:
        """Name what RNTO will move."""
        path = await session.writable(argument)
        self._tree.stat(path)
        session.rename_from = path
        return session.say("350", "Say RNTO with the new name")

    async def rnto(self, session: Session, argument: str) -> bool:
        """Move what RNFR named; a file in its way is replaced."""
        source, session.rename_from = session.rename_from, None
        if source is None:
            raise RefusalError("503", "Say RNFR first")
        target = await session.writable(argument)
        self._tree.rename(source, target)
        session.control.connection.note("file.renamed", source=printable(source), target=printable(target))
        return session.say("250", f"{quoted(source)} is now {quoted(target)}")

    async def size(self, session: Session, argument: str) -> bool:
        """Tell the octets of a file as it is stored, whatever TYPE says."""
        info = self._tree.stat(session.path(argument))
        if info.is_directory:
            raise RefusalError("550", f"{info.path}: is a directory")
        return session.say("213", str(info.size))

    async def mdtm(self, session: Session, argument: str) -> bool:
        """Tell when something was last changed; with a time before the path, set it as some clients ask by MDTM."""
        try:
            info = self._tree.stat(session.path(argument))
        except NotFoundError:
            if parse_timestamp(argument.partition(" ")[0]) is None:
                raise
            return await self.mfmt(session, argument)
        return session.say("213", timestamp(info.modified))

    async def mfmt(self, session: Session, argument: str) -> bool:
        """Set when something was last changed (draft-somers-ftp-mfxx)."""
        text, _, name = argument.partition(" ")
        modified = parse_timestamp(text)
        if modified is None or not name:
            raise RefusalError("501", "Syntax: MFMT YYYYMMDDHHMMSS path")
        path = await session.writable(name)
        self._tree.touch(path, modified)
        return session.say("213", f"Modify={timestamp(modified)}; {path}")

    async def mlst(self, session: Session, argument: str) -> bool:
        """Tell the facts of one entry (RFC 3659 §7.2)."""
        info = self._tree.stat(session.path(argument))
        return session.say("250", "Facts:", facts_line(info, str(info.path), session.parameters.facts), "End")

    async def site(self, session: Session, argument: str) -> bool:
        """CHMOD, which clients say after an upload, and HELP."""
        name, _, rest = argument.partition(" ")
        match name.upper():
            case "" | "HELP":
                return session.say("214", "These are known:", "SITE CHMOD mode path", "SITE HELP", "End")
            case "CHMOD":
                mode, _, path = rest.partition(" ")
                if not (path and mode.isascii() and mode.isdigit()):
                    raise RefusalError("501", "Syntax: SITE CHMOD mode path")
                self._tree.stat(await session.writable(path))
                return session.say("202", "Modes are not kept")
        raise RefusalError("504", f"SITE {name} is not known here")

    async def _made(self, session: Session, argument: str) -> FileInfo:
        path = await session.writable(argument)
        self._tree.make_directories(path)
        session.control.connection.note("directory.created", path=printable(path))
        return self._tree.stat(path)
