"""What a redirected program sees, checked from within it by any Python from 3.8 on. Prints what went wrong, as JSON.

The first argument is a JSON object of what the test knows: ``names`` with their addresses, ``other`` an authority of
somebody else, ``port`` that leads to an echo server on every host, ``free`` that nobody has.
"""

from __future__ import annotations

import asyncio
import errno
import http.client
import http.server
import json
import os
import select
import smtplib
import socket
import socketserver
import ssl
import sys
import threading
import traceback
import urllib.request
from contextlib import closing
from socket import getaddrinfo  # as many programs do

FACTS = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
FREE = FACTS.get("free", 0)  # nobody's
PORT = FACTS.get("port", 0)  # nobody's, and routed to the echo server on every host
TIMEOUT = 5  # seconds


def echoed(sock, data=b"hello"):
    sock.settimeout(TIMEOUT)
    sock.sendall(data)
    return sock.recv(100)


def serving(sock, count=1):
    """Answer each of the next clients with "mine", in a thread."""

    def serve():
        for _ in range(count):
            client, _ = sock.accept()
            with client:
                client.sendall(b"mine")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def udp(family=socket.AF_INET):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.settimeout(TIMEOUT)
    return closing(sock)


def error_of(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Exception as error:
        return error
    return None


# Names


def check_names_are_those_of_the_sandbox():
    for name, addresses in FACTS["names"]:
        for given in (name, name.upper() + ".") + ((name.encode(),) if name.isascii() else ()):
            for family, place in ((socket.AF_INET, 0), (socket.AF_INET6, 1)):
                (row,) = getaddrinfo(given, 80, family, socket.SOCK_STREAM)
                assert row[4][0] == addresses[place], (given, row, addresses)
        assert socket.gethostbyname(name) == addresses[0]
        assert socket.gethostbyaddr(addresses[1])[0] == socket.gethostbyaddr(addresses[0])[0]
    assert socket.gethostbyname_ex("www.onego.ru") == ("www.onego.ru", [], ["195.161.136.4"])
    assert socket.gethostbyaddr("195.161.136.4") == ("www.onego.ru", [], ["195.161.136.4"])
    assert socket.getfqdn("195.161.136.4") == "www.onego.ru"


def check_names_that_do_not_exist():
    for function in (socket.gethostbyname, socket.gethostbyname_ex, socket.gethostbyaddr):
        assert error_of(function, "nobody.invalid").errno == socket.EAI_NONAME
    assert type(error_of(getaddrinfo, "nobody.invalid", 80)) is socket.gaierror
    with closing(socket.socket()) as sock:
        assert isinstance(error_of(sock.connect, ("nobody.invalid", 80)), socket.gaierror)
    assert isinstance(error_of(socket.gethostbyaddr, "203.0.113.9"), socket.herror)
    assert socket.getfqdn("203.0.113.9") == "203.0.113.9"
    assert isinstance(error_of(getaddrinfo, "a..b", 80), UnicodeError)
    assert isinstance(error_of(getaddrinfo, "x" * 64 + ".org", 80), UnicodeError)


def check_flags_and_services_are_the_system_s():
    rows = getaddrinfo("www.python.org", "https", proto=socket.IPPROTO_TCP, flags=socket.AI_CANONNAME)
    address = socket.gethostbyname("www.python.org")
    row = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "www.python.org", (address, 443))
    assert rows == [row], rows
    kinds = {row[1] for row in getaddrinfo("www.python.org", 80)}
    assert {socket.SOCK_STREAM, socket.SOCK_DGRAM} <= kinds
    assert {row[0] for row in getaddrinfo("www.python.org", 80)} == {socket.AF_INET}
    assert error_of(getaddrinfo, "www.python.org", 80, flags=socket.AI_NUMERICHOST).errno == socket.EAI_NONAME
    mapped = getaddrinfo("www.onego.ru", 80, socket.AF_INET6, socket.SOCK_STREAM, 0, socket.AI_V4MAPPED)
    assert mapped[0][4][0] == "::ffff:195.161.136.4"
    assert isinstance(error_of(getaddrinfo, "www.onego.ru", 80, socket.AF_INET6), socket.gaierror)
    assert getaddrinfo("127.1", 80, type=socket.SOCK_STREAM)[0][4] == ("127.0.0.1", 80)
    assert getaddrinfo(None, 80, socket.AF_INET, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)[0][4] == (
        "0.0.0.0",
        80,
    )
    assert [socket.getservbyname(name) for name in ("http", "imap", "pop3", "smtp")] == [80, 143, 110, 25]
    assert socket.getservbyport(443) == "https"
    assert socket.getnameinfo((address, 25), 0) == ("www.python.org", "smtp")
    assert socket.getnameinfo((address, 25), socket.NI_NUMERICHOST)[0] == address
    assert isinstance(error_of(socket.getnameinfo, ("203.0.113.9", 25), socket.NI_NAMEREQD), socket.gaierror)


