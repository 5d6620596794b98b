"""The exceptions of xmlrpc.client."""

from __future__ import annotations

from xml.parsers.expat import ExpatError
from xmlrpc.client import Fault, ProtocolError, ResponseError, ServerProxy

from tests.clients.environment import HOST, Environment
from tests.exceptions.registry import Provocation, Section


def call(environment: Environment) -> None:
    """calls add(1, 2)."""
    with ServerProxy(f"http://{HOST}:{environment.port('xmlrpc')}/RPC2") as server:
        server.add(1, 2)


def _call(effect: str, rest: str = "") -> str:
    return f'{{ on = "xmlrpc.call", {rest}effect = {{ {effect} }} }}'


XMLRPC = Section(
    "xmlrpc.client",
    (
        Provocation(
            Fault, _call('kind = "fault", code = 4, text = "Too many parameters"', 'argument = "add", '), call
        ),
        Provocation(ProtocolError, _call('kind = "answer", status = 502'), call),
        Provocation(ExpatError, _call('kind = "malformed-xml"'), call),
        Provocation(ExpatError, _call('kind = "truncate", octets = 50'), call),
        Provocation(ResponseError, _call('kind = "malformed-xml", text = "<methodResponse/>"'), call),
    ),
)
