"""Dialogues about the connection itself: greeting, capabilities, TLS, login, logout, and what is no command."""

from __future__ import annotations

import base64
import hmac
import re

import pytest

from sandbox.journal import TlsFacts
from sandbox.sansio import Send, StartTls
from tests.play import play
from tests.services.imap.scene import FakeClient, Logged, core, quiet, say, sent


def test_greeting_and_goodbye() -> None:
    play(
        core,
        """
        S: * OK [CAPABILITY IMAP4rev1 ...AUTH=PLAIN AUTH=LOGIN] Sandbox IMAP ready
        C: a1 NOOP
        S: a1 OK NOOP completed
        C: a2 logout
        S: * BYE logging out
        S: a2 OK LOGOUT completed
        S: <close>
        """,
    )


def test_what_is_no_command_is_answered_and_the_connection_lives() -> None:
    play(
        core,
        r"""
        S: * OK ...
        C: a1 FROBNICATE
        S: a1 BAD unknown command
        C: a2
        S: a2 BAD a tag is followed by a command
        C:
        S: * BAD a command begins with a tag
        C: * NOOP
        S: * BAD a command begins with a tag
        C: a3 "NOOP"
        S: a3 BAD a tag is followed by a command
        C: a4 NOOP now
        S: a4 BAD there are too many arguments
        C: a5 LOGIN ann
        S: a5 BAD an argument is missing
        C: a6 LOGIN ann "secret
        S: a6 BAD a quoted string does not end
        C: a7 LOGIN (ann) secret
        S: a7 BAD a list stands where a string was expected
        C: a8 SELECT INBOX
        S: a8 BAD SELECT has no place before the login
        C: a9 UID
        S: a9 BAD unknown command
        C: a10 UID FROBNICATE 1
        S: a10 BAD unknown command
        C: a11 NO\x00OP
        S: a11 BAD a command has no control characters
        C: a12 NOOP
        S: a12 OK NOOP completed
        """,
    )


def test_blanks_and_line_ends_are_taken_as_learners_type_them() -> None:
    play(
        core,
        r"""
        S: * OK ...
        C: a1  NOOP  \n\
        S: a1 OK NOOP completed
        C: a2 NOOP\na3 NOOP
        S: a2 OK NOOP completed
        S: a3 OK NOOP completed
        """,
    )


def test_capabilities_say_what_is_true_in_each_state() -> None:
    made = core(offers_tls=True)
    before = sent(made.opened())
    assert b"STARTTLS" in before
    assert b"AUTH=CRAM-MD5" in before
    assert b"LOGINDISABLED" not in before
    assert b" ENABLE" in before, "imaplib looks at the capabilities before the login only"
    made.receive(b"a STARTTLS\r\n")
    made.tls_started()
    encrypted = say(made, b"b CAPABILITY")
    assert b"STARTTLS" not in encrypted
    assert b"AUTH=PLAIN" in encrypted
    inside = say(made, b"c LOGIN ann secret")
    assert b"c OK [CAPABILITY IMAP4rev1 " in inside
    assert b"AUTH=" not in inside
    assert b"STARTTLS" not in inside


def test_removed_capabilities_are_neither_offered_nor_understood() -> None:
    made = core(capabilities_removed=("idle", "AUTH=CRAM-MD5", "UIDPLUS", "Id", "THREAD=REFERENCES"))
    greeting = sent(made.opened())
    assert b"IDLE" not in greeting
    assert b"CRAM" not in greeting
    answers = say(
        made,
        b"a ID NIL",
        b"b AUTHENTICATE CRAM-MD5",
        b"c LOGIN ann secret",
        b"d IDLE",
        b"e APPEND INBOX {1+}",
        b"x",
        b"f SELECT INBOX",
        b"g UID EXPUNGE 1",
        b"h COPY 1 Trash",
        b"i THREAD REFERENCES UTF-8 ALL",
        b"j THREAD ORDEREDSUBJECT UTF-8 ALL",
    )
    assert b"a BAD unknown command" in answers
    assert b"b NO [CANNOT] " in answers
    assert b"d BAD unknown command" in answers
    assert b"e OK APPEND completed" in answers
    assert b"g BAD unknown command" in answers
    assert b"h OK COPY completed" in answers
    assert b"i BAD unknown threading algorithm" in answers
    assert b"j OK THREAD completed" in answers