def check_this_machine_is_here():
    assert socket.gethostbyname(socket.gethostname()) == "127.0.0.1"
    assert socket.gethostbyname("localhost") == "127.0.0.1"
    with socket.create_server((socket.gethostname(), 0)) as server:
        serving(server)
        with socket.create_connection((socket.gethostname(), server.getsockname()[1]), TIMEOUT) as client:
            assert client.recv(10) == b"mine"


# Connections


def check_hosts_and_ports_lead_to_the_sandbox():
    for host in ("localhost", "127.0.0.1", "", "0.0.0.0", b"localhost", "127.1", "chat.example.org"):
        with closing(socket.socket()) as sock:
            sock.connect((host, PORT))
            assert echoed(sock) == b"hello"
            assert sock.getpeername()[0] == "127.0.0.1"  # ftplib asks for it
    with socket.create_connection(("192.168.0.102", 5566), TIMEOUT, ("192.168.0.7", 0)) as sock:
        assert echoed(sock) == b"hello"
        assert sock.getsockname()[0] == "192.168.0.7"
    with smtplib.SMTP("smtp.example.com", 587, timeout=TIMEOUT) as smtp:
        smtp.starttls(context=ssl.create_default_context())
        smtp.login("ann", "secret")
    with closing(socket.socket(socket.AF_INET6)) as sock:
        sock.connect(("chat.example.org", PORT))
        assert echoed(sock) == b"hello"
    with closing(socket.socket(socket.AF_INET6)) as sock:
        assert (
            sock.connect_ex((getaddrinfo("chat.example.org", 7, socket.AF_INET6)[0][4][0], PORT, 0, 0)) == 0
        )
        assert echoed(sock) == b"hello"
    with closing(socket.socket(socket.AF_INET6)) as sock:
        sock.connect(("::1", PORT))
        assert echoed(sock) == b"hello"


def check_what_has_no_route_is_refused():
    error = error_of(socket.create_connection, ("nowhere.example.org", 4321), TIMEOUT)
    assert type(error) is ConnectionRefusedError, error
    assert error.errno == errno.ECONNREFUSED
    assert str(error) == f"[Errno {errno.ECONNREFUSED}] {os.strerror(errno.ECONNREFUSED)}"
    with closing(socket.socket()) as sock:
        assert sock.connect_ex(("nowhere.example.org", 4321)) == errno.ECONNREFUSED
    with closing(socket.socket()) as sock:
        sock.setblocking(False)
        assert sock.connect_ex(("203.0.113.9", 4321)) == errno.ECONNREFUSED
    for _ in range(2):
        assert isinstance(error_of(socket.create_connection, ("127.0.0.1", FREE)), ConnectionRefusedError)


def check_mistakes_are_the_system_s():
    with closing(socket.socket()) as sock:
        assert isinstance(error_of(sock.connect, ("127.0.0.1", 70000)), OverflowError)
        for port in (-1, 65536):
            for go in (sock.connect, sock.connect_ex, sock.bind):
                assert isinstance(error_of(go, ("www.python.org", port)), OverflowError)
        assert isinstance(error_of(sock.connect, ("127.0.0.1",)), TypeError)
        assert isinstance(error_of(sock.connect, "127.0.0.1:80"), TypeError)
        assert isinstance(error_of(sock.connect, (None, 80)), TypeError)
        assert isinstance(error_of(sock.connect), TypeError)
        assert isinstance(error_of(sock.bind, ("127.0.0.1", "80")), TypeError)
        assert isinstance(error_of(getaddrinfo, 7, 80), TypeError)


def check_who_goes_past_the_socket_module_is_stopped():
    import _socket

    with closing(_socket.socket()) as sock:
        assert isinstance(error_of(sock.connect, ("203.0.113.9", 80)), ConnectionRefusedError)
        assert isinstance(error_of(sock.connect_ex, ("203.0.113.9", 80)), ConnectionRefusedError)
    with closing(_socket.socket(type=socket.SOCK_DGRAM)) as sock:
        assert isinstance(error_of(sock.sendto, b"x", ("203.0.113.9", 80)), ConnectionRefusedError)
    assert isinstance(error_of(_socket.getaddrinfo, "www.python.org", 80), socket.gaierror)
    assert _socket.gethostbyname("www.python.org") == socket.gethostbyname("www.python.org")


