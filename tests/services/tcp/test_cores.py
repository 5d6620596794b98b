"""Each behaviour without a socket: dialogues, and any bytes at all."""

from __future__ import annotations

import itertools
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.behaviours.characters import CYCLE
from sandbox.behaviours.dictionary import Dictionary
from sandbox.journal import Journal
from sandbox.net.connection import Connection
from sandbox.sansio import Actions, Close, Core, Send, SetTimer, WhenDrained
from sandbox.services.tcp.chargen import Chargen
from sandbox.services.tcp.chat import MOST_UNREAD, Guest, Room
from sandbox.services.tcp.clock import Teller
from sandbox.services.tcp.discard import Discard
from sandbox.services.tcp.echo import Echo, EchoOnce
from sandbox.services.tcp.file import BLOCK, Outflow
from sandbox.services.tcp.greeting import Greeting
from sandbox.services.tcp.lists import ListsApart
from sandbox.services.tcp.reply import Reply
from sandbox.services.tcp.reverse import Reverse
from sandbox.services.tcp.roster import AnswerForm, Roster, RosterCore, RosterListener
from sandbox.services.tcp.upper import Upper
from sandbox.services.tcp.words import Words, WordsListener
from sandbox.settings.models import Binding
from tests.play import play

DICTIONARY = Dictionary({"cat": "кот", "Мск": "Москва"})
WHOLE = (1 << 20,)  # for dialogues whose messages are what arrives at one time


