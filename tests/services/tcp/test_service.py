"""Every behaviour over real sockets."""

from __future__ import annotations

import base64
import json
import pickle
import re
import socket
import time
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.behaviours.characters import CYCLE
from sandbox.engine import Engine
from sandbox.errors import SettingsError
from sandbox.journal import Closed, Fact
from tests.conftest import Serve, check_clean, raw_client

Start = Callable[..., Callable[[], socket.socket]]


@pytest.fixture
def start(serve: Serve) -> Start:
    """``start("echo", …)`` starts one listener and returns what connects to it."""

    def started(behaviour: str, **options: Any) -> Callable[[], socket.socket]:
        sandbox = serve(tcp={"listeners": {"main": {"behaviour": behaviour} | options}})
        return lambda: raw_client(sandbox, "tcp")

    return started


def read_all(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(65536), b""))


def said(connect: Callable[[], socket.socket], data: bytes) -> bytes:
    """What a client gets that sends ``data`` and closes its half."""
    with connect() as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return read_all(client)


def test_echo(start: Start) -> None:
    data = bytes(range(256)) * 4000
    with start("echo")() as client:
        client.settimeout(5)
        received = b""
        for at in range(0, len(data), 64_000):
            client.sendall(data[at : at + 64_000])
            while len(received) < min(at + 64_000, len(data)):
                received += client.recv(65536)
    assert received == data


def test_echo_after_half_close(start: Start) -> None:
    assert said(start("echo"), b"no line end") == b"no line end"


def test_echo_once(start: Start) -> None:
    with start("echo-once")() as client:
        client.sendall(b"Python client 1")
        assert read_all(client) == b"Python client 1"


def test_discard(start: Start) -> None:
    assert said(start("discard"), b"x" * 100_000) == b""


def test_upper_and_reverse(start: Start) -> None:
    assert said(start("upper"), "hello, мир\n".encode()).decode() == "HELLO, МИР\n"
    assert said(start("reverse"), "hello, мир\n".encode()).decode() == "рим ,olleh\n"


@pytest.mark.parametrize("behaviour", ["reply", "greeting", "echo-once", "time"])
def test_a_client_that_goes_on_sending_sees_the_answer(start: Start, behaviour: str) -> None:
    with start(behaviour)() as client:
        for _ in range(20):
            client.sendall(b"x" * 10_000)
        assert client.recv(100_000)
        client.sendall(b"and on")


def test_reply(start: Start) -> None:
    with start("reply", text="Привет!\n", close=False)() as client:
        for _ in range(2):
            client.sendall(b"x")
            assert client.recv(100).decode() == "Привет!\n"


def test_greeting_and_who_speaks_first(start: Start) -> None:
    connect = start("greeting", text="welcome", otherwise="words", dictionary={"cat": "кот"}, wait=0.05)
    with connect() as silent:
        assert read_all(silent) == b"welcome"
    connect = start("greeting", text="welcome", otherwise="words", dictionary={"cat": "кот"}, wait=30)
    with connect() as speaking:
        for _ in range(2):
            speaking.sendall(b"cat")
            assert speaking.recv(100).decode() == "кот"


@pytest.mark.parametrize(("otherwise", "answer"), [("echo", b"abC"), ("upper", b"ABC"), ("reverse", b"Cba")])
def test_greeting_otherwise(start: Start, otherwise: str, answer: bytes) -> None:
    with start("greeting", otherwise=otherwise, wait=30)() as client:
        client.sendall(b"abC")
        assert client.recv(100) == answer


def test_time(start: Start) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", said(start("time"), b"").decode())
    assert said(start("time", format="%Y"), b"").decode() == time.strftime("%Y")
    seconds = int.from_bytes(said(start("time", format="rfc868"), b"")) - 2_208_988_800
    assert abs(seconds - time.time()) < 5
    assert re.fullmatch(
        r"\w+day, \w+ \d+, \d{4} \d\d:\d\d:\d\d-\S+\r\n", said(start("daytime"), b"").decode()
    )


def test_qotd(start: Start) -> None:
    connect = start("qotd", quotes=["one", "two"])
    assert [said(connect, b"") for _ in range(3)] == [b"one\r\n", b"two\r\n", b"one\r\n"]