def check_many_threads():
    results = []

    def go():
        with socket.create_connection(("chat.example.org", PORT), TIMEOUT) as sock:
            results.append(echoed(sock))

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert results == [b"hello"] * 8


# Datagrams


def check_datagrams_come_from_where_they_were_sent():
    with udp() as sock:
        for host, peer in (("localhost", "127.0.0.1"), ("10.1.2.3", "10.1.2.3")):
            sock.sendto(b"hello", (host, PORT))
            assert sock.recvfrom(100) == (b"hello", (peer, PORT))
            sock.sendto(b"hello", 0, (host, PORT))
            buffer = bytearray(10)
            assert sock.recvfrom_into(buffer, nbytes=10) == (5, (peer, PORT))
        sock.sendmsg([b"hel", b"lo"], [], 0, ("udp.example.org", PORT))
        data, _, _, peer = sock.recvmsg(100)
        assert (data, peer) == (b"hello", (socket.gethostbyname("udp.example.org"), PORT))
    with udp() as sock:
        sock.connect(("udp.example.org", PORT))
        assert sock.getpeername() == (socket.gethostbyname("udp.example.org"), PORT)
        assert echoed(sock) == b"hello"
    with udp(socket.AF_INET6) as sock:
        sock.sendto(b"hello", ("udp.example.org", PORT))
        (row,) = getaddrinfo("udp.example.org", PORT, socket.AF_INET6, socket.SOCK_DGRAM)
        assert sock.recvfrom(100) == (b"hello", row[4])


def check_datagrams_to_nowhere_are_lost():
    with udp() as sock:
        assert sock.sendto(b"hello", ("203.0.113.9", 4321)) == 5
        sock.connect(("203.0.113.10", 4322))
        assert sock.send(b"hello") == 5
        assert select.select([sock], [], [], 0.01)[0] == []


def check_what_is_my_address():
    with udp() as sock:
        sock.connect(("8.8.8.8", 80))
        assert sock.getsockname()[0] == "127.0.0.1"
        assert sock.getpeername() == ("8.8.8.8", 80)


def check_groups_stay_here():
    group = "224.1.1.1"
    with udp() as receiver, udp() as sender:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        receiver.bind(("", 0))
        membership = socket.inet_aton(group) + socket.inet_aton("0.0.0.0")
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        sender.sendto(b"to all", (group, receiver.getsockname()[1]))
        data, peer = receiver.recvfrom(100)
        assert (data, peer[0]) == (b"to all", "127.0.0.1")


def check_mistakes_are_told_as_sockets_do():
    with closing(socket.socket()) as sock:
        for function in (sock.bind, sock.connect, sock.connect_ex):
            told = error_of(function, "localhost", 80)
            assert isinstance(told, TypeError)
            assert "<locals>" not in str(told), told
    with udp() as sock:
        for host in ("<broadcast>", "255.255.255.255"):
            assert error_of(sock.sendto, b"x", (host, 37020)).errno == errno.EACCES
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        assert error_of(sock.sendto, b"x", ("<broadcast>", 37020)) is None


# Servers


def check_a_program_that_is_its_own_server_wins():
    with socket.create_server(("", 0)) as server:
        host, port = server.getsockname()
        assert host == "0.0.0.0"
        serving(server)
        with socket.create_connection(("localhost", port), TIMEOUT) as sock:
            assert sock.recv(10) == b"mine"
            assert sock.getpeername() == ("127.0.0.1", port)
    free = port
    for address, client in (
        (("", free), "localhost"),
        (("localhost", PORT), "127.0.0.1"),
        (("192.168.0.102", 5566), "192.168.0.102"),
        (("server.example.org", PORT), "server.example.org"),
        (("", FREE), "192.168.0.102"),
    ):
        with closing(socket.socket()) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
            server.listen(5)
            assert server.getsockname()[1] == address[1]
            if address[0] == "192.168.0.102":
                assert server.getsockname() == address
            serving(server)
            with socket.create_connection((client, address[1]), TIMEOUT) as sock:
                assert sock.recv(10) == b"mine", (address, client)
            with closing(socket.socket()) as second:
                assert error_of(second.bind, address).errno == errno.EADDRINUSE
    with socket.create_connection(("192.168.0.102", 5566), TIMEOUT) as sock:
        assert echoed(sock) == b"hello"  # theirs again


def check_who_binds_everywhere_and_connects_is_at_one_address():
    with closing(socket.socket()) as sock:
        sock.bind(("", 0))
        host, port = sock.getsockname()
        assert host == "0.0.0.0"
        sock.connect(("echo.example.com", PORT))
        assert sock.getsockname() == ("127.0.0.1", port)  # which FTP clients tell their server
        assert echoed(sock) == b"hello"


