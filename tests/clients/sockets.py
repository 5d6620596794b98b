"""socket: what a client's methods do, and what the small servers answer."""

from __future__ import annotations

import io
import json
import pickle
import re
import socket
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from tests.clients.environment import TIMEOUT, Environment
from tests.clients.registry import Library, Way, as_it_should

HOST = "127.0.0.1"  # the name localhost may mean ::1 to a UDP client
HELLO = b"Hello, server!"
FROM_1900_TO_1970 = 2_208_988_800  # seconds (RFC 868)
BRIEFLY = 0.05  # seconds to wait for what shall not come
CLOSING = (
    "daytime",
    "qotd",
    "time",
    "local-time",
    "greeting",
    "reply",
    "echo-once",
    "file",
)  # close after their answer


def open_tcp(env: Environment, listener: str) -> socket.socket:
    """A connection to one of the small servers."""
    return socket.create_connection((HOST, env.port("tcp", listener)), timeout=TIMEOUT)


def open_udp(env: Environment, listener: str) -> socket.socket:
    """A socket that knows its peer, so that send and recv work."""
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(TIMEOUT)
    client.connect((HOST, env.port("udp", listener)))
    return client


@contextmanager
def tcp(env: Environment) -> Iterator[socket.socket]:
    """Connected to echo."""
    with open_tcp(env, "echo") as client:
        yield client


@contextmanager
def udp(env: Environment) -> Iterator[socket.socket]:
    """Connected to echo."""
    with open_udp(env, "echo") as client:
        yield client


sockets = Library(
    "socket",
    {"TCP": Way(tcp), "UDP": Way(udp)},
    (OSError,),
    "The methods a client uses, on the echo servers: port 2007 of TCP and of UDP.",
)


def back(client: socket.socket) -> str:
    """What came back, complete."""
    data = client.recv(1024)
    while client.type == socket.SOCK_STREAM and len(data) < len(HELLO):
        data += client.recv(1024)
    return data.decode()


def failure(client: socket.socket) -> str:
    """How receiving fails where there is nothing to receive."""
    try:
        return repr(client.recv(1024))
    except OSError as error:
        return type(error).__name__


@sockets.operation("connect(address)")
def connect(client: socket.socket, env: Environment) -> str:
    with socket.socket(socket.AF_INET, client.type) as other:
        other.connect(client.getpeername())
        return "connected" if other.getpeername() == client.getpeername() else "not connected"


@sockets.operation("connect_ex(address)")
def connect_ex(client: socket.socket, env: Environment) -> str:
    with socket.socket(socket.AF_INET, client.type) as other:
        return str(other.connect_ex(client.getpeername()))


@sockets.operation("send(bytes)")
def send(client: socket.socket, env: Environment) -> str:
    return f"{client.send(HELLO)}, back comes {back(client)}"


@sockets.operation("sendall(bytes)")
def sendall(client: socket.socket, env: Environment) -> str:
    client.sendall(HELLO)
    return back(client)


@sockets.operation("sendto(bytes, address)", ways=("UDP",))
def sendto(client: socket.socket, env: Environment) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.settimeout(TIMEOUT)
        return f"{other.sendto(HELLO, client.getpeername())}, back comes {back(other)}"


@sockets.operation("sendmsg([bytes, bytes])")
def sendmsg(client: socket.socket, env: Environment) -> str:
    client.sendmsg([HELLO[:5], HELLO[5:]])
    return back(client)


@sockets.operation("sendfile(file)", ways=("TCP",))
def sendfile(client: socket.socket, env: Environment) -> str:
    client.sendfile(io.BytesIO(HELLO))
    return back(client)


@sockets.operation("recv(size)")
def recv(client: socket.socket, env: Environment) -> str:
    client.send(HELLO)
    return back(client)


@sockets.operation("recv_into(buffer)")
def recv_into(client: socket.socket, env: Environment) -> str:
    client.send(HELLO)
    buffer = bytearray(1024)
    return buffer[: client.recv_into(buffer)].decode()


@sockets.operation("recvfrom(size)", note="TCP names no sender")
def recvfrom(client: socket.socket, env: Environment) -> str:
    client.send(HELLO)
    data, address = client.recvfrom(1024)
    return f"{data.decode()} from {'the server' if address == client.getpeername() else address}"


@sockets.operation("recvfrom_into(buffer)")
def recvfrom_into(client: socket.socket, env: Environment) -> str:
    client.send(HELLO)
    buffer = bytearray(1024)
    return buffer[: client.recvfrom_into(buffer)[0]].decode()


