"""One large file, and many small ones."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from ftplib import FTP

from benchmarks.measure import Plan, compare, rate, seconds
from benchmarks.servers import HOST, Server, beside

CONFIGURATION = "[services.ftp]\nport = 0\n"
MEGABYTES, SMALL = 200, 4096
BLOCK = 1_000_000  # octets


@contextmanager
def session(server: Server) -> Iterator[FTP]:
    """A session that transfers octets as they are."""
    with FTP(timeout=30) as client:
        client.connect(HOST, server.port("ftp"))
        client.login("ann", "secret")
        client.voidcmd("TYPE I")
        yield client


def upload(client: FTP, name: str, megabytes: int) -> None:
    """Send so much."""
    block = bytes(BLOCK)
    with client.transfercmd(f"STOR {name}") as data:
        for _ in range(megabytes):
            data.sendall(block)
    client.voidresp()


def download(client: FTP, name: str) -> None:
    """Read to the end."""
    buffer = bytearray(BLOCK)
    with client.transfercmd(f"RETR {name}") as data:
        while data.recv_into(buffer):
            pass
    client.voidresp()


def run(plan: Plan) -> None:
    """Up and down; the sandbox keeps its files in memory, pyftpdlib in a directory."""
    megabytes = plan.count(MEGABYTES)

    def up(server: Server) -> float:
        with session(server) as client:
            found = megabytes / seconds(lambda: upload(client, "large.bin", megabytes))
            client.delete("large.bin")  # two of them would be too many for a tree in memory
            return found

    def down(server: Server) -> float:
        with session(server) as client:
            upload(client, "large.bin", megabytes)
            found = megabytes / seconds(lambda: download(client, "large.bin"))
            client.delete("large.bin")
            return found

    def small_up(server: Server) -> float:
        with session(server) as client:
            names = (f"STOR small-{number}" for number in range(plan.count(300)))
            return rate(plan.count(300), lambda: client.storbinary(next(names), io.BytesIO(bytes(SMALL))))

    def small_down(server: Server) -> float:
        with session(server) as client:
            client.storbinary("STOR small", io.BytesIO(bytes(SMALL)))
            return rate(plan.count(300), lambda: client.retrbinary("RETR small", len))

    with beside(CONFIGURATION, ["pyftpdlib"]) as servers:
        compare(plan, servers, f"a file of {megabytes} MB up, MB/s", up)
        compare(plan, servers, f"a file of {megabytes} MB down, MB/s", down)
        compare(plan, servers, "files of 4 kB up, per s", small_up)
        compare(plan, servers, "files of 4 kB down, per s", small_down)
