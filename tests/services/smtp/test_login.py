"""AUTH: every mechanism, the ways to get it wrong, and the settings that restrict it."""

from __future__ import annotations

import logging
import smtplib
from base64 import b64encode

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import Serve
from tests.services.smtp.client import RawClient

ANN = {"mode": "listed", "users": {"ann": {"password": "secret"}}}
ACCEPTED = "235 2.7.0 Authentication successful"
REFUSED = "535 5.7.8 Authentication credentials invalid"


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def facts(sandbox: BackgroundEngine) -> list[tuple[str, dict[str, object]]]:
    return sandbox.call(
        lambda s: [(e.event.name, dict(e.event.details)) for e in s.journal if isinstance(e.event, Fact)]
    )


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("initial", [True, False])
def test_smtplib_logs_in(serve: Serve, mechanism: str, initial: bool) -> None:
    sandbox = serve(smtp={"auth_mechanisms": [mechanism]}, accounts=ANN)
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        code, text = client.login("Ann", "secret", initial_response_ok=initial)
        assert (code, text) == (235, b"2.7.0 Authentication successful")
        client.sendmail("ann@a.test", "bob@b.test", "Subject: x\r\n\r\n")
    assert facts(sandbox)[0] == ("login.accepted", {"user": "ann", "mechanism": mechanism})
    assert sandbox.call(lambda s: s.mail.messages[0].envelope.user) == "ann"  # type: ignore[union-attr]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_a_wrong_password_is_refused_and_the_connection_lives(serve: Serve, mechanism: str) -> None:
    sandbox = serve(smtp={"auth_mechanisms": [mechanism]}, accounts=ANN)
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        for _ in range(12):
            with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
                client.login("ann", "wrong")
            assert (caught.value.smtp_code, caught.value.smtp_error[:5]) == (535, b"5.7.8")
        assert client.login("ann", "secret")[0] == 235
    names = [name for name, _ in facts(sandbox)]
    assert names == ["login.refused"] * 12 + ["login.accepted"]
    assert "wrong" not in str(facts(sandbox))


def test_anybody_may_log_in_by_default(serve: Serve) -> None:
    sandbox = serve(smtp={}, accounts={"refused_passwords": ["wrong"]})
    endpoint = sandbox.endpoint("smtp")
    with smtplib.SMTP(endpoint.host, endpoint.port) as client:
        assert client.login("abcdefg@222.com", "secretpass")[0] == 235
    with smtplib.SMTP(endpoint.host, endpoint.port) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("abcdefg@222.com", "wrong")


def test_mechanism_names_in_any_case(serve: Serve) -> None:
    with RawClient(serve(smtp={}, accounts=ANN)) as client:
        assert client.say("auth plain " + b64("\0ann\0secret")) == ACCEPTED
    with RawClient(serve(smtp={}, accounts=ANN)) as client:
        assert client.say("AUTH Login " + b64("ann")) == "334 " + b64("Password:")
        assert client.say(b64("secret")) == ACCEPTED


def test_challenges(serve: Serve) -> None:
    with RawClient(serve(smtp={}, accounts=ANN)) as client:
        assert client.say("AUTH PLAIN") == "334 "
        assert client.say(b64("\0ann\0wrong")) == REFUSED
        assert client.say("AUTH LOGIN") == "334 " + b64("Username:")
        assert client.say(b64("ann")) == "334 " + b64("Password:")
        assert client.say(b64("wrong")) == REFUSED
        first, second = client.say("AUTH CRAM-MD5", "*"), client.say("AUTH CRAM-MD5")
        assert first != second
        assert client.say(b64("ann 0123456789abcdef")) == REFUSED


