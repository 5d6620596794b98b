"""The sandbox's own certificate authority: made once for each state directory, certificates on demand by name."""

from __future__ import annotations

import os
import shutil
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import AuthorityError
from sandbox.faults.effects import Effect
from sandbox.faults.effects.tls import Flaw
from sandbox.net.flaws import age, flaw_of, flawed
from sandbox.settings.paths import private_directory

if TYPE_CHECKING:
    import trustme

MAX_CONTEXTS = 1000  # a client may ask for any number of names
MOST_EXPECTED = 100  # addresses that stand in one certificate

_ORGANIZATION = "Sandbox test authority"


class Authority:
    """Signs certificates for whatever name a client asks for (SNI, RFC 6066 §3).

    Nothing is read or made before the first handshake or the first question for :attr:`certificate`. The key file
    has mode 0600 and the authority is never put into a system's store. ``names`` stand in the certificate for clients
    that send no name, and with them the addresses that the directory ``expected`` has files for: clients that were
    given an address send none. Raises AuthorityError when the directory cannot be used.
    """

    def __init__(self, directory: Path, names: tuple[str, ...] = ("localhost", "127.0.0.1", "::1")) -> None:
        self._directory = directory
        #: A file for each address, its colons written as ``_``; redirected programs add theirs.
        self.expected = directory / "run" / "addresses"
        self._names = names
        self._ca: trustme.CA | None = None
        self._contexts: dict[tuple[tuple[str, ...], bool, Effect | None], ssl.SSLContext] = {}

    @property
    def certificate(self) -> Path:
        """The authority's certificate in PEM form: what clients have to trust."""
        path = self._directory / "ca" / "ca.pem"
        if not path.exists():
            self.load()
        return path

    def load(self) -> None:
        """Read the authority, or make it."""
        if self._ca is None:
            try:
                self._ca = self._read_or_make()
            except (OSError, ValueError) as error:
                raise AuthorityError(f"the certificate authority in {self._directory}: {error}") from error

    def context(self, *, tickets: bool = True, fault: Effect | None = None) -> ssl.SSLContext:
        """A server context that presents the certificate for the name the client asks for, or suffers a fault.

        Without ``tickets`` no TLS 1.3 session tickets are sent: a client that never reads, as one that uploads by
        FTP, would otherwise close with them unread, which resets the connection and loses the tail of the upload.
        """
        context = _server_context(fault, tickets=tickets)

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            connection.asked_name = name  # type: ignore[attr-defined]  # a server's SSLObject does not tell
            connection.context = self._context_for(name, tickets, fault)

        # The callback also runs for clients that send no name.
        context.sni_callback = choose
        return context

    def expect(self, address: str) -> None:
        """Have a certificate for an address that a client goes to."""
        private_directory(self.expected)
        (self.expected / address.replace(":", "_")).touch()

    def client_context(self) -> ssl.SSLContext:
        """A client context that trusts this authority and nothing else."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def _context_for(self, name: str | None, tickets: bool, fault: Effect | None) -> ssl.SSLContext:
        names = (*self._names, *self._addresses()) if name is None else (name,)
        key = (names, tickets, fault)
        if key not in self._contexts:
            if len(self._contexts) >= MAX_CONTEXTS:
                self._contexts.clear()
            self.load()
            assert self._ca is not None
            context = _server_context(fault, tickets=tickets)
            pem = self._certificate_for(self._ca, names, flaw_of(fault)).private_key_and_cert_chain_pem
            # ssl reads files only; in a container this directory may be the only one that can be written.
            with pem.tempfile(dir=str(self._directory)) as path:
                context.load_cert_chain(path)
            self._contexts[key] = context
        return self._contexts[key]

    def _certificate_for(self, ca: trustme.CA, names: tuple[str, ...], flaw: Flaw | None) -> trustme.LeafCert:
        try:
            return _issued(ca, names, flaw)
        except ValueError:  # not a host name that a certificate can hold, as one with an underscore
            return _issued(ca, self._names, flaw)

    def _addresses(self) -> list[str]:
        """The addresses that are expected; the oldest files are removed where there are too many."""
        try:
            found = sorted(self.expected.iterdir(), key=lambda file: (file.stat().st_mtime_ns, file.name))
            for file in found[:-MOST_EXPECTED]:
                file.unlink()
        except OSError:  # nobody expects any, or another sandbox was faster
            return []
        return [file.name.replace("_", ":") for file in found[-MOST_EXPECTED:]]

    def _read_or_make(self) -> trustme.CA:
        import trustme  # loads cryptography: too dear for a start that may never see a handshake

        home = self._directory / "ca"
        if not home.exists():
            self._make(trustme.CA(organization_name=_ORGANIZATION), home)
        return trustme.CA.from_pem((home / "ca.pem").read_bytes(), (home / "ca.key").read_bytes())

    def _make(self, ca: trustme.CA, home: Path) -> None:
        private_directory(self._directory)
        draft = Path(tempfile.mkdtemp(prefix="ca-", dir=self._directory))
        try:
            ca.cert_pem.write_to_path(draft / "ca.pem")
            key = os.open(draft / "ca.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(key, "wb") as file:
                file.write(ca.private_key_pem.bytes())
            # Whoever renames first wins: two sandboxes that start together end with one authority.
            draft.rename(home)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            if not home.exists():
                raise


def _issued(ca: trustme.CA, names: tuple[str, ...], flaw: Flaw | None) -> trustme.LeafCert:
    return ca.issue_cert(*names) if flaw is None else flawed(ca, flaw, names)


def _server_context(fault: Effect | None, *, tickets: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if not tickets:
        context.num_tickets = 0
    age(context, fault)  # each of them: the level of security comes with the certificate
    return context
