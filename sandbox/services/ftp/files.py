"""Commands that carry files, and how they shall be carried (RFC 959 §4.1.2, §4.1.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from sandbox.service import Context
from sandbox.services.ftp.newlines import Conversion, ToNetwork, ToTree, Unchanged
from sandbox.services.ftp.replies import RefusalError
from sandbox.services.ftp.session import Session
from sandbox.services.ftp.settings import Settings
from sandbox.services.ftp.streams import Outlet
from sandbox.services.ftp.transfers import BLOCK, Transfers
from sandbox.services.ftp.uploads import Upload, free_name
from sandbox.stores.files import ROOT, NotFoundError, Reader, printable

DONE = "Transfer complete"


class Files:
    """RETR, STOR and their kin."""

    def __init__(self, settings: Settings, context: Context, transfers: Transfers) -> None:
        self._tree = context.files
        self._max_upload = settings.max_upload or None
        self._transfers = transfers
        self.commands = {
            "ABOR": self.abor,
            "ALLO": self.allo,
            "APPE": self.appe,
            "MODE": self.mode,
            "REST": self.rest,
            "RETR": self.retr,
            "STOR": self.stor,
            "STOU": self.stou,
            "STRU": self.stru,
            "TYPE": self.type,
        }

    async def type(self, session: Session, argument: str) -> bool:
        """Choose octets as they are (I, L 8) or lines of text (A, A N)."""
        match argument.upper().split():
            case ["I"] | ["L", "8"]:
                session.parameters.ascii = False
            case ["A"] | ["A", "N"]:
                session.parameters.ascii = True
            case ["A", "T" | "C"] | ["E", *_] | ["L", _]:
                raise RefusalError("504", f"TYPE {argument} is not supported, use A or I")
            case _:
                raise RefusalError("501", f"TYPE {argument} is not known")
        return session.say(
            "200", "TYPE is now ASCII" if session.parameters.ascii else "TYPE is now 8-bit binary"
        )

    async def mode(self, session: Session, argument: str) -> bool:
        """Accept stream mode, the only one in use."""
        return _only(session, "MODE", argument, accepted="S", refused="BC")

    async def stru(self, session: Session, argument: str) -> bool:
        """Accept file structure, the only one in use."""
        return _only(session, "STRU", argument, accepted="F", refused="RP")

    async def allo(self, session: Session, argument: str) -> bool:
        """Storage need not be allocated."""
        if not argument.replace(" R ", "").isdigit():
            raise RefusalError("501", "A number of octets is wanted")
        return session.say("202", "No storage allocation necessary")

    async def rest(self, session: Session, argument: str) -> bool:
        """Skip octets, as they are stored, in the next transfer (RFC 3659 §5)."""
        if not (argument.isascii() and argument.isdigit() and len(argument) < 20):
            raise RefusalError("501", "An offset is a number")
        session.parameters.restart = int(argument)
        return session.say("350", f"Restarting at {session.parameters.restart}")

    async def abor(self, session: Session, _: str) -> bool:
        """Answered after the transfer it ended, if there was one."""
        session.data.close()
        return session.say("226", "ABOR command successful")

    async def retr(self, session: Session, argument: str) -> bool:
        """Send a file."""
        offset = session.take_restart()
        path = session.path(argument)
        try:
            info = self._tree.stat(path)
        except NotFoundError:
            session.missing = path
            raise
        if info.is_directory:
            raise RefusalError("550", f"{path}: is a directory")
        _check_offset(offset, info.size)
        is_ascii = session.parameters.ascii
        # ftplib, and urllib by it, takes the size from here; in ASCII it is known at the end only.
        size = "" if is_ascii else f" ({info.size - offset} bytes)"
        reader = self._tree.read(path, offset)
        try:
            async with self._transfers.open(session, lambda: _opening(session) + size, Outlet) as outlet:
                for block in _blocks(reader, ToNetwork() if is_ascii else Unchanged()):
                    await outlet.send(block)
                await outlet.finish()
        finally:
            reader.close()
        session.control.connection.note("file.sent", path=printable(path), size=outlet.moved)
        return session.say("226", DONE)

    async def stor(self, session: Session, argument: str) -> bool:
        """Store a file, in the place of one of that name."""
        offset = session.take_restart()
        return await self._store(session, await session.writable(argument), offset)

    async def appe(self, session: Session, argument: str) -> bool:
        """Store behind the end of a file, which is made if missing."""
        session.take_restart()
        return await self._store(session, await session.writable(argument), None)

    async def stou(self, session: Session, argument: str) -> bool:
        """Store under a name that is free; the reply tells it (RFC 1123 §4.1.2.9)."""
        session.take_restart()
        wanted = await session.writable(argument or "unique")
        if wanted == ROOT:
            raise RefusalError("550", f"{wanted}: is a directory")
        self._check_place(free_name(self._tree, wanted))
        upload = self._upload(session, wanted, 0, unique=True)
        return await self._receive(session, upload, lambda: f"FILE: {upload.path.name}")

    async def _store(self, session: Session, path: PurePosixPath, offset: int | None) -> bool:
        size = self._check_place(path)
        _check_offset(offset or 0, size)
        return await self._receive(session, self._upload(session, path, offset), lambda: _opening(session))

    def _upload(
        self, session: Session, path: PurePosixPath, offset: int | None, *, unique: bool = False
    ) -> Upload:
        conversion: Conversion = ToTree() if session.parameters.ascii else Unchanged()
        return Upload(self._tree, path, offset, conversion, self._max_upload, unique=unique)

    async def _receive(self, session: Session, upload: Upload, announcement: Callable[[], str]) -> bool:
        note = session.control.connection.note
        try:
            async with self._transfers.open(session, announcement, upload.begin) as inlet:
                await inlet.received()
                upload.finish()
        except BaseException:
            if upload.has_begun:
                note("file.interrupted", path=printable(upload.path), size=upload.close())
            raise
        note("file.stored", path=printable(upload.path), size=upload.close())
        return session.say("226", DONE)

    def _check_place(self, path: PurePosixPath) -> int:
        """The size of the file that is there, 0 if none; RefusalError or FileStoreError if there can be none."""
        try:
            info = self._tree.stat(path)
        except NotFoundError:
            if not self._tree.stat(path.parent).is_directory:
                raise RefusalError("550", f"{path.parent}: is not a directory") from None
            return 0
        if info.is_directory:
            raise RefusalError("550", f"{path}: is a directory")
        return info.size


def _opening(session: Session) -> str:
    return f"Opening {'ASCII' if session.parameters.ascii else 'BINARY'} mode data connection"


def _blocks(reader: Reader, conversion: Conversion) -> Iterator[bytes]:
    while block := reader.read(BLOCK):
        yield conversion.convert(block)


def _check_offset(offset: int, size: int) -> None:
    if offset > size:
        raise RefusalError("554", f"Cannot restart at {offset}: the file has {size} octets")


def _only(session: Session, verb: str, argument: str, *, accepted: str, refused: str) -> bool:
    letter = argument.upper()
    if letter == accepted:
        return session.say("200", f"{verb} is {accepted}")
    known = len(letter) == 1 and letter in refused
    raise RefusalError("504" if known else "501", f"{verb} {argument} is not supported, use {accepted}")
