"""What programs see in a network of their own; one process asks everything, see ``world.py``."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
REFUSED = f"ConnectionRefusedError {errno.ECONNREFUSED}"
RESET = f"ConnectionResetError {errno.ECONNRESET}"


@dataclass(frozen=True)
class World:
    """What the process saw, what it told the user, and what its log tells."""

    seen: dict[str, Any]
    told: list[str]
    log: list[str]
    directory: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    directory = tmp_path_factory.mktemp("isolation").resolve()
    resolver = _resolver()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(directory)}
    environment["SANDBOX_STATE"] = str(directory / "state")
    command = [
        sys.executable,
        "-W",
        "error",
        str(Path(__file__).with_name("world.py")),
        str(directory / "log"),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=25, check=False, cwd=directory, env=environment
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    if "unavailable" in seen:
        pytest.skip(seen["unavailable"])
    assert _resolver() == resolver, "the system outside has changed"
    log = (directory / "log").read_text().splitlines()
    return World(seen, done.stderr.splitlines(), [line.partition(" ")[2] for line in log], str(directory))


def _resolver() -> str | None:
    path = Path("/etc/resolv.conf")
    return path.read_text() if path.exists() else None


SEEN = {
    "same_user": True,
    "same_directory": True,
    "configured_name": "195.161.136.4",
    "made_up_name": "www.example.org",
    "absent_name": "gaierror -2",
    "well_known_port": "hello\n",
    "well_known_port_of_ipv6": "hello\n",
    "host_with_a_route": ["HELLO\n", "HELLO\n", "HELLO\n"],
    "other_host_at_that_port": REFUSED,
    "other_name_at_that_port": REFUSED,
    "name_that_a_pattern_means": "HELLO\n",
    "name_that_no_pattern_means": RESET,
    "port_without_a_route": REFUSED,
    "loopback_port_without_a_route": REFUSED,
    "address_of_the_client": "127.0.0.1",
    "datagram": ["hello", ["198.18.7.7", 7]],
    "datagram_of_ipv6": ["hello", ["fd5a:5a5a::7", 7]],
    "datagrams_of_all_lengths": [0, 1, 1500, 65507],
    "datagram_to_nobody": REFUSED,
    "own_server_at_a_routed_port": "own",
    "own_server_at_a_foreign_address": "own",
    "own_server_at_every_address": ["own", "own"],
    "own_server_does_not_take_the_internet": "hello\n",
    "own_server_beside_an_open_connection": ["own", "STILL THERE\n"],
    "own_server_at_a_low_port_of_ipv6": "own",
    "own_server_where_the_sandbox_closed_first": "own",
    "sandbox_answers_when_it_has_gone": ["HELLO\n", "HELLO\n"],
    "own_datagram_server": ["HELLO", "hello", "HELLO"],
    "own_name_server_is_not_asked_by_the_resolver": ["195.161.136.4", "own"],
    "servers_of_a_child_are_told_of": ["bound tcp 10.1.2.3:7070", "bound udp 0.0.0.0:7071"],
    "ftp": [["a.txt"]] * 4,
    "https_trusts_what_the_system_trusts": [None] * 4,
    "who_isolates_itself_once_more": "inside",
    "crashes": [],
}


@pytest.mark.parametrize("name", SEEN)
def test_seen(world: World, name: str) -> None:
    assert world.seen[name] == SEEN[name]


def test_who_joins_is_in_the_same_network_and_stays_in_its_directory(world: World) -> None:
    assert world.seen["who_joins_sees_the_same"] == ["joined", world.directory]


def test_the_user_is_told_once_where_nothing_answers(world: World) -> None:
    advice = [line for line in world.told if line.startswith("sandbox: nothing answers at ")]
    where = [line.partition(" at ")[2].partition(";")[0] for line in advice]
    assert sorted(where) == [
        "192.0.2.1:7778 (UDP)",
        "192.168.0.103:5566 (TCP)",
        "localhost:7779 (TCP)",
        "nowhere.example.org:7777 (TCP)",
        "two.example.org:5577 (TCP)",
        "two.example.org:5588 (TCP)",
    ]
    assert all("--route" in line for line in advice)


def test_the_user_is_told_once_from_where_a_server_is_reached(world: World) -> None:
    told = [line for line in world.told if not line.startswith("sandbox: nothing answers at ")]
    ports = [line.partition(" is in the network of this run")[0] for line in told]
    assert {"sandbox: port 7070", "sandbox: port 7071"} <= set(
        ports
    )  # and others that stayed on a busy machine
    assert len(set(ports)) == len(ports)
    assert all("--no-isolate" in line for line in told)


@pytest.mark.parametrize(
    "line",
    [
        "resolved www.onego.ru 195.161.136.4",
        "resolved gone.example.org does not exist",
        "refused tcp nowhere.example.org:7777",
        "refused udp 192.0.2.1:7778",
    ],
)
def test_the_log_tells_what_was_decided(world: World, line: str) -> None:
    assert line in world.log


def test_the_log_tells_which_listener_answered(world: World) -> None:
    told = [line for line in world.log if line.startswith("mapped tcp 192.168.0.102:5566 -> 127.0.0.1:")]
    assert told
    assert all(line.endswith("(tcp.upper)") for line in told)
