"""http.client: connections, and the responses they give."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.clients.registry import Library, Way, as_it_should

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def plain(env: Environment) -> Iterator[HTTPConnection]:
    """A connection to the main listener."""
    client = HTTPConnection(HOST, env.port("http"), timeout=TIMEOUT)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def secure(env: Environment) -> Iterator[HTTPConnection]:
    """A connection to the listener with TLS."""
    client = HTTPSConnection(HOST, env.port("http", "https"), timeout=TIMEOUT, context=env.trust)
    try:
        yield client
    finally:
        client.close()


connections = Library(
    "http.client",
    {"HTTPConnection": Way(plain, HTTPConnection), "HTTPSConnection": Way(secure, HTTPSConnection)},
    (http.client.HTTPException, OSError),
    "Ports 2080 and 2443. The certificate is verified.",
)


def status(client: HTTPConnection) -> str:
    """Status and reason of the response, which is read to its end."""
    response = client.getresponse()
    response.read()
    return f"{response.status} {response.reason}"


def echoed(client: HTTPConnection, *names: str) -> str:
    """What the endpoint says it got."""
    found = json.load(client.getresponse())
    for name in names:
        found = found[name]
    return str(found)


@connections.operation("connect()")
def connect(client: HTTPConnection, env: Environment) -> str:
    client.connect()
    return "connected" if client.sock.getpeername() else "not connected"


@connections.operation("request('GET', '/get?key=value')")
def get(client: HTTPConnection, env: Environment) -> str:
    client.request("GET", "/get?key=value")
    return echoed(client, "args")


@connections.operation("request('HEAD', '/')")
def head(client: HTTPConnection, env: Environment) -> str:
    client.request("HEAD", "/")
    response = client.getresponse()
    told = int(response.getheader("Content-Length", "0"))
    return f"{response.status}, {'a length' if told else 'no length'} and {len(response.read())} octets"


@connections.operation("request('POST', '/post', body, headers)")
def post(client: HTTPConnection, env: Environment) -> str:
    client.request("POST", "/post", "name=Анна".encode(), FORM)
    return echoed(client, "form")


@connections.operation("request('POST', '/post', iterable, encode_chunked=True)", note="a body in chunks")
def post_chunks(client: HTTPConnection, env: Environment) -> str:
    headers = FORM | {"Transfer-Encoding": "chunked"}
    client.request("POST", "/post", iter([b"name=", b"Ann"]), headers, encode_chunked=True)
    return echoed(client, "form")


@connections.operation("request('PUT', …), then GET and DELETE", note="a shared file")
def put(client: HTTPConnection, env: Environment) -> str:
    answers = []
    for method, body in (("PUT", b"Hello!"), ("GET", None), ("DELETE", None), ("GET", None)):
        client.request(method, f"/files/{env.user}/hello.txt", body)
        answers.append(status(client))
    return ", ".join(answers)


@connections.operation("request('PATCH', '/patch', body)")
def patch(client: HTTPConnection, env: Environment) -> str:
    client.request("PATCH", "/patch", b"text")
    return echoed(client, "data")


@connections.operation("request('OPTIONS', '*')")
def options(client: HTTPConnection, env: Environment) -> str:
    client.request("OPTIONS", "*")
    return status(client)


@connections.operation("request('POST', '/get')")
def wrong_method(client: HTTPConnection, env: Environment) -> str:
    client.request("POST", "/get", b"")
    return as_it_should(status(client), "405 Method Not Allowed")


@connections.operation("request('GET', '/no/such/page')")
def no_page(client: HTTPConnection, env: Environment) -> str:
    client.request("GET", "/no/such/page")
    return as_it_should(status(client), "404 Not Found")


@connections.operation("request('GET', '/', headers={'Host': 'example.com'})")
def host(client: HTTPConnection, env: Environment) -> str:
    client.request("GET", "/", headers={"Host": "example.com"})
    page = client.getresponse().read().decode()
    return page.partition("<title>")[2].partition("<")[0]


@connections.operation("putrequest(method, url)")
def putrequest(client: HTTPConnection, env: Environment) -> str:
    client.putrequest("GET", "/headers", skip_accept_encoding=True)
    client.endheaders()
    return ", ".join(json.load(client.getresponse())["headers"]).replace("Host", "Host alone")


@connections.operation("putheader(name, value)")
def putheader(client: HTTPConnection, env: Environment) -> str:
    client.putrequest("GET", "/headers")
    client.putheader("X-Lesson", "14")
    client.endheaders()
    return echoed(client, "headers", "X-Lesson")


@connections.operation("endheaders(body)")
def endheaders(client: HTTPConnection, env: Environment) -> str:
    client.putrequest("POST", "/post")
    client.putheader("Content-Length", "4")
    client.endheaders(b"text")
    return echoed(client, "data")


@connections.operation("send(bytes)", note="the body, behind its header fields")
def send(client: HTTPConnection, env: Environment) -> str:
    client.putrequest("POST", "/post")
    client.putheader("Content-Length", "4")
    client.endheaders()
    client.send(b"te")
    client.send(b"xt")
    return echoed(client, "data")


@connections.operation("getresponse()", note="two requests on one connection")
def getresponse(client: HTTPConnection, env: Environment) -> str:
    client.request("GET", "/")
    first, sock = status(client), client.sock
    client.request("GET", "/")
    return f"{first}, {status(client)}{', kept alive' if client.sock is sock else ''}"


@connections.operation("set_tunnel(host)", note="the site of that host answers; nothing leaves the sandbox")
def set_tunnel(client: HTTPConnection, env: Environment) -> str:
    with _through_proxy(client, env) as tunnel:
        tunnel.request("GET", "/")
        return status(tunnel)


@connections.operation(
    "get_proxy_response_headers()",
    note="a method since Python 3.12",
    since=(3, 12),
    expected="Server: Sandbox",
)
def get_proxy_response_headers(client: HTTPConnection, env: Environment) -> str:
    with _through_proxy(client, env) as tunnel:
        tunnel.connect()
        return f"Server: {tunnel.get_proxy_response_headers()['Server']}"


@contextmanager
def _through_proxy(client: HTTPConnection, env: Environment) -> Iterator[HTTPConnection]:
    trusting = {"context": env.trust} if isinstance(client, HTTPSConnection) else {}
    tunnel = type(client)(HOST, env.port("http"), timeout=TIMEOUT, **trusting)
    tunnel.set_tunnel("www.python.org")
    try:
        yield tunnel
    finally:
        tunnel.close()


@connections.operation("set_debuglevel(1)")
def set_debuglevel(client: HTTPConnection, env: Environment) -> str:
    client.set_debuglevel(1)
    with redirect_stdout(io.StringIO()) as dialogue:
        client.request("GET", "/")
        client.getresponse().read()
    return "the dialogue on stdout" if "reply: 'HTTP/1.1 200 OK" in dialogue.getvalue() else "nothing"


@connections.operation("response_class")
def response_class(client: HTTPConnection, env: Environment) -> str:
    client.request("GET", "/")
    with client.getresponse() as response:
        return "HTTPResponse" if isinstance(response, client.response_class) else type(response).__name__


@connections.operation("close()")
def close(client: HTTPConnection, env: Environment) -> str:
    client.request("GET", "/")
    client.close()
    client.request("GET", "/")
    return f"closed, and {status(client)} on a new connection"


#: What every file object has, and begin, which getresponse() has called.
NO_NETWORK = frozenset(
    {
        "begin",
        "detach",
        "flush",
        "isatty",
        "seek",
        "seekable",
        "tell",
        "truncate",
        "writable",
        "write",
        "writelines",
    }
)
LINES = "/stream/3"  # as many lines of JSON, in chunks


@contextmanager
def plain_response(env: Environment) -> Iterator[HTTPResponse]:
    """The response to a request for three lines."""
    with plain(env) as client:
        client.request("GET", LINES)
        yield client.getresponse()


@contextmanager
def secure_response(env: Environment) -> Iterator[HTTPResponse]:
    """The response to a request for three lines."""
    with secure(env) as client:
        client.request("GET", LINES)
        yield client.getresponse()


responses = Library(
    "http.client.HTTPResponse",
    {"http": Way(plain_response, HTTPResponse), "https": Way(secure_response, HTTPResponse)},
    (http.client.HTTPException, OSError),
    "The response to `GET /stream/3`: three lines of JSON, in chunks.",
    # What every file object of the standard library has, and begin, which getresponse() has called.
    aside=NO_NETWORK,
)


@responses.operation("read()")
def read(response: HTTPResponse, env: Environment) -> str:
    return f"{len(response.read().splitlines())} lines"


@responses.operation("read(size)")
def read_some(response: HTTPResponse, env: Environment) -> str:
    return response.read(6).decode()


@responses.operation("read1(size)")
def read1(response: HTTPResponse, env: Environment) -> str:
    return response.read1(6).decode()


@responses.operation("readinto(buffer)")
def readinto(response: HTTPResponse, env: Environment) -> str:
    buffer = bytearray(6)
    return f"{response.readinto(buffer)}, {buffer.decode()}"


@responses.operation("readinto1(buffer)")
def readinto1(response: HTTPResponse, env: Environment) -> str:
    buffer = bytearray(6)
    return f"{response.readinto1(buffer)}, {buffer.decode()}"


@responses.operation("peek()", note="what is here already, and stays")
def peek(response: HTTPResponse, env: Environment) -> str:
    return f"{response.peek()[:6].decode()}, and {len(response.read().splitlines())} lines"


@responses.operation("readline()")
def readline(response: HTTPResponse, env: Environment) -> str:
    return f"id {json.loads(response.readline())['id']}"


@responses.operation("readlines()")
def readlines(response: HTTPResponse, env: Environment) -> str:
    return f"{len(response.readlines())} lines"


@responses.operation("readable()")
def readable(response: HTTPResponse, env: Environment) -> str:
    return str(response.readable())


@responses.operation("getheader(name)")
def getheader(response: HTTPResponse, env: Environment) -> str:
    return str(response.getheader("Content-Type"))


@responses.operation("getheaders()")
def getheaders(response: HTTPResponse, env: Environment) -> str:
    return ", ".join(sorted(name for name, _ in response.getheaders()))


@responses.operation("info()")
def info(response: HTTPResponse, env: Environment) -> str:
    return f"Transfer-Encoding: {response.info()['Transfer-Encoding']}"


@responses.operation("getcode()")
def getcode(response: HTTPResponse, env: Environment) -> str:
    return str(response.getcode())


@responses.operation("geturl()", note="set by urllib alone, which calls it after redirects")
def geturl(response: HTTPResponse, env: Environment) -> str:
    response.url = LINES
    return response.geturl()


@responses.operation("isclosed()", note="after its end")
def isclosed(response: HTTPResponse, env: Environment) -> str:
    before = response.isclosed()
    response.read()
    return f"{before}, then {response.isclosed()}"


@responses.operation("fileno()")
def fileno(response: HTTPResponse, env: Environment) -> str:
    return "a number" if response.fileno() >= 0 else "none"


@responses.operation("close()")
def close_response(response: HTTPResponse, env: Environment) -> str:
    response.close()
    return "closed" if response.isclosed() else "open"
