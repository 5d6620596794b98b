"""What is known before and after a conversation: which check fits, what a time is, what a traceback means."""

from __future__ import annotations

import pickle
import socket
import time
from typing import cast

import pytest

from sandbox.probing import crash, registry
from sandbox.probing.checks import words
from sandbox.probing.checks.clock import read_time
from sandbox.probing.dial import Dial, Listener, Server
from sandbox.probing.observation import DATAGRAM, QUESTION, Observation
from sandbox.probing.pages import asked_on
from sandbox.probing.talk import Talk, Wrong
from sandbox.probing.verdict import LONGEST, Verdict, shown

HTML = b"HTTP/1.0 200 OK\r\n\r\n<p>Hello"
NO_GET = b"HTTP/1.0 501 Unsupported method ('GET')\r\n\r\n"


@pytest.mark.parametrize(
    ("port", "seen", "name"),
    [
        (5000, {"answer": b"Hello, client!"}, "reply"),
        (5000, {"answer": HTML}, "http"),
        (5000, {}, "reply"),
        (5000, {"last_words": "_pickle.UnpicklingError: invalid load key, 'G'."}, "words"),
        (5555, {"answer": QUESTION}, "echo"),
        (5555, {"answer": QUESTION.upper() + b"!"}, "echo"),
        (5566, {"unasked": b"2026-11-21 16:31:07.408219"}, "time"),
        (5566, {"unasked": b"half past seven"}, "time"),
        (5566, {"unasked": b'{"filename": "a'}, "file"),
        (6789, {"unasked": b"2026-11-21 16:31:07"}, "time"),
        (8000, {"answer": HTML}, "http"),
        (8000, {"answer": NO_GET}, "xmlrpc"),
        (8000, {"answer": b"<p>Hello"}, "http"),
        (8080, {"answer": NO_GET}, "http"),
        (8080, {"answer": b"Hello"}, "reply"),
        (8888, {"answer": b"Server received your data."}, "reply"),
        (8888, {"answer": HTML}, "http"),
        (12345, {"unasked": b"Thank you for the connection"}, "greeting"),
        (12345, {}, "greeting"),
        (12345, {"answer": QUESTION}, "chat"),
        (12345, {"answer": b"?"}, "words"),
        (12345, {"hung_up": True}, "words"),
        (33333, {"answer": QUESTION[::-1].strip()}, "reverse"),
        (4242, {"unasked": b"Welcome"}, "greeting"),
        (4242, {"unasked": b"Sat Nov 21 16:31:07 2026"}, "time"),
        (4242, {"answer": QUESTION}, "echo"),
        (4242, {"answer": b"whatever"}, "reply"),
        (4242, {}, None),
    ],
)
def test_tcp_checks_are_chosen_by_port_and_behaviour(
    port: int, seen: dict[str, object], name: str | None
) -> None:
    observation = Observation(**seen)  # type: ignore[arg-type]
    check = registry.choose(Listener("tcp", "localhost", port), observation)
    assert (check.name if check else None) == name


@pytest.mark.parametrize(
    ("port", "answer", "name"),
    [
        (6789, DATAGRAM, "udp-echo"),
        (6789, b"", "udp-echo"),
        (12345, b"Thank you for the data", "udp-reply"),
        (4242, DATAGRAM, "udp-echo"),
        (4242, b"?", "udp-reply"),
        (4242, b"", None),
    ],
)
def test_udp_checks_are_chosen_by_port_and_behaviour(port: int, answer: bytes, name: str | None) -> None:
    seen = Observation(asked=DATAGRAM, answer=answer)
    check = registry.choose(Listener("udp", "localhost", port), seen)
    assert (check.name if check else None) == name


def test_the_chat_lesson_s_address_is_a_chat_s() -> None:
    listener = Listener("tcp", "10.7.189.118", 12345)
    check = registry.choose(listener, Observation(unasked=b"Welcome"))
    assert check is not None
    assert check.name == "chat"


