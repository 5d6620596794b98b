"""Cookies: shown, set and taken back (RFC 6265)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http.cookies import CookieError, Morsel, SimpleCookie

from aiohttp import web

from sandbox.services.http.answers import http_date, redirect
from sandbox.services.http.echo.asked import header, query, shows_environment
from sandbox.services.http.echo.inspection import report
from sandbox.services.http.echo.parameters import RefusedError, field_value

#: Cookies of the tools that measured httpbin's visitors; hidden unless the query has ``show_env``.
ENVIRONMENT = frozenset(
    {"_gauges_unique", *(f"_gauges_unique_{span}" for span in ("year", "month", "day", "hour"))}
)

_EPOCH = "Thu, 01 Jan 1970 00:00:00 GMT"
_CODEC = SimpleCookie()
#: Any number of cookie-octets (RFC 6265 §4.1.1). Clients keep quotes as a part of the value, so there are none in vain.
_PLAIN = re.compile(r"[!#-+\--:<-\[\]-~]*")
_ATTRIBUTE = re.compile(r"attr\[([A-Za-z-]+)\]")
_ATTRIBUTES = {
    name.lower(): name for name in ("Expires", "Max-Age", "Domain", "Path", "SameSite", "Secure", "HttpOnly")
}
_FLAGS = ("Secure", "HttpOnly")
_FALSE = ("0", "false", "no", "off")


class Cookies:
    """The endpoints below /cookies. ``clock`` tells the seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    async def show(self, request: web.BaseRequest) -> web.StreamResponse:
        """The cookies that came."""
        hidden = frozenset() if shows_environment(request) else ENVIRONMENT
        cookies = parse_cookies(header(request, "Cookie") or "")
        return report({"cookies": {name: value for name, value in cookies if name not in hidden}})

    async def set_all(self, request: web.BaseRequest) -> web.StreamResponse:
        """Set every argument as a cookie; `Max-Age`, `Expires`, `Path`, `Secure`, `HttpOnly`… are theirs, not cookies."""
        cookies: dict[str, str] = {}
        attributes = {"Secure": "1"} if request.secure else {}
        for name, value in query(request):
            attribute = self._attribute(name)
            if attribute is None:
                cookies.setdefault(name, value)
            else:
                attributes[attribute] = value
        tail = self._tail({"Path": "/"} | attributes)
        return _to_cookies(written(name, value) + tail for name, value in cookies.items())

    async def set_one(self, request: web.BaseRequest, name: str, value: str) -> web.StreamResponse:
        """Set one cookie."""
        tail = self._tail({"Path": "/"} | ({"Secure": "1"} if request.secure else {}))
        return _to_cookies([written(name, value) + tail])

    async def delete(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take back the cookies that the arguments name."""
        names = dict(query(request))
        return _to_cookies(f"{written(name, '')}; Expires={_EPOCH}; Max-Age=0; Path=/" for name in names)

    def _attribute(self, name: str) -> str | None:
        found = _ATTRIBUTE.fullmatch(name)
        return _ATTRIBUTES.get((found[1] if found else name).lower())

    def _tail(self, attributes: dict[str, str]) -> str:
        tail = ""
        for name in _ATTRIBUTES.values():
            value = attributes.get(name)
            if value is None or (name in _FLAGS and value.lower() in _FALSE):
                continue
            if ";" in field_value(value, name):
                raise RefusedError(f"{name} must not contain a semicolon.")
            if name == "Expires" and value.isascii() and value.isdigit() and len(value) < 11:
                value = http_date(self._clock() + int(value))
            tail += f"; {name}" if name in _FLAGS else f"; {name}={value}"
        return tail


def parse_cookies(field: str) -> list[tuple[str, str]]:
    """The names and values of a Cookie field; of those with one name the first, which has the longest path."""
    cookies: dict[str, str] = {}
    for pair in field.split(";"):
        name, _, value = (part.strip() for part in pair.partition("="))
        if name:
            cookies.setdefault(name, _unquoted(value))
    return list(cookies.items())


def written(name: str, value: str) -> str:
    """``name=value`` as in a Set-Cookie field; what may not stand there is quoted. Raises RefusedError."""
    quoted = value if _PLAIN.fullmatch(value) else _quoted(value)
    morsel: Morsel[str] = Morsel()
    try:
        morsel.set(name, value, quoted)
    except CookieError:
        raise RefusedError(f"{name!a} is no name for a cookie.") from None
    return f"{name}={quoted}"


def _quoted(value: str) -> str:
    return _CODEC.value_encode(value.encode("utf-8", "replace").decode("latin-1"))[1]


def _unquoted(value: str) -> str:
    plain = str(_CODEC.value_decode(value)[0])
    try:
        return plain.encode("latin-1").decode()
    except UnicodeError:
        return plain


def _to_cookies(fields: Iterable[str]) -> web.Response:
    response = redirect("/cookies")
    for field in fields:
        response.headers.add("Set-Cookie", field)
    return response
