"""What the server knows about one client: who it is, where it stands, how it wants its data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from aioftp import Connection, User

from sandbox.services.ftp.channel import DataChannel
from sandbox.services.ftp.control import Control
from sandbox.services.ftp.listing import FACTS
from sandbox.services.ftp.replies import RefusalError
from sandbox.services.ftp.streams import DataStream
from sandbox.stores.files import normal_path


@dataclass(slots=True)
class Parameters:
    """What holds for the transfers to come, until a new login."""

    ascii: bool = True
    """TYPE A, the default of RFC 959 §5.1; else TYPE I."""
    restart: int = 0
    """Octets that REST asks the next transfer to skip."""
    facts: tuple[str, ...] = FACTS
    """What MLSD and MLST tell."""
    only_epsv: bool = False
    """EPSV ALL was said: the other ways to arrange a data connection are refused (RFC 2428 §4)."""
    buffer_size_given: bool = False
    """PBSZ was said, as PROT wants it (RFC 4217 §8)."""
    protected: bool = False
    """PROT P: data connections use TLS."""


class Session(Connection):
    """aioftp's record of a client, in which every attribute is a future that its own commands can wait for.

    The types of the attributes, which stand nowhere in aioftp, are told here.
    """

    # Read and written by those commands of aioftp that we use.
    command_connection: Control
    current_directory: PurePosixPath
    logged: bool
    user: User
    # Ours.
    data: DataChannel
    doing: str
    missing: PurePosixPath | None
    parameters: Parameters
    rename_from: PurePosixPath | None
    stream: DataStream | None

    def __init__(self, control: Control, data: DataChannel) -> None:
        super().__init__(
            command_connection=control,
            response=control.send,
            data=data,
            parameters=Parameters(),
            doing="",
            missing=None,
            rename_from=None,
            stream=None,
        )

    @property
    def control(self) -> Control:
        """The control connection."""
        return self.command_connection

    @property
    def is_logged_in(self) -> bool:
        """Whether a password was accepted since USER."""
        return self.future.logged.done()

    def say(self, code: str, *lines: str) -> bool:
        """Send a reply; returns True, with which a command of aioftp says that the session goes on."""
        self.control.send(code, *lines)
        return True

    def path(self, argument: str) -> PurePosixPath:
        """The place in the tree that a command names; ``~`` as its first part is the user's home."""
        if argument == "~" or argument.startswith("~/"):
            return normal_path(argument[2:], self.user.home_path)
        return normal_path(argument, self.current_directory)

    async def writable(self, argument: str) -> PurePosixPath:
        """The same for a command that changes it. Raises RefusalError where nothing may be changed."""
        path = self.path(argument)
        if not (await self.user.get_permissions(path)).writable:
            raise RefusalError("550", f"{path}: is read only")
        return path

    def take_restart(self) -> int:
        """The offset for this transfer; the next one starts at 0 again."""
        offset, self.parameters.restart = self.parameters.restart, 0
        return offset

    def forget(self) -> None:
        """Be as after the greeting (RFC 959 §4.1.1, REIN); TLS stays."""
        del self.user
        del self.logged
        self.control.connection.user = ""
        self.parameters = Parameters()
        self.missing = self.rename_from = None
        self.data.close()
