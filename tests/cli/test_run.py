"""``run`` as a process: the program is native, its network is the sandbox, its exit status is the run's."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.redirection import isolation, program
from tests.cli.conftest import Run, command

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(90)  # several processes, each of which starts others

# What a lesson does, and what a program can see of the way it was started.
EVERYTHING = """
import json, os, pathlib, smtplib, subprocess, sys, urllib.request, webbrowser

source = pathlib.Path(__file__).read_text(encoding="utf-8")
assert source.startswith("\\nimport json"), source
assert __name__ == "__main__" and sys.modules["__main__"].__dict__ is globals()
os.chdir("/")
seen = {
    "arguments": sys.argv[1:],
    "folder": sys.path[0],
    "input": sys.stdin.read(),
    "group": os.getpgrp() == os.getpid(),
    "proxies": sorted(name for name in os.environ if name.lower().endswith("_proxy")),
}
with smtplib.SMTP("smtp.example.com", 587, timeout=10) as smtp:
    smtp.starttls()
    smtp.login("ann", "secret")
    seen["refused"] = smtp.sendmail("ann@example.com", ["bob@example.com"], "Subject: x\\r\\n\\r\\nHello\\r\\n")
code = "import urllib.request; print(urllib.request.urlopen('https://www.python.org/').status)"
seen["grandchild"] = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
seen["browser"] = webbrowser.open("http://www.python.org/")
print(json.dumps(seen))
sys.exit(5)
"""


@pytest.fixture(params=["--no-isolate", "--isolate"])
def mode(request: pytest.FixtureRequest) -> str:
    """Both modes, where both are to be had."""
    if request.param == "--isolate" and (reason := isolation.unavailable()) is not None:
        pytest.skip(reason)
    return str(request.param)


def test_a_run(tmp_path: Path, mode: str) -> None:
    folder = tmp_path / "a földer"
    folder.mkdir()
    (folder / "my lesson.py").write_text(EVERYTHING, encoding="utf-8")
    process = subprocess.run(
        command(
            "run",
            mode,
            "--log=log",
            "--transcript=said",
            "a földer/my lesson.py",
            "ö b",
            "--log",
            "-m",
            "--",
            "",
        ),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "http_proxy": "http://127.0.0.1:9", "PYTHONUTF8": "1"},
        input="zwölf\n",
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert process.returncode == 5, process.stderr
    assert json.loads(process.stdout) == {
        "arguments": ["ö b", "--log", "-m", "--", ""],
        "folder": str(folder),
        "input": "zwölf\n",
        "group": True,
        "proxies": [],
        "refused": {},
        "grandchild": "200\n",
        "browser": True,
    }
    (told,) = process.stderr.splitlines()
    assert told.startswith("browser: http://www.python.org/: 200 OK, ")
    page = Path(told.partition("kept in ")[2])
    assert "<title>" in page.read_text(encoding="utf-8")
    log = (tmp_path / "log").read_text()
    assert "mapped tcp smtp.example.com:587 -> 127.0.0.1:" in log
    assert "(smtp.submission)" in log
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert said.index("C: STARTTLS") < said.index("C: Hello") < said.index("C: GET / HTTP/1.1")
    assert "# closed by the server" in said
    state = Path(os.environ["SANDBOX_STATE"])
    assert not [path for path in (state / "run").iterdir() if path.name[0].isdecimal()]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A sandbox that runs already; the number of its process."""
    folder = tmp_path_factory.mktemp("up")
    state = tmp_path_factory.getbasetemp() / "state"
    with subprocess.Popen(
        command("up", "--profile", "lessons", "--quiet", *_on_free_ports()),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SANDBOX_STATE": str(state)},
    ) as process:
        _wait_for(state / "run" / f"{process.pid}.json", process)
        yield process.pid
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert not (state / "run" / f"{process.pid}.json").exists()


def _on_free_ports() -> list[str]:
    from sandbox.engine import REGISTRY
    from sandbox.settings import load_file
    from sandbox.settings.paths import profiles

    options = []
    for service, settings in load_file(profiles()["lessons"], REGISTRY).services.items():
        for binding in settings.bindings():
            where = "" if binding.name == "main" else f".listeners.{binding.name}"
            options += ["--set", f"services.{service}{where}.port=0"]
    return options


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while not path.exists():
        assert process.poll() is None
        assert time.monotonic() < until, f"{path} did not appear"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["archive", "--help"], "package ['--help']"),
        (["-m", "package", "-c"], "package ['-c']"),
        (["script"], "script ['script']"),
        (["python3", "-c", "import os; print('SANDBOX_ROUTES' in os.environ)"], "True"),
    ],
    ids=["archive", "module", "first line", "python"],
)
def test_words_that_name_a_program(
    world: int, run_process: Run, tmp_path: Path, words: list[str], shown: str
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__main__.py").write_text("import sys; print('package', sys.argv[1:])")
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.write(tmp_path / "package" / "__main__.py", "__main__.py")
    (tmp_path / "script").write_text("#!/usr/bin/env python3\nimport sys; print('script', sys.argv)")
    done = run_process("run", "--join", str(world), *words)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, shown, "")