def test_starttls_drops_what_was_sent_in_plain_text_behind_it() -> None:
    play(
        lambda: core(offers_tls=True),
        """
        S: * OK [CAPABILITY ...STARTTLS...] ...
        C: a1 STARTTLS\\r\\na2 LOGIN ann secret
        S: a1 OK begin TLS negotiation now
        S: <starttls>
        C: a3 STARTTLS
        S: a3 BAD TLS is active already
        C: a4 SELECT INBOX
        S: a4 BAD SELECT has no place before the login
        """,
        chunks=(1 << 20,),
    )


def test_starttls_where_there_is_none() -> None:
    play(
        core,
        """
        S: * OK ...
        C: a1 STARTTLS
        S: a1 BAD TLS is not available here
        """,
    )


def test_the_go_ahead_leaves_before_the_handshake() -> None:
    made = core(offers_tls=True)
    assert [type(action) for action in made.receive(b"a STARTTLS\r\n")] == [Send, StartTls]


def test_login_only_over_tls_if_wanted() -> None:
    made = core(offers_tls=True, login_requires_tls=True)
    greeting = sent(made.opened())
    assert b"LOGINDISABLED" in greeting
    assert b"AUTH=" not in greeting
    assert say(made, b"a LOGIN ann secret").startswith(b"a NO [PRIVACYREQUIRED]")
    assert say(made, b"b AUTHENTICATE PLAIN").startswith(b"b NO [PRIVACYREQUIRED]")
    made.receive(b"c STARTTLS\r\n")
    made.tls_started()
    assert b"LOGINDISABLED" not in say(made, b"d CAPABILITY")
    assert say(made, b"e LOGIN ann secret").startswith(b"e OK")


def test_implicit_tls_counts_as_tls() -> None:
    made = core(client=FakeClient(tls=TlsFacts("TLSv1.3", "", None)), login_requires_tls=True)
    assert b"AUTH=PLAIN" in sent(made.opened())


@pytest.mark.parametrize(
    "words",
    [
        "LOGIN ann secret",
        'login "ann" "secret"',
        "LOGIN {3}\\r\\nann {6+}\\r\\nsecret",
        'LOGIN ANN "sec\\\\ret"',
    ],
)
def test_login(words: str) -> None:
    client = FakeClient()
    made = core(client=client)
    answer = say(made, f"a {words}".replace("\\r\\n", "\r\n").replace("\\\\", "\\").encode())
    assert answer.splitlines()[-1].startswith(b"a OK [CAPABILITY IMAP4rev1 ")
    assert client.facts == [("login.accepted", {"user": "ann", "mechanism": "LOGIN"})]


def test_wrong_password_and_another_try() -> None:
    client = FakeClient()
    made = core(client=client)
    assert say(made, b"a LOGIN ann wrong") == b"a NO [AUTHENTICATIONFAILED] wrong user name or password\r\n"
    assert client.facts == [("login.refused", {"user": "ann", "mechanism": "LOGIN"})]
    assert b"b OK" in say(made, b"b LOGIN ann secret")
    assert say(made, b"c LOGIN ann secret") == b"c BAD LOGIN has no place while no mailbox is selected\r\n"


def test_anybody_may_log_in_unless_listed() -> None:
    assert say(core(), b'a LOGIN you@example.com ""').startswith(b"a OK")


def b64(text: bytes) -> bytes:
    return base64.b64encode(text)


def test_authenticate_plain() -> None:
    play(
        core,
        f"""
        S: * OK ...
        C: a1 AUTHENTICATE PLAIN
        S: +\x20
        C: {b64(b"/ann/secret".replace(b"/", bytes(1))).decode()}
        S: a1 OK [CAPABILITY ...] logged in
        """,
    )


def test_authenticate_with_initial_response() -> None:
    response = b64(b"\0ann\0secret")
    assert say(core(), b"a AUTHENTICATE plain " + response).startswith(b"a OK")
    assert say(core(), b"a AUTHENTICATE LOGIN " + b64(b"ann")) == b"+ " + b64(b"Password:") + b"\r\n"
    assert say(core(), b"a AUTHENTICATE PLAIN =").startswith(b"a BAD")
    assert say(core(), b"a AUTHENTICATE CRAM-MD5 =").startswith(b"a BAD")
    assert say(core(capabilities_removed=("SASL-IR",)), b"a AUTHENTICATE PLAIN " + response).startswith(
        b"a BAD"
    )


