"""What a client asked, told in the words of httpbin: arguments, header fields, origin and URL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random
from typing import Final, TypeAlias

from aiohttp import web

from sandbox.net.web_protocol import connection_of
from sandbox.services.http.echo.parameters import whole
from sandbox.services.http.forms import unescaped

Pairs: TypeAlias = list[tuple[str, str]]

#: Fields that proxies add, as httpbin's own host does; echoes hide them unless the query has ``show_env``.
ENVIRONMENT: Final = frozenset(
    {
        "Connect-Time",
        "Total-Route-Time",
        "Via",
        "X-Forwarded-For",
        "X-Forwarded-Port",
        "X-Forwarded-Proto",
        "X-Forwarded-Protocol",
        "X-Forwarded-Ssl",
        "X-Heroku-Dynos-In-Use",
        "X-Heroku-Queue-Depth",
        "X-Heroku-Queue-Wait-Time",
        "X-Real-Ip",
        "X-Request-Id",
        "X-Request-Start",
        "X-Varnish",
    }
)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_NOT_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_UNDECODED = re.compile("[\udc80-\udcff]")


def single_or_list(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Values by name: one value stands for itself, only repeated ones make a list."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: found if len(found) > 1 else found[0] for name, found in values.items()}


def parse_pairs(encoded: str) -> Pairs:
    """The pairs of a query or form, in order; escaped octets that are no UTF-8 stay escaped."""
    octets = encoded.encode("utf-8", "surrogateescape")
    pairs = (pair.partition(b"=") for pair in octets.split(b"&") if pair)
    return [(_unescaped(name), _unescaped(value)) for name, _, value in pairs]


def query(request: web.BaseRequest) -> Pairs:
    """The arguments of the query, in order."""
    return parse_pairs(_target(request).partition("?")[2])


def option(request: web.BaseRequest, name: str) -> str | None:
    """The first argument of that name, however it is capitalised, or None."""
    return next((value for key, value in query(request) if key.lower() == name), None)


def headers(request: web.BaseRequest) -> dict[str, str]:
    """The header fields under capitalised names, in order; repeated ones are joined, as in a WSGI environment."""
    values: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        values.setdefault(name.title(), []).append(_readable(value))
    hidden = frozenset() if shows_environment(request) else ENVIRONMENT
    return {name: ",".join(found) for name, found in values.items() if name not in hidden}


def shows_environment(request: web.BaseRequest) -> bool:
    """Whether the client wants to see what is usually hidden."""
    return any(name == "show_env" for name, _ in query(request))


def header(request: web.BaseRequest, name: str) -> str | None:
    """One header field as text, or None."""
    value = request.headers.get(name)
    return None if value is None else _readable(value)


def origin(request: web.BaseRequest) -> str:
    """The address of the client, or what a proxy says it is."""
    return header(request, "X-Forwarded-For") or connection_of(request).peer_host


def url(request: web.BaseRequest) -> str:
    """The URL as the client sees it; escaped letters of UTF-8 become readable."""
    target = _target(request)
    readable = _NOT_ASCII.sub(lambda run: _decoded(run[0]), _readable(target))
    if _SCHEME.match(target):
        return readable
    return f"{_scheme(request)}://{_host(request)}{readable}"


def base_url(request: web.BaseRequest) -> str:
    """Scheme and authority, for absolute redirects."""
    found = _SCHEME.match(request.raw_path)
    if found is not None:
        return found[0] + re.split("[/?#]", request.raw_path[found.end() :], maxsplit=1)[0]
    return f"{_scheme(request)}://{_host(request)}"


def _scheme(request: web.BaseRequest) -> str:
    told = header(request, "X-Forwarded-Proto") or header(request, "X-Forwarded-Protocol")
    if told is None and header(request, "X-Forwarded-Ssl") == "on":
        told = "https"
    return told or ("https" if request.secure else "http")


def _host(request: web.BaseRequest) -> str:
    # HTTP/1.0 knows no Host field.
    return header(request, "Host") or connection_of(request).local


def _target(request: web.BaseRequest) -> str:
    return request.raw_path.partition("#")[0]


def _decoded(run: str) -> str:
    return _escaped(bytes.fromhex(run.replace("%", "")).decode("utf-8", "surrogateescape"))


def _unescaped(part: bytes) -> str:
    return _escaped(unescaped(part).decode("utf-8", "surrogateescape"))


def _escaped(text: str) -> str:
    return _UNDECODED.sub(lambda octet: f"%{ord(octet[0]) - 0xDC00:02X}", text)


def _readable(value: str) -> str:
    """A field as text: UTF-8, which is how the parser reads it, else Latin-1."""
    if _UNDECODED.search(value) is None:
        return value
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def drawn_from(request: web.BaseRequest, dice: Random) -> Random:
    """The dice of the query's ``seed``, or these if it has none. Raises RefusedError."""
    seed = option(request, "seed")
    return dice if seed is None else Random(whole(seed, "seed"))