@sockets.operation("recvmsg(size)", note="a datagram that is too long is cut, and its flag tells")
def recvmsg(client: socket.socket, env: Environment) -> str:
    client.send(HELLO)
    data, _, flags, _ = client.recvmsg(5)
    return data.decode() + (" and MSG_TRUNC" if flags & socket.MSG_TRUNC else "")


@sockets.operation("recvmsg_into([buffer])")
def recvmsg_into(client: socket.socket, env: Environment) -> str:
    client.send(HELLO)
    buffer = bytearray(1024)
    return buffer[: client.recvmsg_into([buffer])[0]].decode()


@sockets.operation("makefile('rw')", ways=("TCP",))
def makefile(client: socket.socket, env: Environment) -> str:
    with client.makefile("rw", encoding="utf-8") as file:
        file.write("Привет\n")
        file.flush()
        return file.readline().strip()


@sockets.operation("shutdown(SHUT_WR)", ways=("TCP",), note="what was sent before comes back all the same")
def shutdown(client: socket.socket, env: Environment) -> str:
    client.sendall(HELLO)
    client.shutdown(socket.SHUT_WR)
    return f"{back(client)}, then {'the end' if client.recv(1024) == b'' else 'more'}"


@sockets.operation("settimeout(seconds)")
def settimeout(client: socket.socket, env: Environment) -> str:
    client.settimeout(BRIEFLY)
    return as_it_should(failure(client), "TimeoutError")


@sockets.operation("setblocking(False)")
def setblocking(client: socket.socket, env: Environment) -> str:
    client.setblocking(False)
    return as_it_should(failure(client), "BlockingIOError")


@sockets.operation("getpeername()")
def getpeername(client: socket.socket, env: Environment) -> str:
    return client.getpeername()[0]


@sockets.operation("close()")
def close(client: socket.socket, env: Environment) -> str:
    client.send(HELLO)
    client.close()
    return "closed, with an answer unread"


@sockets.operation("create_connection(address)", ways=("TCP",), note="the function; the name is localhost")
def create_connection(client: socket.socket, env: Environment) -> str:
    with socket.create_connection(("localhost", env.port("tcp", "echo")), timeout=TIMEOUT) as other:
        other.sendall(HELLO)
        return back(other)


@sockets.operation("a long message", note="a million octets; the longest datagram")
def long_message(client: socket.socket, env: Environment) -> str:
    if env.way == "UDP":
        size = client.send(b"x" * 65_507)
        return f"{len(client.recv(65_507)):_} of {size:_} octets"
    received = 0
    for _ in range(16):
        client.sendall(b"x" * 62_500)
        expected = received + 62_500
        while received < expected:
            received += len(client.recv(65_536))
    return f"{received:_} octets"


@contextmanager
def tcp_servers(env: Environment) -> Iterator[str]:
    """Nothing yet: each operation opens the server it is about."""
    yield "tcp"


@contextmanager
def udp_servers(env: Environment) -> Iterator[str]:
    """Nothing yet: each operation opens the server it is about."""
    yield "udp"


servers = Library(
    "The small servers",
    {"TCP": Way(tcp_servers), "UDP": Way(udp_servers)},
    (OSError,),
    "One row for each behaviour, on its default port; *closed* tells who ends the connection.",
)


def talk(env: Environment, name: str, *messages: bytes) -> bytes:
    """What the server of that name says to the messages, one answer for each; ``closed`` behind it if it closes."""
    said = b""
    with (open_tcp if env.way == "TCP" else open_udp)(env, name) as client:
        for message in messages:
            client.sendall(message)
            said += client.recv(65_536)
        if env.way == "TCP":
            client.settimeout(TIMEOUT if name in CLOSING else BRIEFLY)
            try:
                while data := client.recv(65_536):
                    said += data
                said += b", closed"
            except TimeoutError:
                pass
    return said


def shape(said: bytes, pattern: bytes, name: str) -> str:
    """What was said, with ``name`` in place of the text the pattern describes."""
    return re.sub(pattern, name.encode(), said.replace(b"\r\n", b"")).decode()


@servers.operation("echo, 2007")
def echo(_: str, env: Environment) -> str:
    return talk(env, "echo", HELLO).decode()


