"""TLS that goes wrong: what clients see that verify certificates, and those that do not."""

from __future__ import annotations

import contextlib
import ftplib
import imaplib
import io
import poplib
import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import Serve


def trust(sandbox: BackgroundEngine) -> ssl.SSLContext:
    return sandbox.call(lambda world: world.authority.client_context())


def implicit(sandbox: BackgroundEngine, context: ssl.SSLContext | None = None) -> poplib.POP3_SSL:
    port = sandbox.endpoint("pop3").port
    return poplib.POP3_SSL("localhost", port, timeout=5, context=context or trust(sandbox))


def start_tls_smtp(sandbox: BackgroundEngine) -> None:
    with smtplib.SMTP("localhost", sandbox.endpoint("smtp").port, timeout=5) as smtp:
        smtp.starttls(context=trust(sandbox))


def start_tls_pop3(sandbox: BackgroundEngine) -> None:
    pop3 = poplib.POP3("localhost", sandbox.endpoint("pop3").port, timeout=5)
    try:
        pop3.stls(trust(sandbox))
    finally:
        with contextlib.suppress(OSError):  # poplib shuts a socket down that is gone
            pop3.close()


def start_tls_imap(sandbox: BackgroundEngine) -> None:
    imap = imaplib.IMAP4("localhost", sandbox.endpoint("imap").port, timeout=5)
    try:
        imap.starttls(trust(sandbox))
    finally:
        with contextlib.suppress(OSError):
            imap.shutdown()


def start_tls_ftp(sandbox: BackgroundEngine) -> None:
    with ftplib.FTP_TLS(timeout=5, context=trust(sandbox)) as ftp:
        ftp.connect("localhost", sandbox.endpoint("ftp").port)
        ftp.auth()


def faulty(
    serve: Serve, kind: str, *, on: str = "pop3.tls", when: Any = None, **effect: Any
) -> BackgroundEngine:
    rule = {"on": on, "effect": {"kind": kind, **effect}, **(when or {})}
    return serve(pop3={"tls": "implicit"}, faults=[rule])


@pytest.mark.parametrize(
    ("flaw", "words"),
    [
        ("expired", "certificate has expired"),
        ("not-yet-valid", "certificate is not yet valid"),
        ("wrong-host", "Hostname mismatch"),
        ("self-signed", "self-signed certificate"),
        ("unknown-authority", "unable to get local issuer certificate"),
    ],
)
def test_a_bad_certificate(serve: Serve, flaw: str, words: str) -> None:
    sandbox = faulty(serve, "bad-certificate", flaw=flaw, when={"times": 1})
    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        implicit(sandbox)
    implicit(sandbox).quit()  # once is enough
    events = sandbox.call(lambda world: [entry.event for entry in world.journal])
    (hit,) = [event for event in events if isinstance(event, Fact) and event.name == "fault.hit"]
    assert hit.details == {
        "rule": "rule-1",
        "effect": "bad-certificate",
        "event": "tls",
        "argument": "implicit",
    }


def test_who_does_not_look_is_served(serve: Serve) -> None:
    careless = ssl.create_default_context()
    careless.check_hostname = False
    careless.verify_mode = ssl.CERT_NONE
    implicit(faulty(serve, "bad-certificate", flaw="self-signed"), careless).quit()


def test_versions_that_are_too_old(serve: Serve) -> None:
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol"):
        implicit(faulty(serve, "old-tls"))


def test_old_versions_are_spoken(serve: Serve) -> None:
    sandbox = faulty(serve, "old-tls")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname = False
    old.verify_mode = ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    try:
        pop3 = implicit(sandbox, old)
    except ssl.SSLError as error:  # not all builds of OpenSSL have them
        assert "unsupported protocol" in str(error).lower().replace("_", " ")  # noqa: PT017
        return
    assert isinstance(pop3.sock, ssl.SSLSocket)
    assert pop3.sock.version() in ("TLSv1", "TLSv1.1")
    pop3.quit()


def test_no_handshake(serve: Serve) -> None:
    with pytest.raises(ssl.SSLError):
        implicit(faulty(serve, "broken-tls"))


@pytest.mark.parametrize("kind", ["reset", "disconnect"])
def test_an_end_within_the_handshake(serve: Serve, kind: str) -> None:
    with pytest.raises((ConnectionResetError, ssl.SSLEOFError)):
        implicit(faulty(serve, kind))


@pytest.mark.parametrize("kind", ["bad-certificate", "old-tls", "broken-tls"])
@pytest.mark.parametrize(
    "client",
    [start_tls_smtp, start_tls_pop3, start_tls_imap, start_tls_ftp],
    ids=lambda client: client.__name__,
)
def test_after_starttls(serve: Serve, client: Callable[[BackgroundEngine], None], kind: str) -> None:
    service = client.__name__.rpartition("_")[2]
    rule = {"on": f"{service}.tls", "argument": "starttls", "effect": {"kind": kind}}
    sandbox = serve(**{service: {"tls": "starttls"}}, faults=[rule])
    with pytest.raises(ssl.SSLError):
        client(sandbox)


def test_a_data_connection(serve: Serve) -> None:
    rule = {"on": "ftp.tls", "listener": "data", "effect": {"kind": "bad-certificate"}}
    sandbox = serve(ftp={"tls": "starttls"}, accounts={"users": {"ann": {"password": "x"}}}, faults=[rule])
    ftp = ftplib.FTP_TLS(timeout=5, context=trust(sandbox))
    try:
        ftp.connect("localhost", sandbox.endpoint("ftp").port)
        ftp.login("ann", "x")
        ftp.prot_p()
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            ftp.storbinary("STOR letter", io.BytesIO(b"Hello"))
    finally:
        ftp.close()


def test_http(serve: Serve) -> None:
    sandbox = serve(
        http={"tls": "implicit"},
        faults=[{"on": "http.tls", "effect": {"kind": "bad-certificate", "flaw": "wrong-host"}}],
    )
    with (
        socket.create_connection(("localhost", sandbox.endpoint("http").port), timeout=5) as client,
        pytest.raises(ssl.SSLCertVerificationError, match="localhost"),
    ):
        trust(sandbox).wrap_socket(client, server_hostname="localhost")


@pytest.mark.parametrize("effect", [{"kind": "half-close"}, {"kind": "limit", "octets": 0, "then": "eof"}])
def test_half_of_tls_is_all_of_it(serve: Serve, effect: dict[str, object]) -> None:
    sandbox = serve(smtp={"tls": "starttls"}, faults=[{"on": "smtp.noop", "effect": effect}])
    with smtplib.SMTP("localhost", sandbox.endpoint("smtp").port, timeout=5) as client:
        client.starttls(context=trust(sandbox))
        with pytest.raises(smtplib.SMTPServerDisconnected, match="unexpectedly closed"):
            client.noop()
