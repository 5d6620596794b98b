"""Logging in: USER and PASS, APOP, AUTH, and listeners that want TLS first."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import md5

from sandbox.services.pop3.core import MAX_LINE
from tests.play import play
from tests.services.pop3.world import STAMP, World, fresh, say


def test_wrong_password_and_another_try(world: World) -> None:
    core = world.core()
    assert say(core, "USER ann", "PASS wrong").endswith(b"-ERR [AUTH] Bad login\r\n")
    assert say(core, "PASS secret") == b"-ERR USER must come first\r\n"
    assert say(core, "USER nobody", "PASS secret").endswith(b"-ERR [AUTH] Bad login\r\n")
    assert say(core, "USER bob", "PASS pass word").endswith(b"+OK Mailbox open, 0 messages\r\n")
    assert [(name, details["user"]) for name, details in world.facts] == [
        ("login.refused", "ann"),
        ("login.refused", "nobody"),
        ("login.accepted", "bob"),
    ]
    assert all("secret" not in str(details) for _, details in world.facts)


def test_capabilities_tell_that_logins_need_tls(world: World) -> None:
    world.offer = replace(world.offer, stls=True, login_requires_tls=True)
    plain, encrypted = say(world.core(), "CAPA"), say(world.core(secure=True), "CAPA")
    assert b"\r\nSTLS\r\n" in plain
    assert b"USER" not in plain.replace(b"UTF8 USER", b"")
    assert b"SASL" not in plain
    assert b"\r\nUSER\r\nSASL CRAM-MD5 PLAIN LOGIN\r\n" in encrypted


def test_apop(world: World) -> None:
    digest = md5((STAMP + "secret").encode()).hexdigest()
    assert say(world.core(), f"APOP ann {'0' * 32}") == b"-ERR [AUTH] Bad login\r\n"
    assert say(world.core(), "APOP ann") == b"-ERR APOP wants a user name and a digest\r\n"
    assert say(world.core(), f"APOP ann {digest.upper()}") == b"+OK Mailbox open, 2 messages\r\n"
    assert world.facts[-1] == ("login.accepted", {"user": "ann", "mechanism": "APOP"})


def test_no_timestamp_means_no_apop() -> None:
    play(
        fresh(stamp=None),
        """
        S: +OK POP3 pop.test server ready
        C: APOP ann 0123456789abcdef0123456789abcdef
        S: -ERR APOP is not offered...
        """,
    )


def test_sasl() -> None:
    play(
        fresh(),
        f"""
        S: +OK ...
        C: AUTH
        S: +OK Supported mechanisms follow
        S: CRAM-MD5
        S: PLAIN
        S: LOGIN
        S: .
        C: AUTH GSSAPI
        S: -ERR Unsupported authentication mechanism
        C: AUTH CRAM-MD5 AAAA
        S: -ERR CRAM-MD5 takes no initial response
        C: AUTH PLAIN
        S: + \\
        C: *
        S: -ERR Authentication cancelled
        C: AUTH PLAIN
        S: + \\
        C: QUIT!
        S: -ERR Malformed authentication response
        C: AUTH PLAIN =
        S: -ERR Malformed authentication response
        C: auth plain {b64encode(chr(0).join(["", "ann", "wrong"]).encode()).decode()}
        S: -ERR [AUTH] Bad login
        C: AUTH LOGIN
        S: + {b64encode(b"Username:").decode()}
        C: {b64encode(b"ann").decode()}
        S: + {b64encode(b"Password:").decode()}
        C: {"x" * (MAX_LINE + 1)}
        S: -ERR Line too long
        C: AUTH LOGIN
        S: + {b64encode(b"Username:").decode()}
        C: {b64encode(b"ann").decode()}
        S: + {b64encode(b"Password:").decode()}
        C: {b64encode(b"secret").decode()}
        S: +OK Mailbox open, 2 messages
        """.replace("S: + \\\n", "S: + \n"),
        chunks=(7, 1 << 20),
    )


def test_logins_that_need_tls() -> None:
    refused = "S: -ERR Say STLS first: logins need TLS here"
    play(
        fresh(stls=True, login_requires_tls=True),
        f"""
        S: +OK ...
        C: USER ann
        {refused}
        C: APOP ann 0
        {refused}
        C: AUTH PLAIN AGFubgBzZWNyZXQ=
        {refused}
        C: STLS
        S: +OK ...
        S: <starttls>
        C: AUTH PLAIN AGFubgBzZWNyZXQ=
        S: +OK Mailbox open, 2 messages
        """,
    )


def test_cram_md5(world: World) -> None:
    core = world.core()
    challenges = set()
    for password, answer in (
        ("wrong", b"-ERR [AUTH] Bad login\r\n"),
        ("secret", b"+OK Mailbox open, 2 messages\r\n"),
    ):
        challenge = b64decode(say(core, "AUTH CRAM-MD5").removeprefix(b"+ "))
        assert challenge.endswith(b"@pop.test>")
        challenges.add(challenge)
        digest = hmac.new(password.encode(), challenge, "md5").hexdigest()
        assert say(core, b64encode(f"ann {digest}".encode()).decode()) == answer
    assert len(challenges) == 2, "an old answer is worth nothing"
    assert world.facts[-1] == ("login.accepted", {"user": "ann", "mechanism": "CRAM-MD5"})


def test_login_with_initial_response(world: World) -> None:
    core = world.core()
    challenge = say(core, f"AUTH LOGIN {b64encode(b'ann').decode()}")
    assert b64decode(challenge.removeprefix(b"+ ")) == b"Password:"
    assert say(core, b64encode(b"secret").decode()) == b"+OK Mailbox open, 2 messages\r\n"
