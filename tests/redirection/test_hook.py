"""Programs in processes of their own, which the hook redirects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from sandbox.addressing import Names
from sandbox.background import BackgroundEngine
from sandbox.errors import RunError
from sandbox.redirection.environment import CERTIFICATES, HOOK, environment_of
from sandbox.redirection.hook.sandbox_shim.routes import MOST_TOLD, tell
from sandbox.redirection.interpreters import chosen
from tests.redirection.world import Run, free_port, sandbox_of

PROGRAM = str(Path(__file__).with_name("redirected.py"))
NAMES = [
    "www.python.org",
    "пример.рф",
    "bücher.example",
    "a_b.example.org",
    "single",
    "1and1.example",
    "x" * 63 + ".org",
]


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundEngine]:
    with sandbox_of(tmp_path_factory.getbasetemp() / "state") as running:
        yield running


@pytest.fixture
def run(background: BackgroundEngine, tmp_path: Path) -> Run:
    return Run.of(background, tmp_path)


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
def test_whatever_a_program_does_with_sockets(version: str, run: Run, tmp_path: Path) -> None:
    try:
        python = chosen(version).path
    except RunError as error:
        pytest.skip(str(error))
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    names = [(name, Names({}).addresses(name)) for name in NAMES]
    free = free_port()
    facts = {"names": names, "other": str(other), "port": run.port, "free": free}
    output, errors, status = run.ran(PROGRAM, json.dumps(facts), python=python)
    assert status == 0, errors
    assert "".join(json.loads(output).values()) == ""
    told = errors.splitlines()
    assert told[0] == "sandbox: " + advice("nowhere.example.org:4321", "TCP", "")
    assert told.count("sandbox: " + advice("203.0.113.9:4321", "TCP", "")) == 1
    assert told.count("sandbox: " + advice("203.0.113.9:4321", "UDP", "/udp")) == 1
    assert told.count("sandbox: " + advice(f"localhost:{free}", "TCP", "")) == 1
    assert not [line for line in told if "8.8.8.8" in line]


def test_who_tries_every_port_is_told_of_a_few(run: Run) -> None:
    program = (
        "import socket\nfor port in range(2000, 2999): socket.socket().connect_ex(('198.51.100.7', port))"
    )
    told = run.ran("-W", "ignore", "-c", program)[1].splitlines()
    assert len(told) == MOST_TOLD + 1
    assert told[-2] == "sandbox: " + advice(f"198.51.100.7:{1999 + MOST_TOLD}", "TCP", "")
    assert "--log" in told[-1]


def advice(address: str, transport: str, suffix: str) -> str:
    return (
        f"nothing answers at {address} ({transport}); say what shall, as with --route {address}{suffix}=echo"
    )


CHILDREN = """
import multiprocessing, os, subprocess, sys, urllib.request

CODE = "import urllib.request as u; print(u.urlopen('http://www.python.org/').status)"

def go(how):
    print(how, urllib.request.urlopen("http://www.python.org/").status, flush=True)

if __name__ == "__main__":
    os.chdir("/")
    for how in ("fork", "spawn", "forkserver"):
        process = multiprocessing.get_context(how).Process(target=go, args=(how,))
        process.start()
        process.join()
    subprocess.run([sys.executable, "-c", CODE], check=True)
    os.system(sys.executable + ' -c "' + CODE + '"')
    os.execv(sys.executable, [sys.executable, "-c", CODE])
"""


def test_children_of_every_kind(run: Run, tmp_path: Path) -> None:
    program = tmp_path / "children.py"
    program.write_text(CHILDREN)
    output, errors, status = run.ran("-W", "ignore", str(program))
    assert (output.split(), status) == (
        ["fork", "200", "spawn", "200", "forkserver", "200", *["200"] * 3],
        0,
    ), errors


SERVER = """
import socket, sys
with socket.socket() as server:
    server.bind(("192.168.0.102", 5566))
    server.listen(1)
    print("listening", flush=True)
    client, _ = server.accept()
    with client:
        client.sendall(b"mine")
    input()
"""
CLIENT = """
import socket
with socket.create_connection(("192.168.0.102", 5566)) as sock:
    sock.sendall(b"hello")
    print(sock.recv(10).decode())
"""


def test_server_and_client_in_two_terminals_find_each_other(run: Run) -> None:
    with run.start("-c", SERVER) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "listening\n"
            assert run.ran("-c", CLIENT)[0] == "mine\n"
        finally:
            server.kill()  # without a chance to tell that it is gone
    assert run.ran("-c", CLIENT)[0] == "hello\n"
    assert list((run.directory / "bound").iterdir()) == []


LOGGED = """
import socket
socket.gethostbyname("www.onego.ru")
socket.create_connection(("smtp.example.com", 25)).close()
socket.create_server(("192.168.0.102", 5566)).close()
for host in ("gone.invalid", "203.0.113.9"):
    try:
        socket.create_connection((host, 4321))
    except OSError:
        pass
