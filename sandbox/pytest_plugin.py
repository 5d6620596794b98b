"""The plugin of pytest: a sandbox for each test, and what was said to it in the report of a test that fails.

Loaded by every run of pytest wherever the package is installed, so nothing of it is imported before a test asks for a
fixture. PYTEST_DONT_REWRITE: there is no assertion to explain.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from sandbox.api import AsyncSandbox, Sandbox
    from sandbox.journal import Crashed, Entry
    from sandbox.server import Sandbox as Engine

Factory: TypeAlias = "Callable[..., Sandbox]"

LINES = 200  # of a transcript that are shown
COLUMNS = 400  # of each line

_MARKER = (
    "sandbox(config=None, services=None, accounts=None, faults=(), redirect=False, **tables): how the sandbox of a test "
    "is to be; see sandbox.Sandbox for what is not said here."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of all tests."""
    parser.addini(
        "sandbox_config", "configuration file of the sandbox, from the directory of this file", default=""
    )
    parser.addini("sandbox_services", "services that the sandbox runs", type="args", default=[])
    parser.addini(
        "sandbox_redirect",
        "whether all hosts that a test names lead to its sandbox",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and the fixture that needs an event loop, by whoever runs one."""
    config.addinivalue_line("markers", _MARKER)
    plugin = sys.modules.get("pytest_asyncio.plugin")  # loaded by now, if it is installed
    loops = plugin if config.pluginmanager.is_registered(plugin) else None
    config.pluginmanager.register(_on_loops(loops), "sandbox-on-loops")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test does not pass if the sandbox failed."""
    yield
    for watch in item.stash.get(_WATCHES, ()):
        watch.fail_if_crashed()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed is reported with the transcripts of its connections."""
    report = yield
    if report.failed and report.when != "teardown":
        for watch in item.stash.get(_WATCHES, ()):
            report.sections.extend(watch.sections())
    return report


@pytest.fixture(scope="session")
def _sandbox_servers(pytestconfig: pytest.Config) -> Iterator[_Servers]:
    servers = _Servers(pytestconfig)
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def sandbox_server(_sandbox_servers: _Servers) -> Sandbox:
    """The sandbox that tests share, for fixtures that need to know early where it is.

    What they send it is forgotten when the first test begins.
    """
    return _sandbox_servers.suited({})


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, _sandbox_servers: _Servers) -> Iterator[Sandbox]:
    """A sandbox to which nothing has happened yet, in a thread of its own; ``pytest.mark.sandbox`` changes it."""
    wishes = _Wishes.of(request.node)
    box = _sandbox_servers.suited(wishes.settings)
    box.reset()
    try:
        with _watched(request.node, box), ExitStack() as stack:
            box.call(wishes.apply)
            if wishes.redirect is not False:
                routes = () if wishes.redirect is True else wishes.redirect
                stack.enter_context(box.redirect(routes=routes))
            yield box
    finally:
        if box.running:
            box.reset()


@pytest.fixture
def sandbox_factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Starts further sandboxes, with the arguments of ``sandbox.Sandbox``; they end with the test."""
    from sandbox.api import Sandbox

    with ExitStack() as stack:

        def start(*arguments: Any, **settings: Any) -> Sandbox:
            box = stack.enter_context(Sandbox(*arguments, **settings))
            stack.enter_context(_watched(request.node, box))
            return box

        yield start


def _on_loops(pytest_asyncio: Any) -> ModuleType:
    """The fixture ``async_sandbox``: with pytest-asyncio on the loop of the test, whichever that is."""
    fixtures = ModuleType("sandbox_on_loops")
    if pytest_asyncio is None:  # then it is for anyio
        vars(fixtures)["async_sandbox"] = pytest.fixture(_async_sandbox, name="async_sandbox")
        return fixtures
    for scope in ("function", "class", "module", "package", "session"):
        name = _name_on_loop(scope)
        vars(fixtures)[name] = pytest_asyncio.fixture(_twin(), loop_scope=scope, name=name)
    vars(fixtures)["async_sandbox"] = pytest.fixture(_chosen, name="async_sandbox")
    return fixtures


async def _async_sandbox(request: pytest.FixtureRequest) -> AsyncIterator[AsyncSandbox]:
    """A sandbox on the event loop of the test; ``pytest.mark.sandbox`` changes it."""
    from sandbox.api import Sandbox

    wishes = _Wishes.of(request.node)
    if wishes.redirect is not False:
        pytest.fail(
            "async_sandbox redirects nothing: it is on the loop of the test. Use sandbox.", pytrace=False
        )
    with _readable():
        made = Sandbox(**_settings(request.config, wishes.settings))
    async with made as box:
        with _watched(request.node, box):
            box.call(wishes.apply)
            yield box


def _twin() -> Callable[[pytest.FixtureRequest], AsyncIterator[AsyncSandbox]]:
    """Another function each time: pytest-asyncio writes the loop on it."""

    async def twin(request: pytest.FixtureRequest) -> AsyncIterator[AsyncSandbox]:
        async for box in _async_sandbox(request):
            yield box

    return twin


def _chosen(request: pytest.FixtureRequest) -> AsyncSandbox:
    """A sandbox on the event loop of the test; ``pytest.mark.sandbox`` changes it."""
    marker = request.node.get_closest_marker("asyncio")
    scope = marker.kwargs.get("loop_scope") if marker else None
    found: AsyncSandbox = request.getfixturevalue(
        _name_on_loop(scope or request.config.getini("asyncio_default_test_loop_scope"))
    )
    return found


def _name_on_loop(scope: str) -> str:
    return f"_sandbox_on_{scope}_loop"


@dataclass
class _Wishes:
    """What the markers of a test say; the closest counts, but the fault rules of all are in force."""

    settings: dict[str, Any] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)
    accounts: Mapping[str, Any] | None = None
    redirect: bool | list[str] = False

    @classmethod
    def of(cls, item: pytest.Item) -> _Wishes:
        wishes = cls(redirect=item.config.getini("sandbox_redirect"))
        for marker in reversed(list(item.iter_markers("sandbox"))):
            if marker.args:
                pytest.fail("pytest.mark.sandbox takes keywords only", pytrace=False)
            said = dict(marker.kwargs)
            wishes.faults[:0] = said.pop("faults", ())
            wishes.accounts = said.pop("accounts", wishes.accounts)
            wishes.redirect = said.pop("redirect", wishes.redirect)
            wishes.settings |= said
        return wishes

    def apply(self, engine: Engine) -> None:
        """What a sandbox that runs can be told."""
        from sandbox.api.configuration import load_rules
        from sandbox.server import REGISTRY, accounts_of
        from sandbox.settings import load_mapping

        with _readable():
            if self.accounts is not None:
                given = {"accounts": _accounts_table(self.accounts), "services": {"smtp": {}}}
                engine.accounts.restore(accounts_of(load_mapping(given, REGISTRY)).snapshot())
            if self.faults:
                configured = [active.rule for active in engine.faults.active]
                engine.faults.replace([*load_rules(self.faults), *configured])


