"""The lessons about sockets, each against the sandbox: the same calls in the same order.

The listeners are those of the lessons, on free ports.
"""

from __future__ import annotations

import base64
import json
import pickle
import socket
import socketserver
import threading
from datetime import datetime
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Closed, Fact
from tests.conftest import Serve

TCP: dict[str, dict[str, Any]] = {
    "hello-5000": {"behaviour": "reply", "text": "Hello, client!", "lists": "words"},
    "time-5566": {"behaviour": "time"},
    "file-5566": {"behaviour": "file"},
    "echo-5555": {"behaviour": "echo-once"},
    "time-6789": {"behaviour": "time", "format": "%Y-%m-%d %H:%M:%S"},
    "steps-8080": {"behaviour": "reply", "text": "Hello, client!"},
    "handler-8888": {"behaviour": "reply", "text": "Server received your data."},
    "thanks-12345": {"behaviour": "greeting", "text": "Thank you for the connection", "otherwise": "words"},
    "chat-12345": {"behaviour": "chat"},
    "palindrome-33333": {"behaviour": "reverse"},
    "words": {"behaviour": "words"},
    "roster": {"behaviour": "roster"},
    "roster-form": {"behaviour": "roster", "answer": "form"},
}

UDP: dict[str, dict[str, Any]] = {
    "echo-6789": {"behaviour": "echo"},
    "thanks-12345": {"behaviour": "reply", "text": "Thank you for the data"},
    "upper-9999": {"behaviour": "upper", "lines_only": True, "strip": True},
}


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    return serve(tcp={"listeners": TCP}, udp={"listeners": UDP})


def connect(sandbox: BackgroundEngine, name: str) -> socket.socket:
    """As the lessons do: a socket, then connect, to a host by name."""
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(5)
    client.connect(("localhost", sandbox.endpoint("tcp", name).port))
    return client


def receive_all(client: socket.socket, size: int = 1024) -> bytes:
    data = b""
    while chunk := client.recv(size):
        data += chunk
    return data


def test_hello(sandbox: BackgroundEngine) -> None:
    client = connect(sandbox, "hello-5000")
    client.sendall(b"Hello, server!")
    assert client.recv(1024).decode() == "Hello, client!"
    client.close()


def test_hello_without_waiting_for_the_answer(sandbox: BackgroundEngine) -> None:
    """The client is gone when the answer is written."""
    client = connect(sandbox, "hello-5000")
    client.sendall(b"Hello, server!")
    client.close()
    sandbox.wait_for(lambda entry: isinstance(entry.event, Closed))


def test_steps(sandbox: BackgroundEngine) -> None:
    """No line end is sent, and the answer comes at once."""
    with connect(sandbox, "steps-8080") as client:
        client.send(b"Hello, server!")
        assert client.recv(1024)


def test_time(sandbox: BackgroundEngine) -> None:
    client = connect(sandbox, "time-5566")
    told = datetime.strptime(client.recv(1024).decode("utf-8"), "%Y-%m-%d %H:%M:%S.%f").astimezone()
    assert abs((datetime.now().astimezone() - told).total_seconds()) < 5
    assert client.recv(1024) == b""
    client.close()


def test_time_until_the_end(sandbox: BackgroundEngine) -> None:
    with connect(sandbox, "time-6789") as client:
        told = receive_all(client, 10).decode()
    assert datetime.strptime(told, "%Y-%m-%d %H:%M:%S").astimezone()


def test_picture(sandbox: BackgroundEngine) -> None:
    """A JSON object of some 780 kB, read in pieces of 1 kB until the server closes."""
    with connect(sandbox, "file-5566") as client:
        received = bytearray()
        data = client.recv(1024)
        while data:
            received += data
            data = client.recv(1024)
    document = json.loads(received.decode("utf-8"))
    assert document["filename"].endswith(".png")
    assert base64.b64decode(document["filedata"].encode("utf-8")).startswith(b"\x89PNG")