def test_names_are_unique_and_titles_are_short() -> None:
    assert len(set(registry.names())) == len(registry.CHECKS)
    for check in registry.CHECKS:
        assert len(check.title) < 90
        assert len({step.title for step in check.steps}) == len(check.steps)


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("2026-11-21 16:31:07.408219", True),
        ("2026-11-21 16:31:07\r\n", True),
        ("2026-11-21T16:31:07+03:00", True),
        ("Sat Nov 21 16:31:07 2026", True),
        ("21.11.2026 16:31:07", True),
        ("half past seven", False),
        ("", False),
    ],
)
def test_times(text: str, readable: bool) -> None:
    assert (read_time(text) is not None) == readable


@pytest.mark.parametrize(
    ("form", "answer", "right"),
    [
        ("comma", "привет,?,мир".encode(), True),
        ("comma", b"one,two", False),
        ("blanks", b"a b c\n", True),
        ("lines", b"a\nb\nc\n", True),
        ("one word", b"a", True),
        ("json", b'["a", "b", "c"]', True),
        ("json", b'["a"]', False),
        ("json", b"[", False),
        ("json", b"\xff", False),
        ("pickle", pickle.dumps(["a", "b", "c"]), True),
        ("pickle", pickle.dumps("abc"), False),
        ("pickle", b"\x80\x04cos\nsystem\n(S'touch /tmp/never'\ntR.", False),
        ("printed list", b"['a', 'b', 'c']", True),
        ("printed list", b"a, b, c", False),
    ],
)
def test_translations_are_counted_and_never_executed(form: str, answer: bytes, right: bool) -> None:
    assert words._in_form(form, answer) == right


TRACEBACK = """Traceback (most recent call last):
  File "server.py", line 3, in <module>
    s.bind(("", 80))
OSError: [Errno 98] Address already in use
127.0.0.1 - - a line of the log
"""


def test_tracebacks() -> None:
    assert crash.last_words(TRACEBACK) == "OSError: [Errno 98] Address already in use"
    assert "SO_REUSEADDR" in crash.hint(TRACEBACK)
    assert crash.exceptions(TRACEBACK * 2) == ["OSError: [Errno 98] Address already in use"] * 2
    reset = TRACEBACK.replace(
        "OSError: [Errno 98] Address already", "ConnectionResetError: [Errno 104] Reset"
    )
    assert crash.exceptions(reset) == []
    assert crash.last_words("one\ntwo\n\n") == "two"
    assert crash.last_words("") == crash.hint("") == ""


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?", "Python 2"),
        ("ModuleNotFoundError: No module named 'SocketServer'", "Python 2"),
        ("ModuleNotFoundError: No module named 'cherrypy'", "the module cherrypy is not installed"),
        ("TypeError: a bytes-like object is required, not 'str'", "text.encode()"),
        ('TypeError: can only concatenate str (not "bytes") to str', "text.encode()"),
        ("TypeError: can't concat str to bytes", "text.encode()"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "sandbox run is for clients"),
        ("    client, _ = server.accept()\nOSError: [Errno 22] Invalid argument", "call listen()"),
        ("KeyError: 'x'", ""),
    ],
)
def test_hints(words: str, hint: str) -> None:
    found = crash.hint(words)
    assert hint in found
    assert bool(hint) == bool(found)


def test_more_octets_than_promised_are_seen() -> None:
    dial = Dial(cast("Server", None), Listener("tcp", "localhost", 8080), 60, time.monotonic() + 60, {})
    ours, theirs = socket.socketpair()
    with theirs, Talk(ours, dial.record, dial.wait) as talk:
        theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello World")
        with pytest.raises(Wrong, match="promises 5 octets, and more came: count octets"):
            asked_on(talk, dial, "GET", "/")


def test_octets_are_shown_as_a_learner_writes_them() -> None:
    assert shown([b"Hello", "Привет".encode(), b"\xff"]) == r"'Hello', 'Привет', b'\xff'"
    assert shown([b"x" * (LONGEST + 1)]).endswith(f"… ({LONGEST + 1} octets)")
    assert Verdict("", "", "starts", "ok", "").as_json()["step"] == "starts"