@pytest.mark.parametrize("rate", [0, 200_000])
def test_chargen(start: Start, rate: int) -> None:
    with start("chargen", rate=rate)() as client:
        received = b""
        while len(received) < 30_000:
            received += client.recv(4096)
    assert (CYCLE * (len(received) // len(CYCLE) + 1)).startswith(received)


def test_file(start: Start, tmp_path: Path) -> None:
    picture = json.loads(said(start("file"), b""))
    assert picture["filename"] == "picture.png"
    check_png(base64.b64decode(picture["filedata"]))
    path = tmp_path / "отчёт.bin"
    path.write_bytes(b"\x00\xff" * 500_000)
    sent = json.loads(said(start("file", file=str(path)), b""))
    assert sent["filename"] == "отчёт.bin"
    assert base64.b64decode(sent["filedata"]) == path.read_bytes()
    assert json.loads(said(start("file", file=str(path), filename="x"), b""))["filename"] == "x"


def test_a_file_that_has_gone(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "gone.bin"
    path.write_bytes(b"x")
    sandbox = serve(tcp={"listeners": {"main": {"behaviour": "file", "file": str(path)}}})
    path.unlink()
    with raw_client(sandbox, "tcp") as client:
        assert read_all(client) == b""
    fact = sandbox.wait_for(lambda entry: isinstance(entry.event, Fact)).event
    assert isinstance(fact, Fact)
    assert fact.name == "file.refused"


def check_png(data: bytes) -> None:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert 580_000 < len(data) < 590_000
    at, chunks = 8, {}
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(data[at + 8 + size : at + 12 + size])
        chunks[kind] = body
        at += 12 + size
    width, height = (int.from_bytes(chunks[b"IHDR"][start : start + 4]) for start in (0, 4))
    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (1 + 3 * width)
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]


def test_words(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("dog = собака\ncat = котик\n", encoding="utf-8")
    connect = start("words", dictionary_file=str(path), dictionary={"cat": "кот"}, unknown="reverse")
    with connect() as client:
        client.sendall(pickle.dumps(["cat", "dog", "xyz"]))
        assert pickle.loads(client.recv(1024)) == ["кот", "собака", "zyx"]
        client.sendall(json.dumps(["cat"]).encode())
        assert json.loads(client.recv(1024)) == ["кот"]


def test_words_wait_for_the_rest_of_a_pickle(start: Start) -> None:
    message = pickle.dumps(["socket"])
    with start("words")() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in message:
            client.sendall(bytes([octet]))
        assert pickle.loads(client.recv(1024)) == ["сокет"]


def test_words_answer_what_stays_incomplete(start: Start) -> None:
    with start("words", patience=0.05)() as client:
        client.sendall(b'["socket"')
        assert client.recv(1024).decode() == '["socket"?'


class User:
    def __init__(self, name: str, age: int) -> None:
        self.name = name
        self.age = age


def test_roster_is_one_for_all_clients(serve: Serve) -> None:
    sandbox = serve(tcp={"listeners": {"main": {"behaviour": "roster"}}})
    with raw_client(sandbox, "tcp") as one, raw_client(sandbox, "tcp") as two:
        one.sendall(pickle.dumps(User("Ann", 30)))
        assert one.recv(100) == b"1. User(name=Ann, age=30)"
        two.sendall(b"Bob,25")
        assert two.recv(100) == b"2. User(name=Bob, age=25)"
        one.sendall(b"list")
        assert one.recv(100) == b"1. User(name=Ann, age=30)\n2. User(name=Bob, age=25)"
    fact = sandbox.wait_for(lambda entry: isinstance(entry.event, Fact)).event
    assert isinstance(fact, Fact)
    assert (fact.name, fact.details["attributes"]) == ("user.listed", {"name": "Ann", "age": 30})


def test_chat(start: Start) -> None:
    connect = start("chat")
    with connect() as ann, connect() as bob:
        bob.sendall(b"Bob: I am here")
        assert bob.recv(100) == b"Bob: I am here"
        assert ann.recv(100) == b"Bob: I am here"
        ann.sendall("Аня: привет".encode())
        assert ann.recv(100).decode() == bob.recv(100).decode() == "Аня: привет"
        ann.sendall(b"byebye")
        assert ann.recv(100) == b""
        bob.sendall(b"Bob: alone")
        assert bob.recv(100) == b"Bob: alone"


def test_listeners_do_not_share_a_room(serve: Serve) -> None:
    sandbox = serve(tcp={"listeners": {"one": {"behaviour": "chat"}, "two": {"behaviour": "chat"}}})
    with raw_client(sandbox, "tcp", "one") as ann, raw_client(sandbox, "tcp", "two") as bob:
        ann.sendall(b"Ann: hello")
        assert ann.recv(100) == b"Ann: hello"
        bob.sendall(b"Bob: hello")
        assert bob.recv(100) == b"Bob: hello"


def test_ipv6(start: Start) -> None:
    with start("echo", host="::1")() as client:
        assert client.family == socket.AF_INET6
        client.sendall(b"six")
        assert client.recv(10) == b"six"


def test_unix_domain(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "echo.sock"
    serve(tcp={"listeners": {"main": {"behaviour": "echo", "path": str(path)}}})
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b"local")
        assert client.recv(10) == b"local"


def test_implicit_tls(serve: Serve) -> None:
    sandbox = serve(tcp={"listeners": {"main": {"behaviour": "upper", "tls": "implicit"}}})
    trust = sandbox.call(lambda inner: inner.authority.client_context())
    with trust.wrap_socket(raw_client(sandbox, "tcp"), server_hostname="localhost") as client:
        client.sendall(b"secret")
        assert client.recv(10) == b"SECRET"


def test_file_over_tls(serve: Serve) -> None:
    sandbox = serve(tcp={"listeners": {"main": {"behaviour": "file", "tls": "implicit"}}})
    trust = sandbox.call(lambda inner: inner.authority.client_context())
    with trust.wrap_socket(raw_client(sandbox, "tcp"), server_hostname="localhost") as client:
        data = b"".join(iter(lambda: client.recv(65536), b""))
    check_png(base64.b64decode(json.loads(data)["filedata"]))


def test_clients_that_go_at_once_leave_no_trace_but_the_timeline(serve: Serve) -> None:
    sandbox = serve(tcp={"listeners": {"main": {"behaviour": "reply"}}})
    with raw_client(sandbox, "tcp") as client:
        client.sendall(b"Hello, server!")
    closed = sandbox.wait_for(lambda entry: isinstance(entry.event, Closed)).event
    assert isinstance(closed, Closed)
    assert closed.received == 14


def test_no_listeners_are_no_mistake(serve: Serve) -> None:
    sandbox = serve(tcp={})
    assert sandbox.call(lambda inner: inner.endpoints) == ()


@pytest.mark.parametrize(
    ("listener", "told"),
    [
        ({"behaviour": "ecko"}, "main.behaviour: there is no behaviour 'ecko', did you mean 'echo'?"),
        ({"port": 1}, "main.behaviour: Field required"),
        ({"behaviour": "echo", "text": "x"}, "main.text: unknown key"),
        ({"behaviour": "reply", "txt": "x"}, "main.txt: unknown key, did you mean 'text'?"),
        ({"behaviour": "echo", "tls": "starttls"}, "main.tls: Input should be 'none' or 'implicit'"),
        ({"behaviour": "qotd", "quotes": []}, "main.quotes: at least one quote is needed"),
        ({"behaviour": "qotd", "quotes": ["x" * 600]}, "main.quotes.0: a quote has at most 509 octets"),
        ({"behaviour": "words", "dictionary_file": "none"}, "main.dictionary_file: there is no file"),
        ({"behaviour": "greeting", "otherwise": "worlds"}, "main.otherwise: Input should be 'words'"),
    ],
)
def test_mistakes(listener: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Engine.from_mapping({"services": {"tcp": {"listeners": {"main": listener}}}})
    assert f"services.tcp.listeners.{told}" in str(caught.value)


def test_a_dictionary_file_with_a_mistake_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("cat = кот\ndog\n", encoding="utf-8")
    listener = {"behaviour": "words", "dictionary_file": "words.txt"}
    with pytest.raises(SettingsError, match=r"words\.txt:2 must have the form"):
        Engine.from_mapping({"services": {"tcp": {"listeners": {"main": listener}}}}, base=tmp_path)


def test_stop_with_clients_in_every_behaviour() -> None:
    behaviours = [
        "chargen",
        "chat",
        "discard",
        "echo",
        "reverse",
        "roster",
        "upper",
        "words",
        "file",
        "reply",
    ]
    listeners = {name: {"behaviour": name} for name in behaviours}
    inner = Engine.from_mapping({"services": {"tcp": {"listeners": listeners}}})
    with BackgroundEngine(inner) as sandbox, ExitStack() as stack:
        for name in behaviours:
            stack.enter_context(raw_client(sandbox, "tcp", name))
        sandbox.wait_for(lambda entry: entry.event.connection == len(behaviours))
        sandbox.stop()
    check_clean(sandbox)
