"""Dialogues of the POP3 core, without a socket."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.sansio import MAX_BURST, Close, Send, StartTls, WhenDrained
from sandbox.services.pop3.core import MAX_LINE
from tests.play import play
from tests.services.pop3.world import World, fresh, logged_in, say


def test_session() -> None:
    play(
        fresh(),
        """
        S: +OK POP3 pop.test server ready <1.1000@pop.test>
        C: USER ann
        S: +OK User name accepted, password please
        C: PASS secret
        S: +OK Mailbox open, 2 messages
        C: STAT
        S: +OK 2 68
        C: LIST
        S: +OK Mailbox scan listing follows
        S: 1 38
        S: 2 30
        S: .
        C: LIST 2
        S: +OK 2 30
        C: UIDL
        S: +OK Unique-ID listing follows
        S: 1 1001.1
        S: 2 1001.2
        S: .
        C: UIDL 2
        S: +OK 2 1001.2
        C: RETR 1
        S: +OK 38 octets
        S: Subject: one
        S:
        S: Hello
        S: ..
        S: ...two
        S: end
        S: .
        C: RETR 2
        S: +OK 30 octets
        S: Subject: two
        S:
        S: ..bare
        S: lines
        S: .
        C: NOOP
        S: +OK No-op to you too!
        C: QUIT
        S: +OK Sayonara
        S: <close>
        """,
    )


def test_quit_before_login_deletes_nothing() -> None:
    play(
        fresh(),
        """
        S: +OK ...
        C: DELE 1
        S: -ERR Unknown AUTHORIZATION state command
        C: QUIT
        S: +OK Sayonara
        S: <close>
        """,
    )


def test_bad_lines_are_answered_and_the_session_lives() -> None:
    play(
        fresh(),
        r"""
        S: +OK ...
        C:
        S: -ERR Unknown AUTHORIZATION state command
        C: NONSENSE and more
        S: -ERR Unknown AUTHORIZATION state command
        C: STAT
        S: -ERR Unknown AUTHORIZATION state command
        C: USER
        S: -ERR Missing user name argument
        C: PASS secret
        S: -ERR USER must come first
        C: USER a\x00b
        S: -ERR Control characters are not allowed
        C: \xff\xfe
        S: -ERR Unknown AUTHORIZATION state command
        C: CAPA now
        S: -ERR Too many arguments
        C: RPOP ann
        S: -ERR RPOP ...
        C: USER ann\n\
        S: +OK ...
        C: PASS secret\n\
        S: +OK ...
        C: USER ann
        S: -ERR Unknown TRANSACTION state command
        C: LAST
        S: -ERR LAST ...
        C: RETR
        S: -ERR Missing argument
        C: RETR 1 2
        S: -ERR Too many arguments
        C: RETR 0
        S: -ERR No such message
        C: RETR 3
        S: -ERR No such message
        C: RETR -1
        S: -ERR Invalid message number
        C: RETR one
        S: -ERR Invalid message number
        C: DELE 9999999999999999999999
        S: -ERR Invalid message number
        C: LIST x
        S: -ERR Invalid message number
        C: TOP 1
        S: -ERR Missing argument
        C: TOP 1 -1
        S: -ERR Invalid line count
        C: UTF8
        S: -ERR Unknown TRANSACTION state command
        C: STLS
        S: -ERR Unknown TRANSACTION state command
        C: noop
        S: +OK ...
        """,
    )


def test_long_line_is_refused_once_and_the_next_one_is_read() -> None:
    play(
        fresh(),
        f"""
        S: +OK ...
        C: USER {"x" * (MAX_LINE + 1)}
        S: -ERR Line too long
        C: USER ann
        S: +OK ...
        """,
        chunks=(997, 1 << 20),
    )


def test_pipelined_commands_are_answered_in_one_go(world: World) -> None:
    core = world.core()
    answer = say(core, "USER ann", "PASS secret", "STAT", "DELE 1", "NOOP", "QUIT")
    assert answer.count(b"+OK") == 6
    assert world.inbox.uids == (2,)


def test_pipelined_answers_wait_for_a_client_that_does_not_read() -> None:
    world = World(b"A: b\r\n\r\n" + b"x" * MAX_BURST)
    core = logged_in(world)
    actions = list(core.receive(b"RETR 1\r\nRETR 1\r\nQUIT\r\n"))
    assert [type(action) for action in actions] == [Send, WhenDrained]
    assert list(core.eof()) == [], "what was asked for before is still answered"
    assert list(core.receive(b"")) == []
    assert [type(action) for action in core.drained()] == [Send, WhenDrained]
    assert [type(action) for action in core.drained()][:2] == [Send, Close]
    assert list(core.drained()) == []


CAPABILITIES = """
        S: TOP
        S: UIDL
        S: RESP-CODES
        S: AUTH-RESP-CODE
        S: PIPELINING
        S: EXPIRE NEVER
        S: UTF8 USER
        S: LANG
