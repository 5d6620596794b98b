"""What is told of the servers that an isolated program opens."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from sandbox.redirection.isolation import servers
from sandbox.redirection.isolation.servers import Servers
from sandbox.redirection.listeners import Listener, rows

WEB = Listener("tcp", "127.0.0.1", 8000)
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = "00000000:00000000 00:00000000 00000000     0        0"


class Watched:
    """A program that listens where the test says, and what was told of it."""

    def __init__(self) -> None:
        self.listening: set[Listener] = set()
        self.told: list[object] = []
        self.servers = Servers(
            (),
            bound=self.told.append,
            waiting=self.told.append,
            refused=lambda *what: self.told.append(what),
            look=self.look,
        )

    def look(self, _udp: Collection[int]) -> set[Listener]:
        return set(self.listening)


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_server_is_told_of_once_and_again_when_it_comes_back(watched: Watched) -> None:
    for listening in ({WEB}, {WEB}, set(), {WEB}):
        watched.listening = listening
        watched.servers.look()
    assert watched.told == [WEB, WEB]


def test_an_answer_comes_from_a_server(watched: Watched) -> None:
    assert not watched.servers.serve("udp", 5051)
    watched.listening.add(Listener("udp", "0.0.0.0", 5051))
    assert watched.servers.serve("udp", 5051)
    assert not watched.servers.serve("tcp", 5051)


def test_one_that_stays_waits_for_clients_from_outside(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.listening = {WEB, WEB._replace(host="::1")}
    watched.servers.look()
    monkeypatch.setattr(servers, "PATIENCE", 0)
    watched.servers.look()
    watched.servers.look()
    assert watched.told[2:] == [8000]


def test_what_nobody_serves_is_refused_elsewhere_at_once_and_on_loopback_after_a_while(
    watched: Watched,
) -> None:
    watched.servers.refuse("tcp", "192.0.2.1", 8000)
    watched.servers.refuse("tcp", "::1", 8000)
    assert watched.told == [("tcp", "192.0.2.1", 8000)]
    watched.servers.look(hesitation=0)
    watched.servers.look(hesitation=0)
    assert watched.told[1:] == [("tcp", "::1", 8000)]


def test_what_the_program_serves_at_another_address_of_loopback_is_not_missing(watched: Watched) -> None:
    watched.listening = {WEB}
    watched.servers.refuse("tcp", "::1", 8000)
    watched.servers.look(hesitation=0)
    assert watched.told == [WEB]


def test_a_server_may_be_on_its_way(watched: Watched) -> None:
    watched.servers.refuse("tcp", "127.0.0.1", 8000)
    watched.servers.look()
    watched.listening = {WEB}
    watched.servers.look(hesitation=0)
    assert watched.told == [WEB]


@pytest.mark.skipif(sys.byteorder != "little", reason="the tables are in the order of the machine")
@pytest.mark.parametrize(
    ("table", "line", "listener"),
    [
        ("tcp", "0100007F:1F40 00000000:0000 0A", WEB),
        ("tcp", "0100007F:1F40 0100007F:9C40 01", None),
        ("tcp6", f"{'0' * 24}01000000:1F40 {'0' * 32}:0000 0A", Listener("tcp", "::1", 8000)),
        ("udp", "00000000:1A85 00000000:0000 07", Listener("udp", "0.0.0.0", 6789)),
        ("udp", "0100007F:1A85 0100007F:9C40 01", None),
    ],
    ids=["tcp", "connection", "ipv6", "udp", "udp with a peer"],
)
def test_rows_of_the_tables(tmp_path: Path, table: str, line: str, listener: Listener | None) -> None:
    (tmp_path / table).write_text(f"{HEAD}   0: {line} {REST} 4711 1 0000000000000000\n")
    assert list(rows(tmp_path / table)) == ([] if listener is None else [("4711", listener)])
