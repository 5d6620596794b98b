"""Libraries with sockets, resolvers or loops of their own, in programs that know nothing of the sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.redirection.environment import environment_of
from sandbox.redirection.hook.sandbox_shim import LIBRARIES, Shim, libraries, proactor
from sandbox.redirection.table import Table, table_of
from sandbox.settings import load_mapping
from tests.conftest import check_clean

PROGRAMS = Path(__file__).with_name("libraries")
SERVICES = {
    "dns": {"port": 2053},
    "ftp": {"port": 2021},
    "http": {"port": 2080, "listeners": {"https": {"port": 2443, "tls": "implicit"}}},
    "smtp": {"port": 2025, "listeners": {"submission": {"port": 2587, "tls": "starttls"}}},
    "udp": {"listeners": {"echo": {"behaviour": "echo", "port": 12345}}},
}
STATUS_LINE = "HTTP/1.0 200"

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """The table of one sandbox for all tests."""
    state = tmp_path_factory.getbasetemp() / "state"
    configuration = load_mapping({"state_directory": str(state), "services": SERVICES}, REGISTRY)
    with BackgroundEngine(Engine(configuration, free_ports=True)) as background:
        yield background.call(table_of)
    check_clean(background)


@pytest.fixture(scope="module")
def run(table: Table, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """``run(program)`` is what a redirected program printed as JSON."""
    path = tmp_path_factory.mktemp("libraries") / "routes.json"
    path.write_text(json.dumps(table))
    environment = environment_of(table, path, os.environ)
    return lambda *arguments: printed(environment, *arguments)


def printed(environment: Mapping[str, str], *arguments: str) -> Any:
    found = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=25
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_clients_that_block(run: Run) -> None:
    assert run(str(PROGRAMS / "blocking.py")) == {
        "requests": [200, 200, 200, 200],
        "urllib3": [200, 200, 200],
        "httpx": [200, 200],
        "httplib2": 200,
        "certifi": 200,
        "multiprocessing": [200],
        "aiodns": ["example.com"],
    }


def test_asyncio_trio_and_what_stands_on_them(run: Run) -> None:
    assert run(str(PROGRAMS / "tasks.py")) == {
        "aiohttp": 200,
        "aiohttp that asks a name server": 200,
        "httpx on asyncio": 200,
        "httpx on trio": 200,
        "anyio on asyncio": "HTTP/1.0 200",
        "anyio on trio": "HTTP/1.0 200",
        "anyio's UDP on asyncio": "hello",
        "anyio's UDP on trio": "hello",
        "trio": "HTTP/1.0 200",
        "trio's TLS": "HTTP/1.0 200",
        "trio's UDP": ["hello", "192.0.2.7", 7],
        "trio's server": "mine",
        "trio and no such name": "gaierror",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="there is no uvloop for Windows")
def test_uvloop(run: Run) -> None:
    found = run(str(PROGRAMS / "uvloop_.py"))
    assert found.pop("UDP")[0] == "hello"
    assert found == {
        "loop": "uvloop",
        "TCP": STATUS_LINE,
        "TLS": STATUS_LINE,
        "name.invalid:80": "gaierror",
        "www.python.org:4711": "ConnectionRefusedError",
        "UDP to an address": ["hello", "192.0.2.7", 7],
        "UDP server": ["MINE", "127.0.0.1", 12345],
        "server": "mine",
        "server's address": ["192.168.0.102", 25],
        "aiohttp": 200,
        "anyio's UDP": "hello",
        "looked up": [["127.0.0.1", 80]],
        "named": ["localhost", "http"],
        "subprocess": STATUS_LINE,
    }


def test_gevent(run: Run) -> None:
    assert run(str(PROGRAMS / "gevent_.py")) == {
        "resolvers agree": [True, True, True],
        "its socket": "HTTP/1.0 200",
        "urllib": [200, 200],
        "requests": [200, 200, 200],
        "smtplib": 235,
        "IPv6": True,
        "UDP": ["hello", "192.0.2.7", 7],
        "name.invalid:80": "gaierror",
        "www.python.org:4711": "ConnectionRefusedError",
        "connect_ex": True,
        "threads": [200, 200],
        "subprocess": 200,
        "StreamServer": "mine",
        "WSGIServer": [203, "192.168.0.102", 80],
        "DatagramServer": ["MINE", "127.0.0.1", 12345],
        "left in the registry": [],
    }


def test_pycurl(run: Run) -> None:
    assert run(str(PROGRAMS / "pycurl_.py")) == {
        "HTTPS": 200,
        "an address": 200,
        "nothing there": "error 7",
        "no such name": "error 6",
        "FTP": 226,
        "several": [200, 200],
    }


def test_from_within_a_process_that_has_imported_them() -> None:
    assert printed(os.environ, str(PROGRAMS / "within.py")) == {
        "changed": True,
        "uvloop": STATUS_LINE,
        "aiohttp": 200,
        "trio": STATUS_LINE,
        "pycurl": 200,
        "gevent": STATUS_LINE,
        "requests": 200,
        "as before": 0,
    }


def test_only_what_is_imported_is_loaded(run: Run) -> None:
    modules = ("sandbox_shim.libraries", "asyncio", "ssl", "urllib.parse", "importlib.util")
    assert run("-S", "-c", "import json, sys; print(json.dumps('sandbox_shim' in sys.modules))") is False
    assert run("-c", f"import json, sys; print(json.dumps([x for x in {modules} if x in sys.modules]))") == []


def test_every_library_that_is_watched_has_a_hook() -> None:
    assert sorted(LIBRARIES) == sorted(libraries.HOOKS)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_that_is_built_differently_is_refused(name: str, table: Table) -> None:
    with pytest.raises(ImportError, match=rf"{name.partition('.')[0]} .* cannot be redirected"):
        libraries.HOOKS[name](ModuleType(name), Shim({**table}))


def test_what_was_refused_stays_refused(run: Run, tmp_path: Path) -> None:
    package = tmp_path / "uvloop"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from . import loop\n__version__ = '9.9'\nclass Loop(loop.Loop): pass\n"
    )
    (package / "loop.py").write_text("class Loop: pass\n")
    program = tmp_path / "program.py"
    program.write_text(
        "import json\nfound = []\n"
        "for _ in range(2):\n"
        "    try:\n        import uvloop\n"
        "    except ImportError as error:\n        found.append(str(error))\n"
        "print(json.dumps(found))\n"
    )
    first, second = run(str(program))
    assert "uvloop 9.9 cannot be redirected (AttributeError: " in first
    assert second == first


class Overlapped:
    """What asyncio.windows_events.IocpProactor is to its loop, without Windows."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def connect(self, conn: Any, address: Any) -> None:
        self.calls.append(("connect", address))

    def sendto(self, conn: Any, buf: bytes, flags: int = 0, addr: Any = None) -> None:
        self.calls.append(("sendto", addr))

    def recvfrom(self, conn: Any, nbytes: int, flags: int = 0) -> Any:
        self.pending = asyncio.get_running_loop().create_future()
        return self.pending


async def test_the_proactor_is_given_addresses_of_the_sandbox() -> None:
    there, meant = ("127.0.0.1", 40007), ("198.18.0.1", 7)
    sockets = SimpleNamespace(aim=lambda sock, address, connecting: there, meant={"socket": {there: meant}})
    redirected = proactor.methods(Overlapped, SimpleNamespace(sockets=sockets))  # type: ignore[arg-type]
    overlapped = type("Redirected", (Overlapped,), redirected)()
    overlapped.connect("socket", meant)
    overlapped.sendto("socket", b"hello", 0, meant)
    overlapped.sendto("socket", b"hello")
    assert overlapped.calls == [("connect", there), ("sendto", there), ("sendto", None)]
    answer = overlapped.recvfrom("socket", 100)
    overlapped.pending.set_result((b"hello", there))
    assert await answer == (b"hello", meant)
    answer = overlapped.recvfrom("socket", 100)
    answer.cancel()
    await asyncio.sleep(0)
    assert overlapped.pending.cancelled()
    answer = overlapped.recvfrom("socket", 100)
    overlapped.pending.set_exception(ConnectionResetError())
    with pytest.raises(ConnectionResetError):
        await answer
