"""Redirected from within, with the libraries imported long before."""

import asyncio
import io
import json
from typing import Any

import aiohttp
import certifi
import gevent.socket
import pycares
import pycurl
import requests
import trio
import uvloop
from gevent.socket import getaddrinfo
from pycurl import Curl
from requests.certs import where

import sandbox

RESULTS: dict[str, Any] = {}
SITE = "https://www.python.org/"


def changed() -> list[Any]:
    """What redirecting changes."""
    loop = uvloop.Loop
    return [
        *(vars(loop).get(name) for name in ("create_connection", "create_server", "getaddrinfo")),
        *(
            vars(gevent._socket3._wrefsocket).get(name)
            for name in ("connect", "connect_ex", "bind", "sendto")
        ),
        *(gevent.socket.getaddrinfo, getaddrinfo, uvloop.loop.Loop, pycurl.Curl, Curl),
        *(pycares.Channel.__init__, pycares.Channel.servers, certifi.where, where),
        *(aiohttp.connector.DefaultResolver, aiohttp.resolver.DefaultResolver),
    ]


async def line() -> str:
    reader, writer = await asyncio.open_connection("www.python.org", 80)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    found = await reader.read(12)
    writer.close()
    return found.decode()


async def by_aiohttp() -> int:
    async with aiohttp.ClientSession() as session, session.get(SITE) as response:
        return response.status


async def by_trio() -> str:
    stream = await trio.open_tcp_stream("www.python.org", 80)
    async with stream:
        await stream.send_all(b"GET / HTTP/1.0\r\n\r\n")
        return (await stream.receive_some(12)).decode()


def by_curl() -> int:
    curl = Curl()
    curl.setopt(curl.URL, SITE)
    curl.setopt(curl.WRITEDATA, io.BytesIO())
    curl.perform()
    return int(curl.getinfo(curl.RESPONSE_CODE))


def by_gevent() -> str:
    address = getaddrinfo("www.python.org", 80, 0, gevent.socket.SOCK_STREAM)[0][4]
    with gevent.socket.create_connection(address, timeout=5) as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return sock.recv(12).decode()


before = changed()
with sandbox.redirect():
    RESULTS["changed"] = sum(one is not other for one, other in zip(before, changed(), strict=True)) > 10
    RESULTS["uvloop"] = uvloop.run(line())
    RESULTS["aiohttp"] = asyncio.run(by_aiohttp())
    RESULTS["trio"] = trio.run(by_trio)
    RESULTS["pycurl"] = by_curl()
    RESULTS["gevent"] = by_gevent()
    RESULTS["requests"] = requests.get(SITE, timeout=5).status_code
RESULTS["as before"] = [one is other for one, other in zip(before, changed(), strict=True)].count(False)
print(json.dumps(RESULTS))
