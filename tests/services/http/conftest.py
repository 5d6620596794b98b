"""An HTTP sandbox, and one request to it with everything chosen by the test."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import Serve


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(self.headers.get_content_charset() or "utf-8")


@pytest.fixture
def web(serve: Serve) -> BackgroundEngine:
    """The HTTP service as it is by default, on a free port."""
    return serve(http={})


def ask(
    sandbox: BackgroundEngine,
    method: str,
    target: str,
    *,
    host: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    listener: str = "main",
) -> Answer:
    """One request on a connection of its own, with the target exactly as given."""
    endpoint = sandbox.endpoint("http", listener)
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
    try:
        fields = ({"Host": host} if host else {}) | dict(headers or {})
        connection.request(method, target, body=body, headers=fields)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def get(sandbox: BackgroundEngine, target: str, host: str | None = None, **headers: str) -> Answer:
    """GET; underscores in the names of header fields stand for hyphens."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(sandbox, "GET", target, host=host, headers=fields)


def facts(sandbox: BackgroundEngine, name: str) -> list[dict[str, Any]]:
    """The details of all facts of that name so far."""
    entries = sandbox.call(lambda made: list(made.journal))
    return [dict(e.event.details) for e in entries if isinstance(e.event, Fact) and e.event.name == name]


@pytest.fixture
def world(serve: Serve) -> BackgroundEngine:
    """All the services a tunnel may lead to."""
    return serve(http={"listeners": {"https": {"tls": "implicit"}}}, smtp={}, pop3={}, imap={})


@pytest.fixture
def trust(world: BackgroundEngine) -> ssl.SSLContext:
    """A client's context that trusts the authority of ``world``."""
    return world.call(lambda made: made.authority.client_context())