def test_joining(world: int, run_process: Run, tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(
        "import http.client\n"
        "connection = http.client.HTTPConnection('www.python.org', timeout=10)\n"
        "connection.request('GET', '/')\n"
        "print(connection.getresponse().status)\n"
        "connection.close()\n"
    )
    done = run_process("run", "--join", "--log", "client.py")
    assert (done.returncode, done.stdout) == (0, "200\n")
    assert "mapped tcp www.python.org:80 -> 127.0.0.1:" in done.stderr
    done = run_process("run", f"--join={os.getpid()}", "client.py")
    assert done.returncode == 2
    assert f"no sandbox runs in process {os.getpid()}; there are: {world} (up)" in done.stderr
    done = run_process("run", "--join", "--timeout", "0.5", "-c", "import time; time.sleep(1000)")
    assert (done.returncode, done.stdout, done.stderr) == (124, "", "")
    done = run_process("run", "--join", "-c", "import os; os.abort()")
    assert done.returncode == 128 + signal.SIGABRT


def test_other_programs(run_process: Run) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    words = ("curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", "https://www.python.org/")
    proxied = run_process("run", "--no-isolate", *words)
    assert (proxied.returncode, proxied.stdout, proxied.stderr) == (0, "200", "")
    refused = run_process("run", "--allow", "example.org", *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "curl is not a Python script, so the shim cannot redirect it" in refused.stderr
    assert "--allow needs the real network" in refused.stderr


def test_a_server_and_its_client_in_two_terminals(tmp_path: Path, run_process: Run, mode: str) -> None:
    (tmp_path / "server.py").write_text(
        "import socket\n"
        "server = socket.create_server(('', 50007))\n"
        "print('listens', flush=True)\n"
        "client, _ = server.accept()\n"
        "client.sendall(b'from the learner')\n"
        "client.close(); server.close()\n"
    )
    code = "import socket; print(socket.create_connection(('127.0.0.1', 50007), 10).recv(100))"
    with subprocess.Popen(
        command("run", mode, "--timeout", "20", "server.py"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "listens\n"
        client = run_process("run", mode, "-c", code)
        assert (client.returncode, client.stdout) == (0, "b'from the learner'\n"), client.stderr
        assert server.wait(timeout=20) == 0
    if mode == "--isolate":
        told = f"sandbox: sharing the network of process {server.pid}, whose program serves port 50007"
        assert client.stderr.startswith(told)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name the program to run, as: sandbox run lesson.py"),
        (["lesson.py"], "there is no file lesson.py"),
        (["lessen.py"], "there is no file lessen.py, did you mean lessons.py?"),
        (["folder/lesson"], "there is no file folder/lesson"),
        (["nonsense"], "there is neither a file nor a program nonsense"),
        (["folder"], "folder is a directory without a __main__.py"),
        (["notes.txt"], "notes.txt is not a Python script"),
        (["-m"], "-m needs a module"),
        (["-c"], "-c needs some code"),
        (["--python", "4.7", "lessons.py"], "there is no Python 4.7; found: "),
        (["--python", "./notes.txt", "lessons.py"], "./notes.txt is no Python interpreter"),
        (["--python", "3.11", "ls"], "--python chooses the interpreter of Python scripts; ls is none"),
        (["--timeout", "0", "lessons.py"], "Invalid value for '--timeout'"),
        (["--join", "lessons.py"], "no sandbox is running that could be joined; start one with: sandbox up"),
        (["--join=x", "lessons.py"], "--join takes the number of a process, not 'x'"),
        (["--join", "--config", "x", "--transcript", "lessons.py"], "--config, --transcript cannot be given"),
        (["--route", "nowhere", "lessons.py"], "--route nowhere: must have the form host:port=name"),
        (
            ["--isolate", "--allow", "api.example.com", "lessons.py"],
            "--isolate is not possible: --allow needs the real",
        ),
        (["--allow", "https://api.example.com", "lessons.py"], "'https://api.example.com' is no host"),
        (["--profile", "nothing", "lessons.py"], "There is no profile 'nothing'"),
        (["python2.py"], 'line 1: print "x"  ->  print("x")'),
        (["-c", 'print "x"'], "the code is written in Python 2"),
    ],
)
def test_a_bad_command_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.setenv("SANDBOX_STATE", str(tmp_path / "state"))
    (tmp_path / "lessons.py").touch()
    (tmp_path / "python2.py").write_text('print "x"\n')
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder").mkdir()
    done = run("run", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_ctrl_c_before_there_is_a_program(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "find", pressed)
    assert run("run", "lesson.py").returncode == 128 + signal.SIGINT


def test_an_option_never_takes_the_script_for_its_value(run_process: Run, tmp_path: Path) -> None:
    (tmp_path / "lesson.py").write_text("print('runs')")
    done = run_process("run", "--no-isolate", "--log", "lesson.py")
    assert (done.returncode, done.stdout) == (0, "runs\n")
    assert (tmp_path / "lesson.py").read_text() == "print('runs')"


def test_a_failing_lesson_of_python_2_gets_a_hint(run_process: Run, tmp_path: Path) -> None:
    (tmp_path / "lesson.py").write_text("print({}.has_key('x'))\n")
    done = run_process("run", "--no-isolate", "lesson.py")
    assert done.returncode == 1
    *trace, failed, line, _advice = done.stderr.splitlines()
    assert trace[-1].startswith("AttributeError")
    assert failed.startswith("sandbox: lesson.py failed; perhaps because it was written for Python 2")
    assert line == "  line 1: .has_key  ->  key in dictionary"
