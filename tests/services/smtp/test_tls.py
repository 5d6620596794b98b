"""STARTTLS, implicit TLS, and what must not leak from plain text into TLS."""

from __future__ import annotations

import smtplib
import ssl

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact, TlsStarted
from tests.conftest import Serve
from tests.services.smtp.client import RawClient

LISTENERS = {"listeners": {"submission": {"tls": "starttls"}, "smtps": {"tls": "implicit"}, "plain": {}}}


def trusting(sandbox: BackgroundEngine) -> ssl.SSLContext:
    return sandbox.call(lambda s: s.authority.client_context())


@pytest.mark.parametrize("listener", ["main", "submission"])
def test_starttls_with_a_verified_certificate(serve: Serve, listener: str) -> None:
    sandbox = serve(smtp=LISTENERS)
    port = sandbox.endpoint("smtp", listener).port
    with smtplib.SMTP("localhost", port) as client:
        assert client.starttls(context=trusting(sandbox))[0] == 220
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.has_extn("auth")
        assert client.login("ann", "secret")[0] == 235
        client.sendmail("ann@a.test", ["bob@b.test"], "Subject: x\r\n\r\ntext")
    message = sandbox.call(lambda s: s.mail.messages[0])
    assert message.tls is not None
    assert message.tls.version == "TLSv1.3"
    assert message.tls.server_name == "localhost"
    assert message.envelope is not None
    assert message.envelope.user == "ann"


def test_implicit_tls_with_login(serve: Serve) -> None:
    sandbox = serve(smtp=LISTENERS)
    port = sandbox.endpoint("smtp", "smtps").port
    with smtplib.SMTP_SSL("localhost", port, context=trusting(sandbox)) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.login("ann", "secret")[0] == 235
        assert client.docmd("STARTTLS") == (503, b"5.5.1 TLS is active already")
        client.sendmail("ann@a.test", ["bob@b.test"], "Subject: x\r\n\r\ntext")
    assert sandbox.call(lambda s: s.mail.messages[0].tls) is not None


def test_login_on_a_plain_connection_and_no_starttls_there(serve: Serve) -> None:
    sandbox = serve(smtp=LISTENERS)
    port = sandbox.endpoint("smtp", "plain").port
    with smtplib.SMTP("localhost", port) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.docmd("STARTTLS") == (502, b"5.5.1 TLS is not offered here")
        assert client.login("ann", "secret")[0] == 235
        client.sendmail("ann@a.test", ["bob@b.test"], "Subject: x\r\n\r\ntext")
    assert sandbox.call(lambda s: s.mail.messages[0].tls) is None


def test_auth_can_be_kept_for_tls(serve: Serve) -> None:
    sandbox = serve(smtp=LISTENERS | {"auth_requires_tls": True})
    with RawClient(sandbox) as client:
        assert "AUTH" not in client.say("EHLO me")
        assert client.say("AUTH PLAIN AGEAYg==").startswith("538 5.7.11 ")
        client.say("STARTTLS")
        client.start_tls(trusting(sandbox))
        assert "250-AUTH CRAM-MD5 PLAIN LOGIN" in client.say("EHLO me")
        assert client.say("AUTH PLAIN AGEAYg==").startswith("235 ")
    port = sandbox.endpoint("smtp", "smtps").port
    with smtplib.SMTP_SSL("localhost", port, context=trusting(sandbox)) as smtps:
        assert smtps.login("ann", "secret")[0] == 235


def test_plain_text_behind_starttls_is_dropped(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.sock.sendall(b"STARTTLS\r\nMAIL FROM:<eve@a.test>\r\nRCPT TO:<bob@b.test>\r\n")
        assert client.reply() == "220 2.0.0 Ready to start TLS"
        client.start_tls(trusting(sandbox))
        assert client.say("NOOP") == "250 2.0.0 OK"
        assert client.say("RCPT TO:<bob@b.test>").startswith("503 ")


def test_the_session_starts_anew_under_tls(serve: Serve) -> None:
    sandbox = serve(smtp={"hello_required": True})
    with RawClient(sandbox) as client:
        client.say("EHLO me", "AUTH PLAIN AGEAYg==", "MAIL FROM:<a@a.test>", "STARTTLS")
        client.start_tls(trusting(sandbox))
        assert client.say("MAIL FROM:<a@a.test>").startswith("503 5.5.1 ")
        client.say("EHLO me")
        assert client.say("AUTH PLAIN AGEAYg==").startswith("235 ")
        assert client.say("MAIL FROM:<a@a.test>").startswith("250 ")


def test_starttls_takes_no_argument(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        assert client.say("STARTTLS now") == "501 5.5.4 Syntax: STARTTLS"
        assert client.say("NOOP").startswith("250 ")


def test_a_handshake_that_fails_ends_this_connection_only(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.say("STARTTLS")
        client.sock.sendall(b"this is no ClientHello\r\n" * 10)
        sandbox.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "tls.failed")
    with smtplib.SMTP("localhost", sandbox.endpoint("smtp").port) as other:
        assert other.starttls(context=trusting(sandbox))[0] == 220
    assert sandbox.wait_for(lambda entry: isinstance(entry.event, TlsStarted))


def test_a_client_that_leaves_within_the_handshake(serve: Serve) -> None:
    sandbox = serve(smtp={})
    with RawClient(sandbox) as client:
        client.say("STARTTLS")
    sandbox.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "tls.failed")
    with RawClient(sandbox) as other:
        assert other.say("NOOP").startswith("250 ")
