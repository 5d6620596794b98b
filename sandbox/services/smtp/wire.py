"""aiosmtpd's protocol on our wire: how lines come in, how replies go out, how TLS starts, how it ends.

What a client may say stands in the classes above this one.
"""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeAlias

from aiosmtpd.smtp import SMTP, AuthenticatorType

from sandbox.net.connection import Connection
from sandbox.net.transport import TapTransport
from sandbox.sansio import LineBuffer, LineTooLongError
from sandbox.service import Context
from sandbox.services.smtp.settings import Settings

#: Octets of a command line. RFC 5321 §4.5.3.1.4 asks for 512, RFC 4954 §4 for this many in an AUTH exchange.
MAX_COMMAND = 12288
#: What does a command, given its argument.
Command: TypeAlias = Callable[[str | None], Awaitable[None]]
#: Octets that are taken from the stream at once.
PIECE = 64 * 1024

# The enhanced status codes (RFC 3463) of those replies that aiosmtpd words itself.
_STATUS = {
    "250": "2.0.0",
    "500": "5.5.1",
    "501": "5.5.4",
    "503": "5.5.1",
}
_ENHANCED = re.compile(r"[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3} ")


class Wire(SMTP):
    """The only class that touches what aiosmtpd keeps private, each name with its reason.

    aiosmtpd contributes the session, the envelope, the AUTH exchanges and its own command methods (``smtp_NOOP`` and
    the like); commands are found by their method's name, as aiosmtpd does.
    """

    # aiosmtpd gives its StreamReader this limit; the transport is paused at twice as much.
    line_length_limit = PIECE
    # Never None while a client is served.
    transport: TapTransport
    _names: ClassVar[list[str]]

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        context: Context,
        *,
        authenticator: AuthenticatorType,
        excluded_mechanisms: set[str],
    ) -> None:
        super().__init__(
            None,
            data_size_limit=settings.max_message,
            enable_SMTPUTF8=True,
            hostname=context.hostname,
            ident=settings.banner,
            auth_require_tls=False,
            auth_exclude_mechanism=excluded_mechanisms,
            authenticator=authenticator,
            loop=asyncio.get_running_loop(),
        )
        self.connection = connection
        self.settings = settings
        self.context = context
        self._lines = LineBuffer(MAX_COMMAND)
        self._serving: asyncio.Task[None] | None = None

    def __init_subclass__(cls) -> None:
        cls._names = [name for name in dir(cls) if name.startswith(("smtp_", "auth_"))]

    def __dir__(self) -> list[str]:
        # aiosmtpd looks through all names of each new instance, twice, for its commands and mechanisms: 80 µs of 120.
        return self._names

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Past aiosmtpd's own version, here and when it is lost: it starts a timer, and a task nobody keeps account of.
        assert isinstance(transport, TapTransport)
        asyncio.StreamReaderProtocol.connection_made(self, transport)
        self.transport = transport
        self.begin_session()
        # Private: aiosmtpd's name for the coroutine that serves the client.
        serving = self._handle_client()
        self._serving = self.context.network.tasks.spawn(serving, f"smtp {self.connection.number}")

    def connection_lost(self, error: Exception | None) -> None:
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        if self._serving is not None:
            self._serving.cancel()

    def eof_received(self) -> bool:
        # aiosmtpd stops serving here; a client that sends its whole dialogue and half-closes gets its answers.
        asyncio.StreamReaderProtocol.eof_received(self)
        return self.connection.tls is None

    def idle_timeout(self) -> None:
        self._write(f"421 4.4.2 {self.hostname} idle for too long, closing connection")

    def begin_session(self) -> None:
        """Forget what the client has said so far (RFC 3207 §4.2)."""
        # Private, as the next one: the factories that the classes above this one override.
        self.session = self._create_session()
        self.connection.user = ""
        self.begin_transaction()

    def begin_transaction(self) -> None:
        """Forget the mail that may be under way."""
        self.envelope = self._create_envelope()

    async def line(self) -> bytes:
        """The next line without its end. Raises LineTooLongError, and EOFError when the client sends no more."""
        while (line := self._lines.next_line()) is None:
            self._lines.feed(await self._receive())
        return line

    async def piece(self) -> bytes:
        """Octets that are not lines, as many as are there, at least one. Raises EOFError."""
        return self._lines.take(len(self._lines)) or await self._receive()

    def put_back(self, rest: bytes) -> None:
        """Hand back what :meth:`piece` gave too much."""
        self._lines.feed(rest)

    async def _receive(self) -> bytes:
        # Private: the StreamReader that aiosmtpd made.
        data = await self._reader.read(PIECE)
        if not data:
            raise EOFError
        return data

    async def push(self, status: str | bytes) -> None:
        """Send one reply in one write; aiosmtpd's own replies get their enhanced status code (RFC 2034 §4)."""
        text = status if isinstance(status, str) else status.decode()
        if text[:3] in _STATUS and not _ENHANCED.match(text):
            text = f"{text[:3]} {_STATUS[text[:3]]} {text[4:]}"
        await self.push_plain(text)

    async def push_plain(self, text: str) -> None:
        """Send a reply that has no status code: a greeting, a challenge, what answers HELO and EHLO."""
        self._write(text)
        # Private: the StreamWriter that aiosmtpd made; waits while the client does not read.
        await self._writer.drain()

    def _write(self, text: str) -> None:
        self.transport.write(text.encode() + b"\r\n")

    async def _handle_client(self) -> None:
        # Private, and replaced whole: aiosmtpd's loop gives up after five unknown commands, stops at the end of
        # input with commands unanswered, and tells the client the name of the exception when something failed.
        try:
            await self.push_plain(f"220 {self.hostname} {self.settings.banner}".rstrip())
            while not self.transport.is_closing():
                await self._serve_command()
                if len(self._lines):  # pipelined: let the other clients have their turn
                    await asyncio.sleep(0)
        except (EOFError, ConnectionError):
            pass
        except Exception:
            self.connection.crashed(traceback.format_exc())
            self._write(f"421 4.3.0 {self.hostname} internal error, closing connection")
        finally:
            self.transport.close()

    async def _serve_command(self) -> None:
        try:
            line = await self.line()
        except LineTooLongError:
            await self.push("500 5.5.2 Line too long")
            return
        # Octets that are no UTF-8 become U+FFFD: no command and no address has that.
        verb, *rest = line.decode(errors="replace").split(None, 1) or [""]
        command: Any = getattr(self, f"smtp_{verb.upper()}", None)
        if command is None:
            await self.push("500 5.5.1 Command not recognized")
        else:
            await self.perform(verb.lower(), command, rest[0].rstrip() if rest else None)

    async def perform(self, event: str, command: Command, argument: str | None) -> None:
        """Do one command, named in lower case."""
        await command(argument)

    @property
    def starttls_offered(self) -> bool:
        """Whether the client may upgrade now."""
        return self.connection.binding.tls == "starttls" and self.connection.tls is None

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Upgrade below the tap; aiosmtpd would put its TLS above it (RFC 3207)."""
        if not self.starttls_offered:
            again = self.connection.tls is not None
            await self.push(
                "503 5.5.1 TLS is active already" if again else "502 5.5.1 TLS is not offered here"
            )
            return
        if arg:
            await self.push("501 5.5.4 Syntax: STARTTLS")
            return
        handshake = self.transport.start_tls(b"220 2.0.0 Ready to start TLS\r\n")
        # Private: plain text that was sent behind the command must not pass for TLS (RFC 3207 §6, injection).
        self._reader._buffer.clear()  # type: ignore[attr-defined]
        self._lines.clear()
        await handshake
        self.begin_session()
