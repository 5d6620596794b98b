"""gevent, its sockets alone and with the standard library patched."""

import json
import os
from pathlib import Path
from typing import Any

import gevent.socket
from gevent.resolver.ares import Resolver as CAres
from gevent.resolver.blocking import Resolver as Blocking

RESULTS: dict[str, Any] = {}
ADDRESS = gevent.socket.gethostbyname("www.python.org")
RESULTS["resolvers agree"] = [
    resolver.gethostbyname("www.python.org") == ADDRESS
    for resolver in (CAres(), Blocking(), gevent.get_hub().resolver)
]
with gevent.socket.create_connection(("www.python.org", 80), timeout=5) as alone:
    alone.sendall(b"GET / HTTP/1.0\r\n\r\n")
    RESULTS["its socket"] = alone.recv(12).decode()

from gevent import monkey  # noqa: E402

monkey.patch_all()

import smtplib  # noqa: E402
import socket  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import urllib.request  # noqa: E402

import requests  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402
from gevent.server import DatagramServer, StreamServer  # noqa: E402

SITE = "https://www.python.org/"


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=5) as response:
        return int(response.status)


def clients() -> None:
    RESULTS["urllib"] = [status(SITE), status("http://example.com/")]
    jobs = [gevent.spawn(lambda: requests.get(SITE, timeout=5).status_code) for _ in range(3)]
    RESULTS["requests"] = [job.get() for job in jobs]
    with smtplib.SMTP("smtp.example.com", 587, timeout=5) as smtp:
        smtp.starttls()
        RESULTS["smtplib"] = smtp.login("user", "password")[0]
    with socket.socket(socket.AF_INET6) as six:
        six.settimeout(5)
        six.connect(("www.python.org", 80))
        RESULTS["IPv6"] = True
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.settimeout(5)
        udp.sendto(b"hello", ("192.0.2.7", 7))
        data, sender = udp.recvfrom(100)
        RESULTS["UDP"] = [data.decode(), *sender]
    for host, port in (("name.invalid", 80), ("www.python.org", 4711)):
        try:
            socket.create_connection((host, port))
        except OSError as error:
            RESULTS[f"{host}:{port}"] = type(error).__name__
    with socket.socket() as refused:
        RESULTS["connect_ex"] = refused.connect_ex(("www.python.org", 4711)) != 0


def threads() -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(status(SITE)))
    thread.start()
    thread.join()
    found.append(gevent.get_hub().threadpool.apply(status, (SITE,)))
    RESULTS["threads"] = found
    code = f"import urllib.request; print(urllib.request.urlopen({SITE!r}).status)"
    RESULTS["subprocess"] = int(subprocess.check_output([sys.executable, "-c", code]))


class Upper(DatagramServer):
    def handle(self, data: bytes, address: Any) -> None:
        self.socket.sendto(data.upper(), address)


def servers() -> None:
    stream = StreamServer(("", 25), lambda sock, _: sock.sendall(b"mine"))
    stream.start()
    with socket.create_connection(("localhost", 25), timeout=5) as client:
        RESULTS["StreamServer"] = client.recv(10).decode()
    stream.stop()
    web = WSGIServer(("192.168.0.102", 80), lambda _, start: [start("203 Mine", []), b""][1:], log=None)
    web.start()
    RESULTS["WSGIServer"] = [status("http://192.168.0.102/"), *web.socket.getsockname()]
    web.stop()
    datagrams = Upper(("127.0.0.1", 12345))
    datagrams.start()
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(b"mine", ("127.0.0.1", 12345))
        data, sender = client.recvfrom(100)
        RESULTS["DatagramServer"] = [data.decode(), *sender]
    datagrams.stop()


def left_in_the_registry() -> list[str]:
    table = json.loads(Path(os.environ["SANDBOX_ROUTES"]).read_text())
    return [
        entry.name
        for entry in Path(table["bound"]).iterdir()
        if entry.read_text().startswith(f"{os.getpid()} ")
    ]


clients()
threads()
servers()
RESULTS["left in the registry"] = left_in_the_registry()
print(json.dumps(RESULTS))
