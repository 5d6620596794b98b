"""One world stands behind all protocols, and one client's trouble is nobody else's."""

from __future__ import annotations

import ftplib
import imaplib
import io
import json
import poplib
import smtplib
import socket
import struct
import urllib.request
import xmlrpc.client
from collections.abc import Callable

import pytest

from sandbox.background import BackgroundEngine
from tests.conftest import Serve

ODD_MAIL = b"\x00no header\xff \xf0\xd2\r\n.\r\n..dots\r\n\r\nlast line without end"


@pytest.fixture
def world(serve: Serve) -> BackgroundEngine:
    return serve(
        smtp={},
        pop3={},
        imap={},
        ftp={},
        http={},
        xmlrpc={},
        tcp={"listeners": {"echo": {"behaviour": "echo"}}},
        udp={"listeners": {"echo": {"behaviour": "echo"}}},
    )


def send(world: BackgroundEngine, content: bytes, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", world.endpoint("smtp").port) as smtp:
        smtp.sendmail("sender@example.org", recipients, content)


def by_pop(world: BackgroundEngine, user: str) -> list[bytes]:
    pop = poplib.POP3("127.0.0.1", world.endpoint("pop3").port)
    pop.user(user)
    pop.pass_("any")
    mails = [b"\r\n".join(pop.retr(number)[1]) for number in range(1, pop.stat()[0] + 1)]
    pop.quit()
    return mails


def by_imap(world: BackgroundEngine, user: str) -> list[bytes]:
    with imaplib.IMAP4("127.0.0.1", world.endpoint("imap").port) as imap:
        imap.login(user, "any")
        imap.select()
        numbers = imap.search(None, "ALL")[1][0].split()
        return [imap.fetch(number, "(RFC822)")[1][0][1] for number in numbers]


def get(world: BackgroundEngine, path: str, **headers: str) -> bytes:
    url = f"http://127.0.0.1:{world.endpoint('http').port}{path}"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as response:
        body: bytes = response.read()
        return body


def test_a_mail_is_in_every_mailbox_at_once_octet_for_octet(world: BackgroundEngine) -> None:
    send(world, ODD_MAIL + b"\r\n", "ann@example.org", "bob@example.net")
    for user in ("ann@example.org", "ann", "bob", "bob@example.net"):
        assert by_imap(world, user) == [ODD_MAIL + b"\r\n"]
        assert by_pop(world, user) == [ODD_MAIL]
    (mail,) = json.loads(get(world, "/mail/messages.json"))["messages"]
    assert get(world, f"/mail/{mail['id']}/raw") == ODD_MAIL + b"\r\n"


def test_a_session_hears_of_new_mail_while_it_lasts(world: BackgroundEngine) -> None:
    with imaplib.IMAP4("127.0.0.1", world.endpoint("imap").port) as imap:
        imap.login("ann", "any")
        assert imap.select()[1] == [b"0"]
        send(world, b"Subject: new\r\n\r\n", "ann@example.org")
        imap.noop()
        assert imap.response("EXISTS")[1][-1] == b"1"


def test_what_pop_deletes_imap_no_longer_shows(world: BackgroundEngine) -> None:
    send(world, b"Subject: one\r\n\r\n", "ann@example.org")
    send(world, b"Subject: two\r\n\r\n", "ann@example.org")
    pop = poplib.POP3("127.0.0.1", world.endpoint("pop3").port)
    pop.user("ann")
    pop.pass_("any")
    pop.dele(1)
    pop.quit()
    assert by_imap(world, "ann") == [b"Subject: two\r\n\r\n"]


def test_a_file_goes_in_by_ftp_and_out_by_http_and_back(world: BackgroundEngine) -> None:
    data = bytes(range(256)) * 4000
    with ftplib.FTP() as ftp:
        ftp.connect("127.0.0.1", world.endpoint("ftp").port, timeout=5)
        ftp.login("ann", "any")
        ftp.cwd("/remote/directory")
        ftp.storbinary("STOR файл.bin", io.BytesIO(data))
        assert get(world, "/files/remote/directory/%D1%84%D0%B0%D0%B9%D0%BB.bin") == data
        url = f"http://127.0.0.1:{world.endpoint('http').port}/files/remote/directory/put.txt"
        urllib.request.urlopen(urllib.request.Request(url, data=b"by HTTP", method="PUT"), timeout=5).close()
        found = io.BytesIO()
        ftp.retrbinary("RETR put.txt", found.write)
        assert found.getvalue() == b"by HTTP"


def test_strict_accounts_hold_for_every_protocol(serve: Serve) -> None:
    world = serve(
        smtp={"auth_required": True, "recipients": "listed"},
        pop3={},
        imap={},
        ftp={"anonymous": False},
        accounts={
            "mode": "listed",
            "users": {"ann": {"password": "secret", "addresses": ["ann@example.org"]}},
        },
    )
    for password, works in (("secret", True), ("wrong", False)):
        assert logs_in(lambda password=password: pop_login(world, password)) is works
        assert logs_in(lambda password=password: imap_login(world, password)) is works
        assert logs_in(lambda password=password: ftp_login(world, password)) is works
        assert logs_in(lambda password=password: smtp_login(world, password)) is works


def logs_in(login: Callable[[], object]) -> bool:
    try:
        login()
    except (poplib.error_proto, imaplib.IMAP4.error, ftplib.error_perm, smtplib.SMTPAuthenticationError):
        return False
    return True


def pop_login(world: BackgroundEngine, password: str) -> None:
    pop = poplib.POP3("127.0.0.1", world.endpoint("pop3").port)
    try:
        pop.user("ann")
        pop.pass_(password)
    finally:
        pop.quit()


def imap_login(world: BackgroundEngine, password: str) -> None:
    with imaplib.IMAP4("127.0.0.1", world.endpoint("imap").port) as imap:
        imap.login("ann", password)


def ftp_login(world: BackgroundEngine, password: str) -> None:
    with ftplib.FTP() as ftp:
        ftp.connect("127.0.0.1", world.endpoint("ftp").port, timeout=5)
        ftp.login("ann", password)


def smtp_login(world: BackgroundEngine, password: str) -> None:
    with smtplib.SMTP("127.0.0.1", world.endpoint("smtp").port) as smtp:
        smtp.login("ann", password)


TLS_HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(200)
HOSTILE = {
    "nothing at all": b"",
    "NULs": bytes(5000) + b"\r\n",
    "an endless line": b"A" * 300_000,
    "half a command": b"USE",
    "a TLS hello on the plain port": TLS_HELLO,
    "bytes of no charset": bytes(range(256)) * 50 + b"\r\n",
    "a wrong literal": b"a LOGIN {99999999999999999999}\r\na LOGIN {-1}\r\na LOGIN {5\r\n",
    "many line ends": b"\r\n" * 5000,
    "HTTP": b"GET / HTTP/1.1\r\nContent-Length: nonsense\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("how", ["closed", "reset"])
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_clients_leave_everybody_working(world: BackgroundEngine, hostile: bytes, how: str) -> None:
    endpoints = world.call(lambda sandbox: sandbox.endpoints)
    for endpoint in endpoints:
        kind = socket.SOCK_DGRAM if endpoint.transport == "udp" else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as client:
            client.connect((endpoint.host, endpoint.port))
            client.settimeout(5)
            try:
                client.send(hostile[:60_000])
                if kind == socket.SOCK_STREAM:
                    client.sendall(hostile[60_000:])
            except ConnectionError:
                pass  # it may have had enough of us already
            if how == "reset" and kind == socket.SOCK_STREAM:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    everybody_works(world)


def everybody_works(world: BackgroundEngine) -> None:
    send(world, b"Subject: still here\r\n\r\n", "ann@example.org")
    assert by_pop(world, "ann")[-1] == b"Subject: still here\r\n"
    assert by_imap(world, "ann")[-1] == b"Subject: still here\r\n\r\n"
    ftp_login(world, "any")
    assert json.loads(get(world, "/get"))["args"] == {}
    with xmlrpc.client.ServerProxy(f"http://127.0.0.1:{world.endpoint('xmlrpc').port}") as server:
        assert server.add(3, 5) == 8
    with socket.create_connection(("127.0.0.1", world.endpoint("tcp", "echo").port), timeout=5) as tcp:
        tcp.sendall(b"hello")
        assert tcp.recv(100) == b"hello"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(5)
        udp.sendto(b"hello", ("127.0.0.1", world.endpoint("udp", "echo").port))
        assert udp.recv(100) == b"hello"


def test_everything_stops_at_once_with_clients_connected(serve: Serve) -> None:
    world = serve(
        smtp={},
        pop3={},
        imap={},
        ftp={},
        http={},
        xmlrpc={},
        tcp={"listeners": {"echo": {"behaviour": "echo"}}},
    )
    clients = [
        socket.create_connection((endpoint.host, endpoint.port), timeout=5)
        for endpoint in world.call(lambda sandbox: sandbox.endpoints)
    ]
    try:
        for client in clients:
            client.sendall(b"half")
        world.stop()
    finally:
        for client in clients:
            client.close()