class Notes:
    """What a core noted."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, name: str, /, **details: Any) -> None:
        self.facts.append((name, details))


def words(notes: Callable[..., None] | None = None, **options: Any) -> Words:
    return Words(DICTIONARY, WordsListener(behaviour="words", **options), notes or Notes())


def roster(answer: AnswerForm = "text", notes: Callable[..., None] | None = None) -> RosterCore:
    return RosterCore(Roster(3), RosterListener(behaviour="roster", answer=answer), notes or Notes())


numbers = itertools.count(1)


def guest(room: Room, journal: Journal | None = None) -> Guest:
    binding = Binding(name="chat", transport="tcp", host="127.0.0.1", port=1)
    return Guest(
        room, Connection(next(numbers), "tcp", binding, "", "", Journal() if journal is None else journal)
    )


def sent(actions: Actions) -> bytes:
    return b"".join(action.data for action in actions if isinstance(action, Send))


def test_echo() -> None:
    play(
        Echo,
        r"""
        C: a line
        S: a line
        C: not a line, \x00\xff\
        S: not a line, \x00\xff\
        C: <eof>
        S: <close>
        """,
    )


def test_echo_once() -> None:
    play(
        EchoOnce,
        """
        C: Python client 1\\
        S: Python client 1\\
        S: <close>
        """,
        WHOLE,
    )


def test_discard() -> None:
    play(
        Discard,
        """
        C: anything
        C: <eof>
        S: <close>
        """,
    )


def test_upper_does_not_depend_on_the_cut() -> None:
    play(
        Upper,
        r"""
        C: hello, мир and straße \xff
        S: HELLO, \xd0\x9c\xd0\x98\xd0\xa0 AND STRASSE \xff
        C: \xd0\
        C: <eof>
        S: \xd0\
        S: <close>
        """,
    )


def test_reverse() -> None:
    play(
        lambda: Reverse(Notes()),
        r"""
        C: ПАЛИНДРОМ\
        S: МОРДНИЛАП\
        C: one\ntwo\nthree
        S: eno\nowt\neerht
        C: \xcf\xc0\xcb\
        S: \xcb\xc0\xcf\
        C: [1\
        S: 1[\
        C: \xd0\
        C: <timer>
        S: \xd0\
        C: <eof>
        S: <close>
        """,
        WHOLE,
    )


def test_reply() -> None:
    play(
        lambda: Reply(b"Hello, client!"),
        """
        C: Hello, server!\\
        S: Hello, client!\\
        S: <close>
        """,
    )
    play(
        lambda: Reply(b"yes\r\n", close=False),
        """
        C: one
        S: yes
        C: two
        S: yes
        C: <eof>
        S: <close>
        """,
        WHOLE,
    )


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_pickles_are_left_to_the_words(size: int) -> None:
    core = ListsApart(Reply(b"Hello, client!"), words())
    message = pickle.dumps(["cat", "dog"])
    answer = b"".join(
        sent(core.receive(message[start : start + size])) for start in range(0, len(message), size)
    )
    assert pickle.loads(answer) == ["кот", "dog?"]
    assert sent(core.receive(b"cat")) == "кот".encode()


@pytest.mark.parametrize(
    ("message", "answer"), [('["Мск", "cat"]', '["Москва", "кот"]'), (" ['cat', 'dog']", " ['кот', 'dog?']")]
)
def test_lists_as_text_are_left_to_the_words(message: str, answer: str) -> None:
    for other in (EchoOnce(), Reply(b"text")):
        assert sent(ListsApart(other, words()).receive(message.encode())).decode() == answer


def test_the_first_message_decides_about_lists() -> None:
    core = ListsApart(Reply(b"text", close=False), words())
    assert sent(core.receive(b"text first")) == b"text"
    assert sent(core.receive(pickle.dumps(["cat"]))) == b"text"


def test_greeting() -> None:
    play(lambda: Greeting(b"Thank you\r\n"), "S: Thank you\nS: <close>")
    play(
        lambda: Greeting(b"Thank you\r\n", close=False),
        """
        S: Thank you
        C: ignored
        C: <eof>
        S: <close>
        """,
    )


def test_greeting_waits_for_clients_that_speak_first() -> None:
    silent = Greeting(b"Thank you", other=Echo(), wait=0.2)
    assert list(silent.opened()) == [SetTimer(0.2)]
    assert list(silent.timer()) == [Send(b"Thank you"), Close(linger=True)]
    speaking = Greeting(b"Thank you", other=Echo(), wait=0.2)
    speaking.opened()
    assert list(speaking.receive(b"first")) == [SetTimer(None), Send(b"first")]
    assert list(speaking.receive(b"second")) == [Send(b"second")]
    assert list(speaking.eof()) == [Close()]
    gone = Greeting(b"Thank you", close=False, other=Echo(), wait=0.2)
    gone.opened()
    assert list(gone.eof()) == [Send(b"Thank you"), Close()]


def test_tellers() -> None:
    play(lambda: Teller(lambda: b"noon\r\n"), "S: noon\nS: <close>")


def test_words_in_text() -> None:
    play(
        words,
        r"""
        C: cat\
        S: кот\
        C: Мск,dog, cat\
        S: Москва,dog?, кот\
        C: cat\ndog
        S: кот\ndog?
        C: ['cat', 'dog']\
        S: ['кот', 'dog?']\
        C: [unfinished cat\
        C: <timer>
        S: [unfinished? кот\
        C: [at the end\
        C: <eof>
        S: [at? the? end?\
        S: <close>
        """,
        WHOLE,
    )


def test_words_in_json_do_not_depend_on_the_cut() -> None:
    play(
        words,
        r"""
        C: ["cat", "Мск"]\
        S: ["кот", "Москва"]\
        C: {"words": ["dog"]}
        S: {"words": ["dog?"]}
        C: ["cat"]["dog"]\
        S: ["\u043a\u043e\u0442"]["dog?"]\
        """,
    )


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_words_in_pickles_do_not_depend_on_the_cut(protocol: int, size: int) -> None:
    notes = Notes()
    core = words(notes)
    message = pickle.dumps(["cat", "dog"], protocol) * 2
    answer = b"".join(
        sent(core.receive(message[start : start + size])) for start in range(0, len(message), size)
    )
    assert answer == pickle.dumps(["кот", "dog?"], protocol) * 2
    assert notes.facts == [("words.answered", {"form": "pickle", "words": 2, "unknown": 1})] * 2


def test_words_wait_only_for_what_is_incomplete() -> None:
    core = words(patience=3.0)
    assert list(core.receive(b"[")) == [SetTimer(3.0)]
    assert list(core.receive(b'"cat"')) == [SetTimer(3.0)]
    assert list(core.receive(b"]"))[1:] == [SetTimer(None)]
    assert list(core.receive(b"cat"))[1:] == []
    assert list(core.receive(b"\xd0")) == [SetTimer(0.2)]
    assert list(core.timer()) == [Send(b"\xd0?")]
    assert list(words(patience=0.0).receive(b"[")) == []


def test_words_refuse_what_they_cannot_read() -> None:
    notes = Notes()
    core = words(notes, max_message=20)
    assert (
        pickle.loads(sent(core.receive(b"\x80\x04K\x01K\x02R.")))
        == "not a list of words: argument list must be a tuple"
    )
    assert list(core.receive(b"x" * 21)) == [Send(b"The message is too long.\r\n"), Close(linger=True)]
    assert [name for name, _ in notes.facts] == ["message.refused", "message.refused"]


def test_words_close_after_one_answer_if_asked_to() -> None:
    core = Words(DICTIONARY, WordsListener(behaviour="words"), Notes(), close=True)
    assert list(core.receive(b"cat")) == [Send("кот".encode()), Close(linger=True)]


class User:
    def __init__(self, name: str, age: int) -> None:
        self.name = name
        self.age = age


def test_roster_in_text() -> None:
    play(
        roster,
        r"""
        C: Ann,30\
        S: 1. User(name=Ann, age=30)\
        C: {"name": "Боб"}\
        S: 2. User(name=Боб)\
        C: list\n\
        S: 1. User(name=Ann, age=30)\n2. User(name=Боб)\n\
        C: {"name"}\
        S: Not understood: ...\
        C: \n\
        C: Cid\nDan\n\
        S: 3. User(name=Cid)\n4. User(name=Dan)\n\
        C: list\
        S: 2. User(name=Боб)\n3. User(name=Cid)\n4. User(name=Dan)\
        """,
        WHOLE,
    )


@pytest.mark.parametrize("protocol", range(6))
def test_roster_reads_pickled_objects(protocol: int) -> None:
    notes = Notes()
    core = roster("form", notes)
    message = pickle.dumps(User("Ann", 30), protocol)
    assert pickle.loads(sent(core.receive(message))) == [
        {"number": 1, "class": "User", "name": "Ann", "age": 30}
    ]
    (fact,) = notes.facts
    details = {"number": 1, "kind": "User", "attributes": {"name": "Ann", "age": 30}, "form": "pickle"}
    assert fact == ("user.listed", details)


def test_roster_answers_in_the_form_or_not_at_all() -> None:
    core = roster("form")
    assert json.loads(sent(core.receive(b'{"name": "Ann"}'))) == [
        {"number": 1, "class": "User", "name": "Ann"}
    ]
    assert pickle.loads(sent(core.receive(pickle.dumps(5)))) == "Not understood: a user is expected, not 5"
    assert sent(core.receive(b"Bob")) == b"2. User(name=Bob)"
    silent = roster("none")
    assert sent(silent.receive(b"Ann,3")) == sent(silent.receive(b"[5]x")) == b""


def test_roster_list_when_empty() -> None:
    assert sent(roster().receive(b"list")) == b"Nobody is listed."


def test_chat_between_clients_that_name_themselves() -> None:
    room = Room()
    ann, bob = guest(room), guest(room)
    ann.opened()
    bob.opened()
    assert sent(ann.receive("Аня: привет".encode())).decode() == "Аня: привет"
    assert sent(bob.poke()).decode() == "Аня: привет"
    assert sent(bob.receive(b"Bob: hello")) == b"Bob: hello"
    assert sent(ann.poke()) == b"Bob: hello"
    assert sent(ann.poke()) == b""
    assert list(ann.receive(b"byebye")) == [Close()]
    assert sent(bob.receive(b"Bob: alone")) == b"Bob: alone"
    assert sent(ann.poke()) == b""


def test_chat_with_nicknames_and_lines() -> None:
    journal, room = Journal(), Room()
    ann, bob = guest(room, journal), guest(room, journal)
    ann.opened()
    bob.opened()
    assert sent(ann.receive(b"Ann\n")) == b""
    assert sent(ann.receive(b"hello\nagain\n")) == b"Ann: hello\nAnn: again\n"
    assert sent(bob.poke()) == b"Ann: hello\nAnn: again\n"
    assert sent(bob.receive(b"Bob: hi")) == b"Bob: hi"
    assert sent(ann.poke()) == b"Bob: hi\n"
    assert sent(ann.receive(b"now without")) == b"Ann: now without"
    assert list(ann.receive(b"last\nbyebye\n")) == [Send(b"Ann: last\n"), Close()]
    noted = [(entry.event.name, entry.event.details) for entry in journal]  # type: ignore[union-attr]
    assert noted == [
        ("chat.joined", {"nickname": "Ann"}),
        ("chat.joined", {"nickname": "Bob"}),
        ("chat.left", {}),
    ]


def test_chat_with_everything_in_one_message() -> None:
    core = guest(Room())
    core.opened()
    assert list(core.receive(b"Ann\nhello\nbyebye\n")) == [Send(b"Ann: hello\n"), Close()]


def test_chat_clients_that_are_gone_or_do_not_read() -> None:
    room = Room()
    ann, bob, cid = guest(room), guest(room), guest(room)
    for member in (ann, bob, cid):
        member.opened()
    cid.closed()
    cid.closed()
    ann.receive(b"Ann")
    ann.receive(b"hello")
    assert sent(bob.poke()) == b"Ann: hello"
    assert sent(cid.poke()) == b""
    for _ in range(20):
        ann.receive(b"x" * 100_000)
    assert list(bob.poke()) == [Close(reset=True)]
    assert len(bob._unheard) < MOST_UNREAD + 200_000


def test_chat_message_without_end() -> None:
    journal = Journal()
    core = guest(Room(), journal)
    core.opened()
    actions: list[Any] = []
    while not actions:
        actions = list(
            core.receive(b"\xb0\xd0" * 100_000 if core._messages.missing == "a character" else b"\xd0")
        )
    assert actions == [Close()]
    assert [entry.event.name for entry in journal] == ["message.refused"]  # type: ignore[union-attr]


def test_file_block_by_block() -> None:
    data = bytes(range(256)) * 1000
    core = Outflow(data)
    received = sent(core.opened())
    assert received == data[:BLOCK]
    assert list(core.eof()) == []
    while True:
        actions = list(core.drained())
        received += sent(actions)
        if Close() in actions:
            break
        assert actions[-1] == WhenDrained()
    assert received == data


@pytest.mark.parametrize("rate", [0, 5, 100_000, 3_000_000])
def test_chargen_goes_on_where_it_was(rate: int) -> None:
    core = Chargen(rate)
    received = b""
    actions = list(core.opened())
    for _ in range(50):
        received += sent(actions)
        assert actions[-1] == WhenDrained()
        actions = list(core.drained())
        if rate:
            assert actions == [SetTimer(0.1)]
            actions = list(core.timer())
    assert received == (CYCLE * (len(received) // len(CYCLE) + 1))[: len(received)]
    assert len(received) == (5 * rate or 50 * 65536) or rate == 5


EVERY: list[Callable[[], Core]] = [
    Echo,
    EchoOnce,
    Discard,
    Upper,
    words,
    roster,
    lambda: Reverse(Notes()),
    lambda: ListsApart(Reply(b"text"), words()),
    lambda: Greeting(b"text", other=words()),
    lambda: guest(Room()),
    lambda: Chargen(100),
    lambda: Outflow(b"file"),
    lambda: Teller(lambda: b"text"),
]


@pytest.mark.parametrize("make", EVERY)
@settings(max_examples=60)
@given(
    pieces=st.lists(st.binary(min_size=1, max_size=60), max_size=6),
    prefix=st.sampled_from([b"", b"\x80\x04", b"["]),
)
def test_any_bytes(make: Callable[[], Core], pieces: list[bytes], prefix: bytes) -> None:
    core = make()
    output = len(sent(core.opened()))
    for piece in [prefix, *pieces]:
        if piece:
            output += len(sent(core.receive(piece)))
        output += len(sent(core.poke())) + len(sent(core.drained()))
    output += len(sent(core.timer())) + len(sent(core.eof())) + len(sent(core.idle()))
    core.closed()
    assert output <= 20_000
