"""The lessons about XML-RPC, each against the sandbox: the same calls in the same order."""

from __future__ import annotations

import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import monotonic

import pytest

from sandbox.background import BackgroundEngine
from tests.conftest import Serve


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    """XML-RPC on its own listener, and HTTP, whose listeners take calls too."""
    return serve(xmlrpc={}, http={})


@pytest.fixture(params=["xmlrpc", "http"])
def address(sandbox: BackgroundEngine, request: pytest.FixtureRequest) -> str:
    """The lessons share one address between pages and calls, so both kinds of listener have to do."""
    return f"http://localhost:{sandbox.endpoint(request.param).port}"


def test_sum_of_two_numbers(address: str) -> None:
    """The address has no path, so the client posts to ``/RPC2``."""
    with xmlrpc.client.ServerProxy(address) as proxy:
        assert proxy.add(3, 5) == 8


def test_sum_and_power(address: str) -> None:
    """What goes wrong arrives as ``xmlrpc.client.Error``."""
    with xmlrpc.client.ServerProxy(address) as server:
        assert server.add(1, 3) == 4
        assert server.pow(2, 10) == 1024
        with pytest.raises(xmlrpc.client.Error):
            server.add(1)


def test_even_numbers(address: str) -> None:
    """The address ends with a slash, so the client posts to ``/``."""
    with xmlrpc.client.ServerProxy(f"{address}/") as proxy:
        shown = [f"{number} is even: {proxy.is_even(number)}" for number in (3, 100)]
    assert shown == ["3 is even: False", "100 is even: True"]


def test_examples_of_the_library_reference(address: str) -> None:
    """Dates, binary data, faults, protocol errors, several calls in one, introspection."""
    with xmlrpc.client.ServerProxy(f"{address}/") as proxy:
        today = datetime.strptime(proxy.today().value, "%Y%m%dT%H:%M:%S").astimezone()
        assert abs((datetime.now().astimezone() - today).total_seconds()) < 60
        assert proxy.python_logo().data[1:4] == b"PNG"
        with pytest.raises(xmlrpc.client.Fault) as caught:
            proxy.add(2, "five")
        assert (caught.value.faultCode, caught.value.faultString[:19]) == (1, "<class 'TypeError'>")
        assert {"add", "is_even", "pow", "mul"} <= set(proxy.system.listMethods())
        assert proxy.mul(5, 2) == 10

        together = xmlrpc.client.MultiCall(proxy)
        together.add(7, 3)
        together.subtract(7, 3)
        together.multiply(7, 3)
        together.divide(7, 3)
        assert "7+3={}, 7-3={}, 7*3={}, 7//3={}".format(*together()) == "7+3=10, 7-3=4, 7*3=21, 7//3=2"


def test_server_with_threads(address: str) -> None:
    """The exercise: calls of several clients are served at the same time."""

    def wait(_: int) -> object:
        with xmlrpc.client.ServerProxy(address) as proxy:
            return proxy.sleep(0.3)

    began = monotonic()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(wait, range(4))) == [0.3] * 4
    assert monotonic() - began < 1.0, "one after the other they would take 1.2 seconds"
