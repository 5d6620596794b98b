"""The FTP server: aioftp's, with another loop, and with commands of our own beside the few of aioftp that are used."""

from __future__ import annotations

import traceback
from typing import Any

import aioftp
from aioftp import Connection

from sandbox.faults.effects.miscount import Miscount
from sandbox.faults.effects.refuse_port import RefusePort
from sandbox.faults.effects.reply import Reply
from sandbox.sansio import LineTooLongError
from sandbox.service import Context
from sandbox.services.ftp.access import Access
from sandbox.services.ftp.channel import DataChannel
from sandbox.services.ftp.control import Control
from sandbox.services.ftp.directories import Directories
from sandbox.services.ftp.files import Files
from sandbox.services.ftp.paths import Paths
from sandbox.services.ftp.ports import Ports
from sandbox.services.ftp.replies import RefusalError, code_of
from sandbox.services.ftp.session import Session
from sandbox.services.ftp.settings import Settings
from sandbox.services.ftp.transfers import Transfers
from sandbox.services.ftp.users import Users
from sandbox.services.ftp.verbs import (
    ALIASES,
    BEFORE_LOGIN,
    NOT_IMPLEMENTED,
    SYNTAX,
    VERBATIM,
    needs_argument,
    syntax,
)
from sandbox.stores.files import ENCODING, ERRORS, FileStoreError, printable


class Engine(aioftp.Server):
    """One for all listeners; each client has a session.

    aioftp contributes the users and their permissions, the session's record, the table of commands, and USER, PASS,
    SYST and QUIT. Its dispatcher reads and starts the next command while one still runs, and closes the connection when
    a data connection breaks or a line is odd; this one does one thing after the other and lives on.
    """

    def __init__(self, settings: Settings, context: Context) -> None:
        super().__init__(
            Users(settings, context), welcome_message=f"{context.hostname} {settings.banner}".rstrip()
        )
        self.context = context
        self.settings = settings
        transfers = Transfers(settings, context.network)
        own: dict[str, Any] = {"USER": self.user, "PASS": self.pass_, "QUIT": self.quit, "SYST": self.syst}
        # aioftp's own keys are in lower case. Its type wants any Connection, and here all are sessions.
        self.commands_mapping = (
            own
            | Access(context).commands
            | Paths(settings, context).commands
            | Ports(settings).commands
            | Files(settings, context, transfers).commands
            | Directories(context, transfers).commands
        )

    async def serve(self, control: Control) -> None:
        """Serve one client until it leaves."""
        session = Session(control, DataChannel(control.transport, self.context.network, self.settings))
        try:
            session.say("220", self.welcome_message)
            while await self._answer_next(session):
                await control.drained()
        except EOFError:
            pass
        except Exception:
            control.connection.crashed(traceback.format_exc())
            session.say("421", "Internal error, closing control connection")
        finally:
            session.data.close()
            control.transport.close()

    async def _answer_next(self, session: Session) -> bool:
        try:
            line = await session.control.line()
            if b"\0" in line:
                raise RefusalError("500", "A NUL cannot be part of a command")
            verb, _, argument = line.decode(ENCODING, ERRORS).partition(" ")
            return await self._perform(session, verb.upper(), argument)
        except LineTooLongError:
            return session.say("500", f"A line is {self.settings.max_line} octets long at the most")
        except FileStoreError as error:
            return session.say(code_of(error), f"{error.path}: {error.reason}")
        except RefusalError as refused:
            return session.say(refused.code, refused.text)

    async def _perform(self, session: Session, name: str, argument: str) -> bool:
        verb = ALIASES.get(name, name)
        if verb not in SYNTAX:
            code = "502" if verb in NOT_IMPLEMENTED else "500"
            raise RefusalError(code, f"{verb[:20]} is not known here" if verb else "A command is wanted")
        if verb not in BEFORE_LOGIN and not session.is_logged_in:
            raise RefusalError("530", "Log in with USER and PASS first")
        if verb not in VERBATIM:
            argument = argument.strip(" ")
        if needs_argument(verb) and not argument:
            raise RefusalError("501", f"Syntax: {syntax(verb)}")
        return await self._do_or_go_wrong(session, verb, argument)

    async def _do_or_go_wrong(self, session: Session, verb: str, argument: str) -> bool:
        command, connection = self.commands_mapping[verb], session.control.connection
        session.doing = f"{verb.lower()} {printable(argument)}".rstrip()
        name = printable(session.user.login or "") if verb == "PASS" and session.future.user.done() else ""
        effect = connection.fault(verb.lower(), name if verb == "PASS" else printable(argument))
        match effect:
            case None:
                return bool(await command(session, argument))
            case Miscount():
                with session.control.miscounting(effect):
                    return bool(await command(session, argument))
            case RefusePort():
                with session.data.refusing():
                    return bool(await command(session, argument))
            case Reply():
                session.control.transport.write(effect.octets)
                return not effect.closes
        return not session.control.transport.is_closing()

    async def user(self, connection: Connection, rest: str) -> bool:
        """Name the user; whoever was logged in is so no longer."""
        assert isinstance(connection, Session)
        if self.settings.login_requires_tls and connection.control.connection.tls is None:
            raise RefusalError("530", "Say AUTH TLS before you log in")
        await super().user(connection, rest)
        connection.control.connection.user = ""
        # Speed limits, which nobody has here: one entry for each login would stay for ever.
        self.throttle_per_user.clear()
        return True

    async def pass_(self, connection: Connection, rest: str) -> bool:
        """Log the user in, and go to its home."""
        assert isinstance(connection, Session)
        if connection.is_logged_in or not connection.future.user.done():
            raise RefusalError("503", "Say USER first")
        await super().pass_(connection, rest)
        accepted = connection.future.logged.done()
        connection.control.connection.note(
            "login.accepted" if accepted else "login.refused",
            user=printable(connection.user.login),
            mechanism="PASS",
        )
        if accepted:
            connection.control.connection.user = printable(connection.user.login)
            connection.current_directory = connection.user.home_path
        return True