socket.socket().connect_ex(("localhost", {free}))
left_open = socket.create_server(("192.168.0.102", 5566))
"""


def test_every_decision_is_logged(run: Run, background: BackgroundEngine) -> None:
    smtp = background.endpoint("smtp")
    program = LOGGED.format(free=free_port())
    (address, _) = Names({}).addresses("smtp.example.com") or ("", "")
    run.ran("-W", "ignore", "-c", program)
    lines = run.log().splitlines()
    assert lines[:3] == [
        "resolved www.onego.ru 195.161.136.4",
        f"resolved smtp.example.com {address}",
        f"mapped tcp smtp.example.com:25 -> 127.0.0.1:{smtp.port} (smtp.main)",
    ]
    assert lines[3].startswith("bound tcp 192.168.0.102:5566 at 127.0.0.1:")
    assert lines[4:6] == ["resolved gone.invalid does not exist", "refused tcp 203.0.113.9:4321"]
    assert lines[6].startswith("passed tcp localhost:")
    assert lines[7].startswith("bound tcp 192.168.0.102:5566 at 127.0.0.1:")
    assert list((run.directory / "bound").iterdir()) == [], "nothing is left of a server at the program's end"


def test_what_is_no_host_name_is_not_found(run: Run) -> None:
    """As the system's resolver has it (res_hnok(3)), and so the other mode: learners take URLs for hosts."""
    code = (
        "import socket, sys\n"
        "for name in sys.argv[1:]:\n"
        "    for look_up in (lambda: socket.create_connection((name, 80)), lambda: socket.socket().connect((name, 80))):\n"
        "        try: look_up()\n"
        "        except socket.gaierror as error: assert error.errno == socket.EAI_NONAME\n"
        "        else: print(name)\n"
    )
    wrong = ["http://www.python.org", "www.python.org/", "a b.example", "-a.example", "a@b.example", "[::1]"]
    output, errors, status = run.ran("-W", "ignore", "-c", code, *wrong, "a_b.example", "www.a-b.example.")
    assert (status, errors) == (0, "")
    assert output.split() == ["a_b.example"] * 2 + ["www.a-b.example."] * 2


def test_names_write_no_lines_and_no_escape_sequences(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code = "import socket, sys\ntry: socket.gethostbyname(sys.argv[1])\nexcept OSError: pass"
    name, shown = "a\n1 mapped b\x1b[2j", "a\\n1 mapped b\\x1b[2j"
    assert run.ran("-c", code, name) == ("", "", 0)
    assert run.log() == f"resolved {shown} does not exist\n"
    tell(name)
    assert capsys.readouterr().err == f"sandbox: {shown}\n"


def test_who_cannot_be_redirected_does_not_run(run: Run, tmp_path: Path) -> None:
    environment = run.environment()
    for wrong in ("{}", "no JSON"):
        (tmp_path / "routes.json").write_text(wrong)
        output, errors, status = run.ran("-c", "print('ran')", env=environment)
        assert (output, status) == ("", 97)
        assert errors.startswith("sandbox: cannot redirect this program: ")
    environment["SANDBOX_ROUTES"] = str(tmp_path / "nothing")
    assert run.ran("-c", "print('ran')", env=environment)[::2] == ("", 97)


def test_python_2_does_not_run_either(run: Run) -> None:
    try:
        python = chosen("2.7").path
    except RunError as error:
        pytest.skip(str(error))
    done = subprocess.run([python, "-c", "print(1)"], env=run.environment(), capture_output=True, check=False)
    assert (done.stdout, done.returncode) == (b"", 97)


def test_the_sitecustomize_that_ours_hides_is_loaded(run: Run, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys; sys.hidden = __name__, __file__\n")
    environment = run.environment({**os.environ, "PYTHONPATH": str(hidden)})
    program = "import sys, sitecustomize; print(sys.hidden, sitecustomize.__file__); print(sys.path)"
    output, errors, status = run.ran("-c", program, env=environment)
    assert (errors, status) == ("", 0)
    path = str(hidden / "sitecustomize.py")
    assert output.startswith(f"{('sitecustomize', path)} {path}\n")
    assert str(HOOK) in output  # for those that hand their path on
    (hidden / "sitecustomize.py").write_text("raise ValueError('theirs')\n")
    output, errors, status = run.ran("-c", "print('ran')", env=environment)
    assert (output, status) == ("ran\n", 0)
    assert "ValueError: theirs" in errors


def test_starting_loads_little(run: Run) -> None:
    program = "import sys; print(*sys.modules)"
    output, _, _ = run.ran("-c", program)
    heavy = {
        "ssl",
        "asyncio",
        "urllib",
        "typing",
        "re",
        "threading",
        "ipaddress",
        "zlib",
        "subprocess",
        "logging",
    }
    assert heavy & set(output.split()) <= heavy & set(
        subprocess.run(
            [sys.executable, "-c", "import socket, json;" + program],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    )


def test_the_environment(run: Run, tmp_path: Path) -> None:
    base = {
        "PYTHONPATH": f"one{os.pathsep}two",
        "SSL_CERT_FILE": "mine.pem",
        "HTTP_PROXY": "x",
        "no_proxy": "y",
        "A": "b",
    }
    made = environment_of(run.table, Path("routes.json"), base)
    assert made["PYTHONPATH"].split(os.pathsep) == [str(HOOK), "one", "two"]
    assert {made[name] for name in CERTIFICATES} == {run.table["certificate"]}
    assert all(Path(made[name]).is_absolute() for name in ("SANDBOX_ROUTES", "SSL_CERT_FILE"))
    assert made["A"] == "b"
    assert not [name for name in made if name.lower().endswith("_proxy")]
    assert environment_of(run.table, Path("routes.json"), made) == made