"""


def test_capabilities_before_and_after_tls_and_login() -> None:
    listed = f"""
        S: +OK Capability list follows{CAPABILITIES}
        S: USER
        S: SASL CRAM-MD5 PLAIN LOGIN
    """
    play(
        fresh(stls=True),
        f"""
        S: +OK ...
        C: CAPA
        {listed}
        S: STLS
        S: IMPLEMENTATION Sandbox
        S: .
        C: USER ann
        S: +OK ...
        C: STLS
        S: +OK Begin TLS negotiation now
        S: <starttls>
        C: CAPA
        {listed}
        S: IMPLEMENTATION Sandbox
        S: .
        C: STLS
        S: -ERR TLS is active already
        C: PASS secret
        S: -ERR USER must come first
        C: USER ann
        S: +OK ...
        C: PASS secret
        S: +OK ...
        C: CAPA
        {listed}
        S: IMPLEMENTATION Sandbox
        S: .
        """.replace("\n        \n", "\n"),
    )


def test_stls_drops_what_was_smuggled_in_behind_it(world: World) -> None:
    world.offer = replace(world.offer, stls=True)
    core = world.core()
    actions = list(core.receive(b"STLS\r\nUSER ann\r\nPASS secret\r\n"))
    assert [type(action) for action in actions] == [Send, StartTls]
    list(core.tls_started())
    assert say(core, "PASS secret") == b"-ERR USER must come first\r\n"


def test_stls_where_it_is_not_offered(world: World) -> None:
    assert say(world.core(), "STLS") == b"-ERR STLS is not offered here\r\n"
    assert say(world.core(secure=True), "STLS") == b"-ERR TLS is active already\r\n"


def test_languages_and_utf8() -> None:
    play(
        fresh(),
        """
        S: +OK ...
        C: LANG
        S: +OK Language listing follows
        S: en English
        S: i-default Default language
        S: .
        C: LANG EN
        S: +OK en ...
        C: LANG xx
        S: -ERR There is no such language
        C: UTF8
        S: +OK UTF8 enabled
        C: USER анна
        S: +OK ...
        C: PASS пароль
        S: -ERR [AUTH] Bad login
        """,
    )


WORDS = st.sampled_from(
    [
        b"USER ann",
        b"PASS secret",
        b"RETR 1",
        b"TOP 1 1",
        b"DELE 2",
        b"LIST",
        b"UIDL",
        b"AUTH PLAIN",
        b"AUTH LOGIN",
        b"STLS",
        b"CAPA",
        b"RSET",
        b"QUIT",
        b"*",
        b"=",
        b"\r\n",
        b" ",
        b"\0",
        b"APOP ann x",
        b"LANG",
        b"TOP 1 9999",
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    chunks=st.lists(
        st.one_of(st.binary(max_size=40), WORDS, WORDS.map(lambda word: word + b"\r\n")), max_size=30
    )
)
def test_any_bytes(chunks: list[bytes]) -> None:
    output = answers([chunk for chunk in chunks if chunk])
    whole = b"".join(chunks)
    assert answers([whole] if whole else []) == output
    assert len(output) <= 400 * (1 + whole.count(b"\n"))


def answers(chunks: list[bytes]) -> bytes:
    """What a new core sends until it closes or begins TLS."""
    world = World()
    world.offer = replace(world.offer, stls=True)
    core = world.core()
    output = b""
    for chunk in chunks:
        for action in core.receive(chunk):
            if not isinstance(action, Send):
                assert isinstance(action, StartTls | Close)
                return output
            output += action.data
    return output
