"""The libraries, in the order of the page."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.clients.cookies import cookies
from tests.clients.environment import World
from tests.clients.ftp import addresses, ftp
from tests.clients.http import connections, responses
from tests.clients.imap import imap
from tests.clients.page import Outcome
from tests.clients.pop3 import pop3
from tests.clients.registry import Library, Operation
from tests.clients.requests import library as requests
from tests.clients.smtp import smtp
from tests.clients.sockets import servers, sockets
from tests.clients.urllib import requests as urllib_request
from tests.clients.urllib import robots
from tests.clients.xmlrpc import xmlrpc

LIBRARIES: tuple[Library[Any], ...] = (
    smtp,
    pop3,
    imap,
    ftp,
    addresses,
    connections,
    responses,
    urllib_request,
    robots,
    cookies,
    requests,
    xmlrpc,
    sockets,
    servers,
)


def caller(world: World) -> Outcome:
    """Calls each operation once on each way, however often its outcome is asked for."""

    @cache
    def outcome(library: Library[Any], operation: Operation[Any], way: str) -> str:
        return library.run(operation, world.environment(way))

    return outcome