def test_authenticate_login_and_its_cancelling() -> None:
    play(
        core,
        """
        S: * OK ...
        C: a1 AUTHENTICATE LOGIN
        S: + VXNlcm5hbWU6
        C: *
        S: a1 BAD AUTHENTICATE cancelled
        C: a2 AUTHENTICATE LOGIN
        S: + VXNlcm5hbWU6
        C: YW5u
        S: + UGFzc3dvcmQ6
        C: ????
        S: a2 BAD this is no answer to the challenge
        C: a3 AUTHENTICATE LOGIN
        S: + VXNlcm5hbWU6
        C: YW5u
        S: + UGFzc3dvcmQ6
        C: c2VjcmV0
        S: a3 OK [CAPABILITY ...] logged in
        """,
    )


@pytest.mark.parametrize(
    ("password", "status"), [(b"secret", b"OK"), (b"wrong", b"NO [AUTHENTICATIONFAILED]")]
)
def test_authenticate_cram_md5(password: bytes, status: bytes) -> None:
    made = core()
    prompt = re.fullmatch(rb"\+ (\S+)\r\n", say(made, b"a AUTHENTICATE CRAM-MD5"))
    assert prompt is not None
    digest = hmac.new(password, base64.b64decode(prompt[1]), "md5").hexdigest().encode()
    assert say(made, b64(b"ann " + digest)).startswith(b"a " + status)


def test_an_answer_longer_than_a_line_is_none() -> None:
    made = core(max_line=1000)
    say(made, b"a AUTHENTICATE PLAIN")
    assert say(made, b"A" * 5000) == b"a BAD this is no answer to the challenge\r\n"
    assert b"b OK" in say(made, b"b NOOP")


def test_unknown_mechanism() -> None:
    assert say(core(), b"a AUTHENTICATE XOAUTH2 abc").startswith(b"a NO [CANNOT]")


def test_every_prompt_is_acknowledged_quickly() -> None:
    """Else imaplib's two writes for one literal cost 40 ms each time."""
    made = quiet()
    for line in (b"a APPEND INBOX {3}", b"abc", b"b IDLE"):
        actions = [*made.receive(line + b"\r\n")]
        prompts = [action for action in actions if isinstance(action, Send) and action.data[:1] == b"+"]
        assert all(action.quick_ack for action in prompts)
    assert [action.quick_ack for action in made.receive(b"DONE\r\n") if isinstance(action, Send)] == [False]


def test_identification() -> None:
    client = FakeClient()
    made = core(client=client)
    assert say(made, b'a ID ("name" "Mutt" "os" NIL)').startswith(b'* ID ("name" "Sandbox")')
    assert client.facts == [("client.identified", {"fields": {"name": "Mutt", "os": None}})]
    assert b"b OK" in say(made, b"b ID NIL")
    assert say(made, b"c ID nonsense").startswith(b"c BAD")
    assert say(made, b'd ID ("name")').startswith(b"d BAD")


def test_enable_answers_what_it_knows() -> None:
    play(
        Logged(),
        """
        C: a1 ENABLE X-NOTHING
        S: * ENABLED
        S: a1 OK ENABLE completed
        C: a2 ENABLE UTF8=ACCEPT X-NOTHING
        S: * ENABLED UTF8=ACCEPT
        S: a2 OK ENABLE completed
        """,
    )


def test_idle_connections_are_told_goodbye() -> None:
    play(
        Logged(lambda world: None, b"s SELECT INBOX"),
        """
        C: a1 IDLE
        S: + idling
        C: <idle>
        S: * BYE nothing was heard of you for too long
        S: <close>
        """,
    )


def test_our_own_failure_is_said_so() -> None:
    assert sent(core().crashed()) == b"* BYE [SERVERBUG] internal error\r\n"


def test_namespace() -> None:
    play(
        Logged(),
        """
        C: a1 NAMESPACE
        S: * NAMESPACE (("" "/")) NIL NIL
        S: a1 OK NAMESPACE completed
        """,
    )
