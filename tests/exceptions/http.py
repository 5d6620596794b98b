"""The exceptions of urllib and http.client."""

from __future__ import annotations

import http.client
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.exceptions.registry import Provocation, Section

PATH = "/html"
SHORT = 0.2  # seconds that a client waits who waits in vain

_DIRECT = urllib.request.ProxyHandler({})


def _open(environment: Environment, url: str, timeout: float = TIMEOUT) -> bytes:
    opener = urllib.request.build_opener(_DIRECT, urllib.request.HTTPSHandler(context=environment.trust))
    try:
        with opener.open(url, timeout=timeout) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        error.close()  # it is an answer as well
        raise


def _url(environment: Environment, path: str = PATH) -> str:
    return f"http://{HOST}:{environment.port('http')}{path}"


def open_page(environment: Environment) -> None:
    """opens a page."""
    _open(environment, _url(environment))


def wait(environment: Environment) -> None:
    """opens a page and waits for a moment only."""
    _open(environment, _url(environment), SHORT)


def open_by_tls(environment: Environment) -> None:
    """opens a page by HTTPS."""
    _open(environment, f"https://{HOST}:{environment.port('http', 'https')}{PATH}")


def retrieve(environment: Environment) -> None:
    """copies a page to a file with urlretrieve."""
    with tempfile.TemporaryDirectory() as directory:
        urllib.request.urlretrieve(_url(environment), Path(directory, "page"))


def get(environment: Environment) -> None:
    """gets a page."""
    connection = http.client.HTTPConnection(HOST, environment.port("http"), timeout=TIMEOUT)
    try:
        connection.request("GET", PATH)
        connection.getresponse().read()
    finally:
        connection.close()


def open_tunnel(environment: Environment) -> None:
    """opens a tunnel through a proxy."""
    connection = http.client.HTTPConnection(HOST, environment.port("http"), timeout=TIMEOUT)
    connection.set_tunnel("www.python.org", 443)
    try:
        connection.request("GET", "/")
    finally:
        connection.close()


def _get(effect: str) -> str:
    return f'{{ on = "http.get", effect = {{ {effect} }} }}'


URLLIB = Section(
    "urllib",
    (
        Provocation(
            urllib.error.HTTPError, _get('kind = "answer", status = 503, retry_after = 7'), open_page
        ),
        Provocation(urllib.error.HTTPError, _get('kind = "redirect-loop"'), open_page),
        Provocation(
            urllib.error.URLError,
            '{ on = "http.tls", effect = { kind = "bad-certificate", flaw = "expired" } }',
            open_by_tls,
        ),
        Provocation(
            urllib.error.URLError,
            '{ on = "http", effect = { kind = "refuse" } }',
            open_page,
        ),
        Provocation(urllib.error.ContentTooShortError, _get('kind = "wrong-length", by = 10'), retrieve),
        Provocation(TimeoutError, _get('kind = "silence"'), wait),
        Provocation(ConnectionResetError, _get('kind = "reset"'), open_page),
    ),
)

HTTP = Section(
    "http.client",
    (
        Provocation(http.client.BadStatusLine, _get('kind = "garbage", text = "What?"'), get),
        Provocation(http.client.UnknownProtocol, _get('kind = "garbage", text = "HTTP/3.0 200 OK"'), get),
        Provocation(http.client.RemoteDisconnected, _get('kind = "disconnect"'), get),
        Provocation(http.client.IncompleteRead, _get('kind = "truncate", octets = 100'), get),
        Provocation(http.client.IncompleteRead, _get('kind = "wrong-length", by = 10'), get),
        Provocation(http.client.IncompleteRead, _get('kind = "bad-chunk"'), get),
        Provocation(http.client.LineTooLong, _get('kind = "long-line", line = "status"'), get),
        Provocation(http.client.LineTooLong, _get('kind = "long-line", line = "header"'), get),
        Provocation(ConnectionRefusedError, '{ on = "http", effect = { kind = "refuse" } }', get),
        Provocation(ConnectionResetError, _get('kind = "limit", octets = 100, then = "reset"'), get),
        Provocation(
            OSError, '{ on = "http.tunnel", effect = { kind = "answer", status = 502 } }', open_tunnel
        ),
    ),
)