def check_datagram_servers():
    for address in (("192.168.0.102", PORT), ("", PORT)):
        with udp() as server, udp() as client:
            server.bind(address)
            client.sendto(b"ping", ("192.168.0.102", PORT))
            _, peer = server.recvfrom(10)
            server.sendto(b"pong", peer)
            assert client.recvfrom(10) == (b"pong", ("192.168.0.102", PORT))


def check_duplicates_are_what_they_duplicate():
    server = socket.socket()
    server.bind(("192.168.0.103", 443))
    twin = server.dup()
    server.close()
    with closing(twin):
        twin.listen(1)
        assert twin.getsockname() == ("192.168.0.103", 443)
        serving(twin)
        with socket.create_connection(("192.168.0.103", 443), TIMEOUT) as sock:
            assert sock.recv(10) == b"mine"
    with udp() as client:
        client.connect(("192.0.2.7", PORT))
        with closing(client.dup()) as twin:
            twin.settimeout(TIMEOUT)
            twin.send(b"ping")
            assert twin.recvfrom(10) == (b"ping", ("192.0.2.7", PORT))


def check_servers_of_the_standard_library():
    class Mine(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(b"mine")

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    with socketserver.TCPServer(("10.9.8.7", 80), Mine) as server:
        assert server.server_address == ("10.9.8.7", 80)
        threading.Thread(target=server.handle_request, daemon=True).start()
        with socket.create_connection(("10.9.8.7", 80), TIMEOUT) as sock:
            assert sock.recv(10) == b"mine"
    with http.server.ThreadingHTTPServer(("", FREE), Page) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert urllib.request.urlopen(f"http://localhost:{FREE}/", timeout=TIMEOUT).status == 204


def check_asyncio():
    async def talk():
        async def serve(reader, writer):
            writer.write(b"mine")
            await writer.drain()
            writer.close()

        async def said(host, port):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"hello")
            data = await reader.read(5)
            writer.close()
            return data

        assert await said("chat.example.org", PORT) == b"hello"
        server = await asyncio.start_server(serve, "192.168.0.102", 5566)
        assert await said("192.168.0.102", 5566) == b"mine"
        server.close()
        await server.wait_closed()
        assert await said("192.168.0.102", 5566) == b"hello"
        error = None
        try:
            await said("nowhere.example.org", 4321)
        except OSError as caught:
            error = caught
        assert isinstance(error, ConnectionRefusedError)

        received = asyncio.get_running_loop().create_future()

        class Protocol(asyncio.DatagramProtocol):
            def datagram_received(self, data, addr):
                received.set_result((data, addr))

        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            Protocol, remote_addr=("10.1.2.3", PORT)
        )
        transport.sendto(b"hello")
        assert await received == (b"hello", ("10.1.2.3", PORT))
        transport.close()

    asyncio.run(asyncio.wait_for(talk(), TIMEOUT))


def check_pairs_and_selectors():
    one, two = socket.socketpair()
    with one, two:
        one.sendall(b"x")
        assert select.select([two], [], [], TIMEOUT)[0] == [two]


# TLS


def check_tls_verifies():
    assert urllib.request.urlopen("https://www.python.org/", timeout=TIMEOUT).status == 200
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(FACTS["other"])
    for found in (context, ssl.create_default_context(), ssl.create_default_context(cafile=FACTS["other"])):
        connection = http.client.HTTPSConnection("www.example.com", timeout=TIMEOUT, context=found)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
    strict = ssl.create_default_context()
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    sock = socket.create_connection(("192.0.2.7", 443), TIMEOUT)
    with closing(strict.wrap_socket(sock, server_hostname="www.onego.ru")) as secure:
        assert dict(secure.getpeercert()["subjectAltName"]) == {"DNS": "www.onego.ru"}
    for url in ("https://198.51.100.7/", "https://[2001:db8::7]/"):
        assert urllib.request.urlopen(url, timeout=TIMEOUT).status == 200
    untrusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with socket.create_connection(("www.python.org", 443), TIMEOUT) as sock:
        error = error_of(untrusting.wrap_socket, sock, server_hostname="www.python.org")
        assert isinstance(error, ssl.SSLError), error
    assert "BEGIN CERTIFICATE" in ssl.get_server_certificate(("www.python.org", 443))


if __name__ == "__main__":
    failures = {}
    for name, check in list(globals().items()):
        if name.startswith("check_"):
            try:
                check()
            except BaseException:
                failures[name] = traceback.format_exc()
    print(json.dumps(failures))