def test_udp_echo_until_bye(sandbox: BackgroundEngine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        server = ("localhost", sandbox.endpoint("udp", "echo-6789").port)
        for message in ("привет", "как дела?", "bye"):
            client.sendto(message.encode("utf-8"), server)
            data, _ = client.recvfrom(1024)
            assert data.decode("utf-8") == message


class Listening(threading.Thread):
    """The thread of the chat lesson: prints what comes until the connection ends."""

    def __init__(self, client: socket.socket) -> None:
        super().__init__()
        self.client = client
        self.heard = b""

    def run(self) -> None:
        while data := self.client.recv(1024):
            self.heard += data


def test_chat(sandbox: BackgroundEngine) -> None:
    """The client puts its nickname before each message itself."""
    ann, bob = connect(sandbox, "chat-12345"), connect(sandbox, "chat-12345")
    threads = [Listening(ann), Listening(bob)]
    for thread in threads:
        thread.start()
    sandbox.wait_for(
        lambda entry: entry.event.connection == 2
    )  # who comes later hears only what is said later
    ann.send("Аня: всем привет".encode())
    sandbox.wait_for(lambda entry: entry.event.connection == 2 and _sent(entry.event))
    bob.send(b"Bob: hi")
    sandbox.wait_for(lambda entry: entry.event.connection == 1 and b"Bob" in _sent(entry.event))
    for client in (ann, bob):
        client.send(b"byebye")
    for thread, client in zip(threads, (ann, bob), strict=True):
        thread.join(5)
        client.close()
        assert thread.heard.decode() == "Аня: всем приветBob: hi"


def _sent(event: object) -> bytes:
    return getattr(event, "data", b"") if type(event).__name__ == "Sent" else b""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_palindrome(sandbox: BackgroundEngine, encoding: str) -> None:
    """An empty host is this machine; Python 2 sent the bytes of its source file."""
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect(("", sandbox.endpoint("tcp", "palindrome-33333").port))
    client.send("ПАЛИНДРОМ".encode(encoding))
    assert client.recv(1024).decode(encoding) == "МОРДНИЛАП"
    client.send(b"abc")
    assert client.recv(1024) == b"cba"
    client.close()


def test_thanks_for_the_connection(sandbox: BackgroundEngine) -> None:
    """The server speaks first, though it serves the practice task on the same port."""
    client = socket.socket()
    client.connect(("127.0.0.1", sandbox.endpoint("tcp", "thanks-12345").port))
    assert client.recv(1024) == b"Thank you for the connection"
    client.close()


def test_thanks_for_the_data(sandbox: BackgroundEngine) -> None:
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(5)
    client.sendto(b"client data", ("127.0.0.1", sandbox.endpoint("udp", "thanks-12345").port))
    assert client.recvfrom(1024)[0] == b"Thank you for the data"
    client.close()


def test_echo_in_threads(sandbox: BackgroundEngine) -> None:
    """Several clients at once, each with a name."""
    received: list[str] = []

    def run(name: str) -> None:
        with connect(sandbox, "echo-5555") as client:
            client.sendall(name.encode())
            received.append(f"Received: {client.recv(1024).decode()}")

    threads = [threading.Thread(target=run, args=(f"Python client {number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(received) == [f"Received: Python client {number}" for number in range(5)]


def test_handler(sandbox: BackgroundEngine) -> None:
    """The server side of the lesson about socketserver, seen by its client."""
    assert socketserver.TCPServer  # what the sandbox stands in for
    with connect(sandbox, "handler-8888") as client:
        client.sendall(b"any data")
        assert receive_all(client) == b"Server received your data."


@pytest.mark.parametrize(
    ("data", "answer"), [(b"hello world\n", b"HELLO WORLD"), (b"Hello World!", b"Hello World!")]
)
def test_udp_upper_and_echo_on_one_port(sandbox: BackgroundEngine, data: bytes, answer: bytes) -> None:
    """Two examples of the standard library's documentation have port 9999; a line end tells them apart."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(data, ("localhost", sandbox.endpoint("udp", "upper-9999").port))
        assert client.recv(1024) == answer


# The first practice task: a list of words goes out, their translations come back. Learners send it in many forms.

WORDS = ["Мск", "СПб", "абв"]
TRANSLATED = ["Москва", "Санкт-Петербург", "абв?"]

PORTS = pytest.mark.parametrize("name", ["words", "thanks-12345"])


@pytest.mark.parametrize("name", ["words", "hello-5000", "thanks-12345"])
@pytest.mark.parametrize("protocol", [None, *range(pickle.HIGHEST_PROTOCOL + 1)])
def test_words_pickled(sandbox: BackgroundEngine, name: str, protocol: int | None) -> None:
    with connect(sandbox, name) as client:
        client.send(pickle.dumps(WORDS, protocol))
        assert pickle.loads(client.recv(1024)) == TRANSLATED


@PORTS
def test_words_in_json(sandbox: BackgroundEngine, name: str) -> None:
    with connect(sandbox, name) as client:
        client.sendall(json.dumps(WORDS).encode())
        assert json.loads(client.recv(1024).decode()) == TRANSLATED


@PORTS
@pytest.mark.parametrize("separator", [",", ", ", " ", "\n", ";"])
def test_words_joined(sandbox: BackgroundEngine, name: str, separator: str) -> None:
    with connect(sandbox, name) as client:
        client.send(separator.join(WORDS).encode())
        assert client.recv(1024).decode().split(separator) == TRANSLATED


@PORTS
def test_words_as_python_prints_a_list(sandbox: BackgroundEngine, name: str) -> None:
    with connect(sandbox, name) as client:
        client.send(str(WORDS).encode())
        assert client.recv(1024).decode() == str(TRANSLATED)


@PORTS
def test_one_word_after_the_other(sandbox: BackgroundEngine, name: str) -> None:
    with connect(sandbox, name) as client:
        for word, translation in zip(WORDS, TRANSLATED, strict=True):
            client.sendall(word.encode())
            assert client.recv(1024).decode() == translation


def test_words_line_by_line_through_a_file(sandbox: BackgroundEngine) -> None:
    with connect(sandbox, "words") as client, client.makefile("rw", encoding="utf-8", newline="\n") as lines:
        for word, translation in zip(WORDS, TRANSLATED, strict=True):
            lines.write(word + "\n")
            lines.flush()
            assert lines.readline() == translation + "\n"


# The second practice task: objects of a class of the learner's own go out, from several clients.


class User:
    def __init__(self, name: str, age: int) -> None:
        self.name = name
        self.age = age


def listed(sandbox: BackgroundEngine, number: int = 1) -> dict[str, Any]:
    entry = sandbox.wait_for(
        lambda entry: (
            isinstance(entry.event, Fact)
            and entry.event.name == "user.listed"
            and entry.event.details["number"] == number
        )
    )
    assert isinstance(entry.event, Fact)
    return dict(entry.event.details)


@pytest.mark.parametrize(
    ("message", "form"),
    [
        (pickle.dumps(User("Анна", 30)), "pickle"),
        (pickle.dumps(User("Анна", 30), 0), "pickle"),
        (json.dumps({"name": "Анна", "age": 30}).encode(), "json"),
        (json.dumps(vars(User("Анна", 30)), ensure_ascii=False).encode(), "json"),
    ],
)
def test_a_user(sandbox: BackgroundEngine, message: bytes, form: str) -> None:
    with connect(sandbox, "roster") as client:
        client.sendall(message)
        assert client.recv(1024).decode() == "1. User(name=Анна, age=30)"
    assert listed(sandbox) == {
        "number": 1,
        "kind": "User",
        "attributes": {"name": "Анна", "age": 30},
        "form": form,
    }


def test_a_user_as_text(sandbox: BackgroundEngine) -> None:
    with connect(sandbox, "roster") as client:
        client.send("Анна,30".encode())
        assert client.recv(1024).decode() == "1. User(name=Анна, age=30)"


def test_a_user_answered_in_the_form_of_the_question(sandbox: BackgroundEngine) -> None:
    with connect(sandbox, "roster-form") as client:
        client.send(pickle.dumps(User("Ann", 30)))
        assert pickle.loads(client.recv(1024)) == [{"number": 1, "class": "User", "name": "Ann", "age": 30}]


def test_users_of_several_clients(sandbox: BackgroundEngine) -> None:
    clients = [connect(sandbox, "roster") for _ in range(5)]
    for number, client in enumerate(clients, start=1):
        client.sendall(pickle.dumps(User(f"user{number}", number)))
        assert client.recv(1024).decode() == f"{number}. User(name=user{number}, age={number})"
    for client in clients:
        client.close()
    assert listed(sandbox, 5)["attributes"] == {"name": "user5", "age": 5}
