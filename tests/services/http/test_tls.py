"""HTTPS: certificates of the sandbox's own authority, for whatever name is asked for."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.request
from pathlib import Path

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.conftest import Serve, raw_client
from tests.services.http.conftest import get


@pytest.fixture
def secure(serve: Serve) -> BackgroundEngine:
    """A sandbox with an HTTPS listener beside the plain one."""
    return serve(http={"listeners": {"https": {"tls": "implicit"}}})


@pytest.fixture
def authority(secure: BackgroundEngine) -> Path:
    """What clients have to trust."""
    return secure.call(lambda made: made.authority.certificate)


def test_http_client_verifies(secure: BackgroundEngine, authority: Path) -> None:
    endpoint = secure.endpoint("http", "https")
    context = ssl.create_default_context(cafile=str(authority))
    connection = http.client.HTTPSConnection("localhost", endpoint.port, context=context, timeout=5)
    connection.request("GET", "/", headers={"Host": "www.python.org"})
    response = connection.getresponse()
    assert (response.status, response.reason) == (200, "OK")
    assert response.read().startswith(b"<!doctype html")
    connection.close()


def test_any_name_has_its_certificate(secure: BackgroundEngine, authority: Path) -> None:
    endpoint = secure.endpoint("http", "https")
    context = ssl.create_default_context(cafile=str(authority))
    with (
        socket.create_connection((endpoint.host, endpoint.port), timeout=5) as sock,
        context.wrap_socket(sock, server_hostname="www.python.org") as wrapped,
    ):
        wrapped.sendall(b"GET / HTTP/1.0\r\nHost: www.python.org\r\n\r\n")
        assert wrapped.recv(100).startswith(b"HTTP/1.0 200 OK")


def test_a_client_that_does_not_trust_us_is_right(secure: BackgroundEngine) -> None:
    endpoint = secure.endpoint("http", "https")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://localhost:{endpoint.port}/", timeout=5)
    secure.wait_for(lambda entry: getattr(entry.event, "name", "") == "tls.failed")


def test_requests_and_urllib_verify(secure: BackgroundEngine, authority: Path) -> None:
    url = f"https://localhost:{secure.endpoint('http', 'https').port}/redirects/absolute"
    response = requests.get(url, verify=str(authority), timeout=5)
    assert response.status_code == 200
    assert response.url.startswith("https://localhost:")
    context = ssl.create_default_context(cafile=str(authority))
    with urllib.request.urlopen(url, context=context, timeout=5) as answer:
        assert answer.status == 200


def test_plain_http_on_the_tls_port_harms_nobody(secure: BackgroundEngine) -> None:
    with raw_client(secure, "http", "https") as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"HTTP" not in sock.recv(1000)
    assert get(secure, "/").status == 200
