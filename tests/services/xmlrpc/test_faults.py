"""Calls that go wrong: what xmlrpc.client sees of it, by either service that takes them."""

from __future__ import annotations

import http.client
from typing import Any
from xml.parsers.expat import ExpatError
from xmlrpc.client import Fault, ProtocolError, ResponseError, ServerProxy

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import Serve


class Called:
    """A sandbox whose calls go wrong, and a proxy for each service that takes calls."""

    def __init__(self, sandbox: BackgroundEngine) -> None:
        self.sandbox = sandbox

    def call(self, service: str) -> Any:
        port = self.sandbox.endpoint(service).port
        with ServerProxy(f"http://localhost:{port}/RPC2") as server:
            return server.add(1, 2)

    def facts(self, name: str) -> list[dict[str, object]]:
        events = self.sandbox.call(lambda world: [entry.event for entry in world.journal])
        return [dict(event.details) for event in events if isinstance(event, Fact) and event.name == name]


@pytest.fixture(params=["xmlrpc", "http"])
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def faulty(serve: Serve, kind: str, *, on: str = "*.call", when: Any = None, **effect: Any) -> Called:
    rule = {"on": on, "effect": {"kind": kind, **effect}, **(when or {})}
    return Called(serve(http={}, xmlrpc={}, faults=[rule]))


def test_a_fault(serve: Serve, service: str) -> None:
    called = faulty(serve, "fault", code=4, text="Too many parameters", when={"argument": "add", "times": 1})
    with pytest.raises(Fault) as caught:
        called.call(service)
    assert (caught.value.faultCode, caught.value.faultString) == (4, "Too many parameters")
    assert called.call(service) == 3
    (hit,) = called.facts("fault.hit")
    assert hit == {"rule": "rule-1", "effect": "fault", "event": "call", "argument": "add"}
    assert [fact["outcome"] for fact in called.facts("call.answered")] == [
        "fault 4: Too many parameters",
        "ok",
    ]


def test_another_method(serve: Serve, service: str) -> None:
    assert faulty(serve, "fault", when={"argument": "multiply"}).call(service) == 3


def test_by_one_service_alone(serve: Serve) -> None:
    called = faulty(serve, "fault", on="http.call")
    assert called.call("xmlrpc") == 3
    with pytest.raises(Fault):
        called.call("http")


def test_malformed_xml(serve: Serve, service: str) -> None:
    with pytest.raises(ExpatError, match="no element found"):
        faulty(serve, "malformed-xml").call(service)


def test_no_answer_to_a_call(serve: Serve, service: str) -> None:
    with pytest.raises(ResponseError):
        faulty(serve, "malformed-xml", text="<methodResponse/>").call(service)


def test_a_status(serve: Serve, service: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        faulty(serve, "answer", status=502).call(service)
    assert (caught.value.errcode, caught.value.errmsg) == (502, "Bad Gateway")


def test_a_body_cut_short(serve: Serve, service: str) -> None:
    with pytest.raises(ExpatError):  # xmlrpc.client does not look at the length
        faulty(serve, "truncate", octets=50).call(service)


def test_no_status_line(serve: Serve, service: str) -> None:
    with pytest.raises(http.client.BadStatusLine):
        faulty(serve, "garbage").call(service)


def test_a_late_answer(serve: Serve, service: str) -> None:
    assert faulty(serve, "delay", seconds=0.05).call(service) == 3


def test_no_answer_once(serve: Serve, service: str) -> None:
    called = faulty(serve, "disconnect", when={"times": 1})
    assert called.call(service) == 3  # xmlrpc.client tries again
    assert len(called.facts("fault.hit")) == 1


def test_no_answer(serve: Serve, service: str) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        faulty(serve, "disconnect").call(service)