@servers.operation("discard, 2009")
def discard(_: str, env: Environment) -> str:
    with (open_tcp if env.way == "TCP" else open_udp)(env, "discard") as client:
        client.send(HELLO)
        client.settimeout(BRIEFLY)
        return as_it_should(failure(client), "TimeoutError")


@servers.operation("daytime, 2013")
def daytime(_: str, env: Environment) -> str:
    said = talk(env, "daytime", *([] if env.way == "TCP" else [b"\n"]))
    return shape(said, rb"\w+day, \w+ \d+, \d{4} [\d:]{8}-[^\s,]+", "Tuesday, February 22, 1982 17:37:43-PST")


@servers.operation("qotd, 2017")
def qotd(_: str, env: Environment) -> str:
    said = talk(env, "qotd", *([] if env.way == "TCP" else [b"\n"]))
    return shape(said, rb".+\)(?=$|, closed)", "a quote")


@servers.operation("chargen, 2019")
def chargen(_: str, env: Environment) -> str:
    if env.way == "UDP":
        return "0 to 512 octets" if len(talk(env, "chargen", b"\n")) <= 512 else "too much"
    with open_tcp(env, "chargen") as client, client.makefile("rb") as file:
        lines = [file.readline() for _ in range(3)]
    turned = all(line[1:70] == following[:69] for line, following in pairwise(lines))
    return "characters without end, each line turned by one" if turned else repr(lines)


@servers.operation("time, 2037", note="RFC 868")
def time(_: str, env: Environment) -> str:
    said = talk(env, "time", *([] if env.way == "TCP" else [b"\n"]))
    seconds = int.from_bytes(said[:4]) - FROM_1900_TO_1970
    told = "the seconds since 1900 in 4 octets" if abs(seconds - clock.time()) < 60 else "another time"
    return told + said[4:].decode()


@servers.operation("local-time, 2310", note="the format is a setting")
def local_time(_: str, env: Environment) -> str:
    said = talk(env, "local-time", *([] if env.way == "TCP" else [b"\n"]))
    return shape(said, rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", "2024-02-29 01:02:03.000000")


@servers.operation("greeting, 2301", ways=("TCP",))
def greeting(_: str, env: Environment) -> str:
    return talk(env, "greeting").decode()


@servers.operation("reply, 2302")
def reply(_: str, env: Environment) -> str:
    return talk(env, "reply", HELLO).decode()


@servers.operation("echo-once, 2303", ways=("TCP",))
def echo_once(_: str, env: Environment) -> str:
    return talk(env, "echo-once", HELLO).decode()


@servers.operation("reverse, 2304")
def reverse(_: str, env: Environment) -> str:
    return talk(env, "reverse", "ПАЛИНДРОМ".encode()).decode()


@servers.operation("upper, 2305")
def upper(_: str, env: Environment) -> str:
    return talk(env, "upper", "Привет".encode()).decode()


@servers.operation("chat, 2306", ways=("TCP",), note="everybody hears what anybody says, and who says it too")
def chat(_: str, env: Environment) -> str:
    with open_tcp(env, "chat") as ann:
        ann.sendall("Аня: привет".encode())
        ann.recv(1024)
        with open_tcp(env, "chat") as bob:  # not before: he would hear Ann as well, or not
            bob.sendall("Боб: привет".encode())
            said, heard = bob.recv(1024).decode(), ann.recv(1024).decode()
            bob.sendall(b"byebye")
            ended = ", closed after byebye" if bob.recv(1024) == b"" else ""
    return f"Аня and Боб hear {said}{ended}" if said == heard else f"{said}, but {heard}"


@servers.operation("words, 2307: hello,world")
def words(_: str, env: Environment) -> str:
    return talk(env, "words", b"hello,world").decode()


@servers.operation("words, 2307: a pickled list")
def words_in_a_pickle(_: str, env: Environment) -> str:
    return repr(pickle.loads(talk(env, "words", pickle.dumps(["hello", "world"]))))


@servers.operation("roster, 2308: Ann,20", ways=("TCP",))
def roster(_: str, env: Environment) -> str:
    return re.sub(r"\d+(?=[:.])", "n", talk(env, "roster", b"Ann,20").decode().strip())


@servers.operation("file, 2309", ways=("TCP",), note="a picture, in base64")
def file(_: str, env: Environment) -> str:
    said = talk(env, "file")
    document = json.loads(said.removesuffix(b", closed"))
    return f"JSON with {' and '.join(document)}" + (", closed" if said.endswith(b", closed") else "")
