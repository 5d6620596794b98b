"""Stubs of XML-RPC, asked by the standard library's client."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Iterator

import pytest

from sandbox import Sandbox
from sandbox.observation import Unexpected
from sandbox.stubs import CallRequest


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(services=("http", "xmlrpc")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


def test_a_call_is_answered_by_its_stub_before_any_function(sandbox: Sandbox) -> None:
    stub = sandbox.xmlrpc.expect("add", [1, 2]).respond(99)
    client = sandbox.xmlrpc.client()
    assert client.add(1, 2) == 99
    assert client.add(1, 3) == 4
    assert [request.params for request in stub.requests] == [(1, 2)]
    assert sandbox.journal.facts("stub.matched", stub=stub.name)
    assert len(sandbox.xmlrpc.wait(method="add", count=2)) == 2


def test_methods_nobody_knows_can_be_expected_and_fail_in_turn(sandbox: Sandbox) -> None:
    sandbox.xmlrpc.expect("shop.order").respond_fault(42, "sold out").respond({"id": 7}, delay=0.01)
    client = sandbox.xmlrpc.client()
    with pytest.raises(xmlrpc.client.Fault) as raised:
        client.shop.order("tea")
    assert (raised.value.faultCode, raised.value.faultString) == (42, "sold out")
    assert client.shop.order("tea") == {"id": 7}


def test_handlers_and_several_calls_in_one(sandbox: Sandbox) -> None:
    async def later(request: CallRequest) -> str:
        return f"later {request.params[0]}"

    sandbox.xmlrpc.expect("now").respond_with(lambda request: sum(request.params))
    sandbox.xmlrpc.expect("later").respond_with(later)
    many = xmlrpc.client.MultiCall(sandbox.xmlrpc.client())
    many.now(1, 2)
    many.later("x")
    assert list(many()) == [3, "later x"]


def test_a_handler_that_fails_is_a_fault_and_fails_the_test(sandbox: Sandbox) -> None:
    def failing(request: object) -> None:
        pytest.fail("no more")

    sandbox.xmlrpc.expect("bad").respond_with(lambda request: request.params[5])
    sandbox.xmlrpc.expect("worse").respond_with(failing)
    with pytest.raises(xmlrpc.client.Fault, match="IndexError"):
        sandbox.xmlrpc.client().bad()
    with pytest.raises(xmlrpc.client.Fault, match="no more"):
        sandbox.xmlrpc.client().worse()
    with pytest.raises(Unexpected, match=r"(?s)its function raised IndexError.*its function raised no more"):
        sandbox.stubs.verify()
    assert sandbox.journal.facts("stub.failed")


def test_what_xmlrpc_cannot_say_is_told_at_once_or_fails_the_test(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="value: XML-RPC cannot say it: int exceeds XML-RPC limits"):
        sandbox.xmlrpc.expect("big").respond(2**40)
    sandbox.xmlrpc.expect("huge").respond_with(lambda call: 2**40)
    with pytest.raises(xmlrpc.client.Fault, match="int exceeds"):
        sandbox.xmlrpc.client().huge()
    with pytest.raises(Unexpected, match="int exceeds"):
        sandbox.stubs.verify(unused=False)


def test_calls_that_come_to_http(sandbox: Sandbox) -> None:
    sandbox.xmlrpc.expect("add").respond("stubbed")
    with xmlrpc.client.ServerProxy(sandbox.http.url) as client:
        assert client.add(1, 2) == "stubbed"


def test_near_misses(sandbox: Sandbox) -> None:
    stub = sandbox.xmlrpc.expect("add", [1, 2])
    sandbox.xmlrpc.client().add(1, 3)
    with pytest.raises(Unexpected, match=r"(?s)nearest was add\(1, 3\).*params=\[1, 2\]: it was \(1, 3\)"):
        stub.assert_called()


def test_stubs_of_the_configuration() -> None:
    stub = {
        "service": "xmlrpc",
        "method": "rate",
        "params": ["EUR", "*"],
        "answers": [{"value": 1.1}, {"fault": {"code": 3, "text": "closed"}}],
    }
    with Sandbox(services=("xmlrpc",), stubs=[stub]) as sandbox:
        client = sandbox.xmlrpc.client()
        assert client.rate("EUR", "USD") == 1.1
        with pytest.raises(xmlrpc.client.Fault, match="closed"):
            client.rate("EUR", "USD")