def _accounts_table(accounts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table of the configuration; or users with their passwords, or tables."""
    if accounts.keys() <= {"mode", "refused_passwords", "users"}:
        return accounts
    users = {name: {"password": said} if isinstance(said, str) else said for name, said in accounts.items()}
    return {"users": users}


def _settings(config: pytest.Config, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the Sandbox. A test with a configuration of its own runs the services of that."""
    from pathlib import Path

    base = config.inipath.parent if config.inipath else config.rootpath
    common: dict[str, Any] = {}
    if "config" not in wanted:
        common = {"config": config.getini("sandbox_config"), "services": config.getini("sandbox_services")}
    found = {name: value for name, value in common.items() if value} | dict(wanted)
    if isinstance(found.get("config"), str | Path):
        found["config"] = base / found["config"]
    return found


class _Servers:
    """The sandbox that most tests share, and the last one that was wanted otherwise."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._shared: Sandbox | None = None
        self._other: Sandbox | None = None
        self._wanted: Mapping[str, Any] = {}

    def suited(self, wanted: Mapping[str, Any]) -> Sandbox:
        """The one with these settings; it runs."""
        if not wanted:
            self._shared = self._shared or self._made(wanted)
            box = self._shared
        else:
            if self._other is None or self._wanted != wanted:
                self._stop_other()
                self._other, self._wanted = self._made(wanted), wanted
            box = self._other
        if not box.running:
            box.start()
        return box

    def stop(self) -> None:
        self._stop_other()
        if self._shared is not None:
            self._shared.stop()

    def _stop_other(self) -> None:
        if self._other is not None:
            self._other.stop()
            self._other = None

    def _made(self, wanted: Mapping[str, Any]) -> Sandbox:
        from sandbox.api import Sandbox

        with _readable():
            return Sandbox(**_settings(self._config, wanted))


class _Watch:
    """Sees what happens to one sandbox during one test."""

    def __init__(self, box: Sandbox | AsyncSandbox) -> None:
        from sandbox.journal import Crashed

        self._box = box
        self._crashes: list[Crashed] = []

        def note(entry: Entry) -> None:
            if isinstance(entry.event, Crashed):
                self._crashes.append(entry.event)

        self._unwatch = box.call(lambda engine: engine.journal.watch(note))

    def end(self) -> None:
        if self._box.running:
            self._box.call(lambda _: self._unwatch())
        self.fail_if_crashed()

    def fail_if_crashed(self) -> None:
        crashes, self._crashes[:] = list(self._crashes), []
        if crashes:
            told = (f"{each.service}, connection {each.connection}:\n{each.traceback}" for each in crashes)
            pytest.fail(
                "the sandbox itself failed, which is a mistake of its own\n" + "\n".join(told), pytrace=False
            )

    def sections(self) -> list[tuple[str, str]]:
        """A title and a transcript for each connection; they tell crashes too."""
        self._crashes.clear()
        return self._box.call(_transcripts) if self._box.running else []


_WATCHES = pytest.StashKey[list[_Watch]]()


@contextmanager
def _watched(item: pytest.Item, box: Sandbox | AsyncSandbox) -> Iterator[None]:
    watch = _Watch(box)
    item.stash.setdefault(_WATCHES, []).append(watch)
    try:
        yield
    finally:
        item.stash[_WATCHES].remove(watch)
        watch.end()


def _transcripts(engine: Engine) -> list[tuple[str, str]]:
    from sandbox.journal import transcript

    connections: dict[int, list[Entry]] = {}
    for entry in engine.journal:
        if entry.event.connection:
            connections.setdefault(entry.event.connection, []).append(entry)
    return [
        (f"sandbox: {entries[0].event.service}, connection {number}", _shortened(transcript(entries)))
        for number, entries in connections.items()
    ]


def _shortened(text: str) -> str:
    lines = [line if len(line) <= COLUMNS else f"{line[:COLUMNS]}…" for line in text.splitlines()]
    if len(lines) > LINES:
        half = LINES // 2
        lines[half:-half] = [f"… {len(lines) - LINES} lines …"]
    return "\n".join(lines)


@contextmanager
def _readable() -> Iterator[None]:
    """Mistakes in a configuration are told without the way that led to them."""
    from sandbox.errors import SettingsError

    try:
        yield
    except SettingsError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
