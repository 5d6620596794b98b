"""Commands about the session itself: protection (RFC 2228, RFC 4217), what the server can do, and small talk."""

from __future__ import annotations

from sandbox.service import Context
from sandbox.services.ftp.listing import FACTS
from sandbox.services.ftp.replies import RefusalError
from sandbox.services.ftp.session import Session
from sandbox.services.ftp.verbs import ALIASES, SYNTAX, syntax

_LEVELS = {"C": "Clear", "P": "Private"}


class Access:
    """Everything beside files and data connections that aioftp does not answer."""

    def __init__(self, context: Context) -> None:
        self._hostname = context.hostname
        self.commands = {
            "ACCT": self.acct,
            "AUTH": self.auth,
            "CCC": self.ccc,
            "FEAT": self.feat,
            "HELP": self.help,
            "NOOP": self.noop,
            "OPTS": self.opts,
            "PBSZ": self.pbsz,
            "PROT": self.prot,
            "REIN": self.rein,
        }

    async def acct(self, session: Session, _: str) -> bool:
        """Accounts within accounts are not kept."""
        return session.say("202", "No account is needed")

    async def noop(self, session: Session, _: str) -> bool:
        """Nothing."""
        return session.say("200", "Zzz")

    async def rein(self, session: Session, _: str) -> bool:
        """Begin anew."""
        session.forget()
        return session.say("220", f"{self._hostname} ready for a new user")

    async def auth(self, session: Session, mechanism: str) -> bool:
        """Upgrade the control connection to TLS (RFC 4217 §4); the login must be repeated then (RFC 2228 §3)."""
        connection = session.control.connection
        if connection.binding.tls == "none":
            raise RefusalError("502", "TLS is not offered here")
        if connection.tls is not None:
            raise RefusalError("503", "TLS is active already")
        if mechanism.upper() not in ("TLS", "TLS-C", "SSL"):
            raise RefusalError("504", "Only AUTH TLS is known")
        session.forget()
        return await session.control.start_tls("234", "Proceed with the TLS handshake")

    async def pbsz(self, session: Session, size: str) -> bool:
        """Agree on the size of protected buffers, which with TLS is 0 (RFC 4217 §8)."""
        if session.control.connection.tls is None:
            raise RefusalError("503", "Say AUTH TLS first")
        if not (size.isascii() and size.isdigit()):
            raise RefusalError("501", "A size is a number")
        session.parameters.buffer_size_given = True
        return session.say("200", "PBSZ=0")

    async def prot(self, session: Session, level: str) -> bool:
        """Choose whether data connections are encrypted (RFC 4217 §9)."""
        if not session.parameters.buffer_size_given:
            raise RefusalError("503", "Say PBSZ first")
        level = level.upper()
        if level not in _LEVELS:
            known = level in ("S", "E")
            raise RefusalError(
                "536" if known else "504", f"Protection level {level} is not supported, use C or P"
            )
        session.parameters.protected = level == "P"
        return session.say("200", f"Data protection level is {_LEVELS[level]}")

    async def ccc(self, session: Session, _: str) -> bool:
        """Never go back to plain text: nothing could tell where TLS ends (RFC 4217 §12.2)."""
        if session.control.connection.tls is None:
            raise RefusalError("503", "The control connection is in plain text")
        raise RefusalError("534", "The control connection stays encrypted")

    async def feat(self, session: Session, _: str) -> bool:
        """Tell the extensions (RFC 2389 §3)."""
        told = session.parameters.facts
        facts = "".join(f"{fact}{'*' if fact in told else ''};" for fact in FACTS)
        features = ["EPRT", "EPSV", "MDTM", "MFMT", f"MLST {facts}", "REST STREAM", "SIZE", "TVFS", "UTF8"]
        if session.control.connection.binding.tls == "starttls":
            features.append("AUTH TLS")
        if session.control.connection.binding.tls != "none":
            features += ["PBSZ", "PROT"]
        return session.say("211", "Extensions:", *sorted(features), "End")

    async def opts(self, session: Session, argument: str) -> bool:
        """Set what MLSD tells (RFC 3659 §7.9); UTF8 is always on."""
        name, _, options = argument.partition(" ")
        match name.upper():
            case "UTF8" | "UTF-8":
                return session.say("200", "Names are always UTF-8")
            case "MLST":
                wanted = {fact.lower() for fact in options.split(";")}
                session.parameters.facts = tuple(fact for fact in FACTS if fact in wanted)
                told = "".join(f"{fact};" for fact in session.parameters.facts)
                return session.say("200", f"MLST OPTS {told}".rstrip())
        raise RefusalError("501", f"{name} has no options")

    async def help(self, session: Session, argument: str) -> bool:
        """Name the commands, or tell how one is written."""
        verb = ALIASES.get(argument.upper(), argument.upper())
        if not verb:
            return session.say("214", "These commands are known:", *map(syntax, SYNTAX), "End")
        if verb not in SYNTAX:
            raise RefusalError("504", f"{verb} is not known here")
        return session.say("214", f"Syntax: {syntax(verb)}")
