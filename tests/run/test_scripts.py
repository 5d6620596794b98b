"""Every client of the lessons as a program of its own, unmodified, in every mode; and with no routes at all."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.redirection import isolation
from tests.run.scripts_of_lessons import (
    Outcome,
    Script,
    environment,
    family,
    ports_of_the_lessons,
    run_all,
    script,
    witnessed,
)

pytestmark = pytest.mark.timeout(180)

# Where learners put the server of the words; lists can be told from other messages everywhere, mere text cannot.
ANYWHERE, WORDS = (12345, 5000, 5555, 4001), (12345, 4001)
CLIENTS = [
    *family("mail", "http", "xmlrpc", "ftp", "names"),
    *(each for each in family("sockets") if each.name != "sockets/picture"),
    script("practice/words_pickled", *ANYWHERE),
    script("practice/words_in_json", *ANYWHERE),
    script("practice/words_as_printed", *ANYWHERE),
    script("practice/words_joined", *WORDS),
    script("practice/words_one_by_one", *WORDS),
    script("practice/users", 6000),
    *family("practice")[:2],
]
OFFLINE = family("offline")
SERVERS = family("servers")
EVERY = [*CLIENTS, *OFFLINE, *SERVERS]

# Where two lessons claim one address, the reader chooses.
PORTS = (5555, 5000, 8000, 8888, 9090)
CHOSEN = [
    script("sockets/picture"),
    *(
        script(f"practice/words_{form}", *PORTS)
        for form in ("pickled", "in_json", "as_printed", "joined", "one_by_one")
    ),
    script("practice/users", 12345, 5001),
]
ROUTES = [
    "192.168.0.102:5566=file",
    *(f"localhost:{port}=words" for port in PORTS),
    *(f"localhost:{port}=roster" for port in (12345, 5001)),
]

NO_ROUTES = "[services.tcp.listeners.unused]\nport = 0\nbehaviour = 'discard'\n"
REFUSED = "nothing answers at"
# The one only looks names up, the other takes its stderr for itself.
UNTOLD = ("names/lookups", "mail/debug_dialogue_in_cp1251")


class Runs:
    """The outcomes of all scripts, mode by mode; each mode runs once for all the processes of a test run."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def mode(self, name: str) -> dict[str, Outcome]:
        kept = self.directory / f"{name}.json"
        with ports_of_the_lessons():
            if not kept.exists():
                kept.write_text(json.dumps(self._outcomes(name)), encoding="utf-8")
        found = json.loads(kept.read_text(encoding="utf-8"))
        if isinstance(found, str):
            pytest.fail(found, pytrace=False)
        return {each: Outcome(**outcome) for each, outcome in found.items()}

    def _outcomes(self, name: str) -> dict[str, object] | str:
        """As JSON; what went wrong if the run itself did, so that nobody tries again."""
        directory = self.directory / name
        directory.mkdir(parents=True)
        try:
            outcomes = getattr(self, name)(directory)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            return f"the run itself failed: {error}"
        return {each: dataclasses.asdict(outcome) for each, outcome in outcomes.items()}

    def shim(self, directory: Path) -> dict[str, Outcome]:
        return run_all(directory, ["--no-isolate"], [[*CLIENTS, *OFFLINE], SERVERS])

    def isolated(self, directory: Path) -> dict[str, Outcome]:
        return run_all(directory, ["--isolate"], [[*CLIENTS, *OFFLINE], SERVERS])

    def chosen(self, directory: Path) -> dict[str, Outcome]:
        return run_all(directory, ["--no-isolate", *(f"--route={route}" for route in ROUTES)], [CHOSEN])

    def nothing(self, directory: Path) -> dict[str, Outcome]:
        config = directory / "nothing.toml"
        config.write_text(NO_ROUTES, encoding="utf-8")
        options = ["--no-isolate", "--config", str(config)]
        return run_all(directory, options, [[*CLIENTS, *OFFLINE], SERVERS], impatient=True)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    base = tmp_path_factory.getbasetemp()
    return Runs((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "scripts-of-lessons")


def name_of(each: Script) -> str:
    return each.name


@pytest.mark.parametrize("each", EVERY, ids=name_of)
@pytest.mark.parametrize("mode", ["shim", "isolated"])
def test_lesson(runs: Runs, mode: str, each: Script) -> None:
    if mode == "isolated" and (reason := isolation.unavailable()) is not None:
        pytest.skip(reason)
    outcome = runs.mode(mode)[each.name]
    assert outcome.status == 0, outcome
    assert REFUSED not in outcome.err, outcome


@pytest.mark.parametrize("each", CHOSEN, ids=name_of)
def test_lesson_with_routes(runs: Runs, each: Script) -> None:
    outcome = runs.mode("chosen")[each.name]
    assert outcome.status == 0, outcome


@pytest.mark.parametrize("each", [*OFFLINE, *SERVERS], ids=name_of)
def test_without_routes_a_lesson_still_finds_itself(runs: Runs, each: Script) -> None:
    outcome = runs.mode("nothing")[each.name]
    assert outcome.status == 0, outcome


@pytest.mark.parametrize("each", CLIENTS, ids=name_of)
def test_without_routes_a_client_is_refused(runs: Runs, each: Script) -> None:
    outcome = runs.mode("nothing")[each.name]
    assert outcome.status != 0
    if each.name not in UNTOLD:
        assert REFUSED in outcome.err, outcome


@pytest.mark.parametrize("mode", ["shim", "nothing"])
def test_nothing_leaves_the_machine(runs: Runs, mode: str) -> None:
    """Below the redirection there are only addresses of this machine, and no name is looked up."""
    runs.mode(mode)
    seen = witnessed(runs.directory / mode)
    assert {"socket.connect", "socket.sendto", "socket.getaddrinfo"} <= {event for event, _ in seen}
    assert sorted(each for each in seen if not is_ours(*each)) == []


def is_ours(event: str, host: str) -> bool:
    """A loopback address, this machine's name, the socket files of multiprocessing; or an address for the resolver."""
    if host in ("", "None", "localhost", os.uname().nodename) or host.startswith(("/", "\0", "b'")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or event == "socket.getaddrinfo"


SERVER = """
import socket
server = socket.socket()
server.bind(("192.168.0.102", 5566))
server.listen()
print("ready", flush=True)
client, _ = server.accept()
client.send(b"from the other terminal")
client.close()
"""
CLIENT = """
import socket
client = socket.socket()
client.connect(("192.168.0.102", 5566))
assert client.recv(1024) == b"from the other terminal"
"""


def test_server_and_client_in_two_terminals(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox", "run", "--no-isolate", "-c"]
    surroundings = environment(tmp_path)
    with (
        ports_of_the_lessons(),
        subprocess.Popen([*command, SERVER], env=surroundings, stdout=subprocess.PIPE) as server,
    ):
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            client = subprocess.run([*command, CLIENT], env=surroundings, timeout=60, check=False)
            assert client.returncode == 0
            assert server.wait(60) == 0
        finally:
            server.terminate()
