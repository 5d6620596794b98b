"""Commands that arrange the next data connection: PASV and PORT (RFC 959 §4.1.2), EPSV and EPRT (RFC 2428)."""

from __future__ import annotations

from sandbox.services.ftp.addresses import Address, parse_eprt, parse_port, pasv_numbers, protocol_of
from sandbox.services.ftp.replies import RefusalError
from sandbox.services.ftp.session import Session
from sandbox.services.ftp.settings import Settings


class Ports:
    """The data port of a session, passive or active."""

    def __init__(self, settings: Settings) -> None:
        self._advertised_host = settings.advertised_host
        self.commands = {"EPRT": self.eprt, "EPSV": self.epsv, "PASV": self.pasv, "PORT": self.port}

    async def pasv(self, session: Session, _: str) -> bool:
        """Listen, and tell where."""
        _check_not_only_epsv(session)
        host = self._advertised_host or session.data.local_host
        if protocol_of(host) != "1":
            raise RefusalError("425", "PASV can tell IPv4 addresses only, use EPSV")
        return session.say("227", f"Entering Passive Mode ({pasv_numbers(host, session.data.listen())}).")

    async def epsv(self, session: Session, argument: str) -> bool:
        """Listen, and tell at which port; the address is the one of the control connection."""
        if argument.upper() == "ALL":
            session.parameters.only_epsv = True
            return session.say("200", "EPSV ALL it is")
        own = protocol_of(session.data.local_host)
        if argument and argument not in ("1", "2"):
            raise RefusalError(
                "522" if argument.isdigit() else "501", f"Network protocol not supported, use ({own})"
            )
        if argument and argument != own:
            raise RefusalError("522", f"Network protocol not supported, use ({own})")
        return session.say("229", f"Entering Extended Passive Mode (|||{session.data.listen()}|)")

    async def port(self, session: Session, argument: str) -> bool:
        """Take the client's address."""
        return self._aim(session, parse_port(argument), "PORT")

    async def eprt(self, session: Session, argument: str) -> bool:
        """Take the client's address, of either protocol."""
        return self._aim(session, parse_eprt(argument), "EPRT")

    def _aim(self, session: Session, address: Address, verb: str) -> bool:
        _check_not_only_epsv(session)
        session.data.aim(address)
        return session.say("200", f"{verb} command successful")


def _check_not_only_epsv(session: Session) -> None:
    if session.parameters.only_epsv:
        raise RefusalError("503", "EPSV ALL was said, only EPSV is allowed")