@pytest.mark.parametrize("start", ["AUTH PLAIN", "AUTH LOGIN", "AUTH LOGIN YW5u", "AUTH CRAM-MD5"])
@pytest.mark.parametrize(
    ("response", "reply"),
    [
        ("*", "501 5.7.0 Authentication cancelled"),
        ("no base64!", "501 5.5.2 Cannot decode base64"),
        ("é", "501 5.5.2 Cannot decode base64"),
        ("A" * 20000, "500 5.5.6 Authentication exchange line is too long"),
    ],
)
def test_bad_responses(serve: Serve, start: str, response: str, reply: str) -> None:
    sandbox = serve(smtp={}, accounts=ANN)
    with RawClient(sandbox) as client:
        assert client.say(start).startswith("334 ")
        assert client.say(response) == reply
        assert client.say("AUTH PLAIN " + b64("\0ann\0secret")) == ACCEPTED


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("AUTH PLAIN =", "501 5.5.2"),
        ("AUTH PLAIN no+base64+", "501 5.5.2"),
        ("AUTH PLAIN é", "501 5.5.2"),
        ("AUTH PLAIN " + b64("ann"), "501 5.5.2"),
        ("AUTH PLAIN a b", "501 5.5.4"),
        ("AUTH CRAM-MD5 YW5u", "501 5.5.4"),
        ("AUTH GSSAPI", "504 5.5.4"),
        ("AUTH PLAIN " + b64("\0\0"), "535 5.7.8"),
    ],
)
def test_bad_commands(serve: Serve, command: str, code: str) -> None:
    with RawClient(serve(smtp={})) as client:
        assert client.say(command)[:9] == code
        assert client.say("NOOP").startswith("250 ")


def test_a_cram_response_without_a_digest(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        client.say("AUTH CRAM-MD5")
        assert client.say(b64("ann")) == "501 5.5.2 Syntax: user name, space, digest"


def test_names_and_passwords_that_are_no_utf8(serve: Serve) -> None:
    with RawClient(serve(smtp={}, accounts=ANN)) as client:
        koi8 = "Анна".encode("koi8-r")
        assert client.say("AUTH PLAIN " + b64encode(b"\0ann\0" + koi8).decode()) == REFUSED
        assert client.say("AUTH PLAIN " + b64encode(b"\0" + koi8 + b"\0secret").decode()) == REFUSED


def test_once_only_and_not_within_a_transaction(serve: Serve) -> None:
    with RawClient(serve(smtp={})) as client:
        client.say("MAIL FROM:<a@a.test>")
        assert client.say("AUTH PLAIN " + b64("\0a\0b")).startswith("503 5.5.1 ")
        client.say("RSET")
        assert client.say("AUTH PLAIN " + b64("\0a\0b")) == ACCEPTED
        assert client.say("AUTH PLAIN " + b64("\0a\0b")) == "503 5.5.1 Already authenticated"


def test_only_the_mechanisms_of_the_settings(serve: Serve) -> None:
    with RawClient(serve(smtp={"auth_mechanisms": ["LOGIN", "PLAIN"]})) as client:
        assert "250-AUTH LOGIN PLAIN" in client.say("EHLO me").splitlines()
        assert client.say("AUTH CRAM-MD5") == "504 5.5.4 Unrecognized authentication type"
    with RawClient(serve(smtp={"auth_mechanisms": []})) as client:
        assert "AUTH" not in client.say("EHLO me")
        assert client.say("AUTH PLAIN AGEAYg==") == "502 5.5.1 AUTH is not offered"


def test_aiosmtpd_tells_the_log_neither_passwords_nor_warnings(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint = serve(smtp={}).endpoint("smtp")
    for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5"):
        with smtplib.SMTP(endpoint.host, endpoint.port) as client:
            client.user, client.password = "ann", "hush-hush"
            client.ehlo()
            client.auth(mechanism, getattr(client, f"auth_{mechanism.lower().replace('-', '_')}"))
            client.docmd("XYZZY")
    assert "hush-hush" not in caplog.text
    assert b64("hush-hush") not in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_login_can_be_required(serve: Serve) -> None:
    with RawClient(serve(smtp={"auth_required": True})) as client:
        for command in ("MAIL FROM:<a@a.test>", "VRFY ann", "EXPN ann", "ETRN a.test"):
            assert client.say(command) == "530 5.7.0 Authentication required"
        for command in ("NOOP", "RSET", "HELO me"):
            assert client.say(command).startswith("250 ")
        client.say("AUTH PLAIN " + b64("\0a\0b"))
        assert client.say("MAIL FROM:<a@a.test>").startswith("250 ")
