"""Stubs: what a client is expected to ask, and what it is answered instead of what the service would say."""

from sandbox.stubs.answers import HttpAnswer, OctetsAnswer, XmlRpcAnswer
from sandbox.stubs.engine import Stubs, Use
from sandbox.stubs.requests import Arrival, CallRequest, HttpRequest, OctetsRequest
from sandbox.stubs.section import StubsSection
from sandbox.stubs.stub import Stub

__all__ = [
    "Arrival",
    "CallRequest",
    "HttpAnswer",
    "HttpRequest",
    "OctetsAnswer",
    "OctetsRequest",
    "Stub",
    "Stubs",
    "StubsSection",
    "Use",
    "XmlRpcAnswer",
]
