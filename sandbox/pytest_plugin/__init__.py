"""The plugin of pytest: a sandbox for each test, and what was said to it in the report of a test that fails.

Loaded by every run of pytest wherever the package is installed, so nothing of it is imported before a test asks for a
fixture. PYTEST_DONT_REWRITE: there is no assertion to explain.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from sandbox.api import AsyncSandbox, Sandbox
    from sandbox.pytest_plugin.servers import Servers
    from sandbox.pytest_plugin.watch import Watch

Factory: TypeAlias = "Callable[..., Sandbox]"

WATCHES: pytest.StashKey[list[Watch]] = pytest.StashKey()

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
    """A test does not pass if the sandbox failed, nor if a function of its own did that was to answer."""
    yield
    for watch in item.stash.get(WATCHES, ()):
        watch.fail_if_crashed()
        watch.fail_if_a_handler_failed()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed is reported with the transcripts of its connections."""
    report = yield
    if report.failed and report.when != "teardown":
        for watch in item.stash.get(WATCHES, ()):
            report.sections.extend(watch.sections())
    return report


@pytest.fixture(scope="session")
def _sandbox_servers(pytestconfig: pytest.Config) -> Iterator[Servers]:
    from sandbox.pytest_plugin.servers import Servers

    servers = Servers(pytestconfig)
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def sandbox_server(_sandbox_servers: Servers) -> Sandbox:
    """The sandbox that tests share, for fixtures that need to know early where it is.

    What they send it is forgotten when the first test begins.
    """
    return _sandbox_servers.suited({})


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, _sandbox_servers: Servers) -> Iterator[Sandbox]:
    """A sandbox to which nothing has happened yet, in a thread of its own; ``pytest.mark.sandbox`` changes it."""
    from sandbox.pytest_plugin.watch import watched
    from sandbox.pytest_plugin.wishes import Wishes, readable

    wishes = Wishes.of(request.node)
    box = _sandbox_servers.suited(wishes.settings)
    box.reset()
    try:
        with watched(request.node, box), ExitStack() as stack:
            box.call(wishes.apply)
            if wishes.redirect is not False:
                routes = () if wishes.redirect is True else wishes.redirect
                with readable():
                    stack.enter_context(box.redirect(routes=routes))
            yield box
    finally:
        if box.running:
            box.reset()


@pytest.fixture
def sandbox_factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Starts further sandboxes, with the arguments of ``sandbox.Sandbox``; they end with the test."""
    from sandbox.api import Sandbox
    from sandbox.pytest_plugin.watch import watched

    with ExitStack() as stack:

        def start(*arguments: Any, **settings: Any) -> Sandbox:
            box = stack.enter_context(Sandbox(*arguments, **settings))
            stack.enter_context(watched(request.node, box))
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
    from sandbox.pytest_plugin.watch import watched
    from sandbox.pytest_plugin.wishes import Wishes, readable, settings_of

    wishes = Wishes.of(request.node)
    if wishes.redirect is not False:
        pytest.fail(
            "async_sandbox redirects nothing: it is on the loop of the test. Use sandbox.", pytrace=False
        )
    with readable():
        made = Sandbox(**settings_of(request.config, wishes.settings))
    async with made as box:
        with watched(request.node, box):
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
