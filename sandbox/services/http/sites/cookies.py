"""Cookies of every kind, and a login form that remembers its visitor by one (RFC 6265)."""

from __future__ import annotations

import json
from html import escape
from http.cookies import CookieError, SimpleCookie

from aiohttp import web

from sandbox.net.web_protocol import connection_of
from sandbox.services.http.answers import document, encoded, failure, redirect
from sandbox.services.http.forms import parse_form, read_form
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World
from sandbox.stores.recall import Filling

SESSION = "session"
MAX_SESSIONS = 10_000

_ATTRIBUTES = {"max_age": "max-age", "path": "path", "domain": "domain", "samesite": "samesite"}
_FLAGS = ("secure", "httponly")

_LOGIN = """\
<form action="/login" method="post">
<p><label>Name <input name="user"></label> <label>Password <input name="password" type="password"></label>
<button>Log in</button></p>
</form>"""


def routes(world: World) -> Routes:
    """The cookie jar and the login form."""
    table = Routes()
    table.add("GET", "/cookie-jar/", show)
    table.add("GET", "/cookie-jar/set", put)
    table.add("GET", "/cookie-jar/expire", expire)
    login = Login(world)
    table.add("GET", "/login", login.form)
    table.add("POST", "/login", login.enter)
    table.add("GET", "/members", login.members)
    table.add("GET POST", "/logout", login.leave)
    return table


async def show(request: web.BaseRequest) -> web.StreamResponse:
    """The cookies that came, as JSON."""
    return encoded(json.dumps(dict(request.cookies), indent=2) + "\n", "application/json", charset="utf-8")


async def put(request: web.BaseRequest) -> web.StreamResponse:
    """Set the cookie the query describes: name, value, max_age in seconds, path, domain, samesite, secure, httponly.

    Without a max_age it lives as long as the client; without a path it is sent everywhere.
    """
    query = {"path": "/"} | dict(parse_form(request.rel_url.raw_query_string))
    return _with_cookie(query.get("name", "color"), query.get("value", "blue"), query)


async def expire(request: web.BaseRequest) -> web.StreamResponse:
    """Take back the cookie that ``name``, ``path`` and ``domain`` describe."""
    query = {"path": "/"} | dict(parse_form(request.rel_url.raw_query_string)) | {"max_age": "0"}
    return _with_cookie(query.get("name", "color"), "", query)


class Login:
    """A form, a cookie for those who pass it, and a page for those who have the cookie."""

    def __init__(self, world: World) -> None:
        self._accounts = world.context.accounts
        self._dice = world.context.dice
        self._users: dict[str, str] = {}
        world.context.recall.keep(Filling(self._users))

    async def form(self, request: web.BaseRequest) -> web.StreamResponse:
        """The form."""
        return document("Log in", f"<h1>Log in</h1>\n{_LOGIN}")

    async def enter(self, request: web.BaseRequest) -> web.StreamResponse:
        """Check name and password against the accounts, and go to the members' page with a cookie."""
        fields = dict(await read_form(request))
        user = fields.get("user", "")
        account = self._accounts.login(user, fields.get("password", ""))
        outcome = "accepted" if account is not None else "refused"
        connection_of(request).note(f"login.{outcome}", user=user, mechanism="form")
        if account is None:
            return document("Log in", f"<h1>Wrong name or password</h1>\n{_LOGIN}", status=403)
        if len(self._users) >= MAX_SESSIONS:
            self._users.clear()
        token = self._dice.token("http.session", 16)
        self._users[token] = account.name
        response = redirect("/members", 303)
        response.set_cookie(SESSION, token, path="/", httponly=True, samesite="Lax")
        return response

    async def members(self, request: web.BaseRequest) -> web.StreamResponse:
        """The page for members; others are sent to the form."""
        user = self._users.get(request.cookies.get(SESSION, ""))
        if user is None:
            return redirect("/login", 303)
        return document("Members", f'<h1>Hello, {escape(user)}</h1>\n<p><a href="/logout">Log out</a></p>')

    async def leave(self, request: web.BaseRequest) -> web.StreamResponse:
        """Forget the session and its cookie."""
        self._users.pop(request.cookies.get(SESSION, ""), None)
        response = redirect("/login", 303)
        response.del_cookie(SESSION, path="/")
        return response


def _with_cookie(name: str, value: str, attributes: dict[str, str]) -> web.StreamResponse:
    cookie: SimpleCookie = SimpleCookie()
    try:
        cookie[name] = value
    except CookieError:
        return failure(400, "That is no name for a cookie.")
    for key, attribute in _ATTRIBUTES.items():
        if key in attributes:
            cookie[name][attribute] = attributes[key]
    for flag in _FLAGS:
        if flag in attributes:
            cookie[name][flag] = True
    field = cookie[name].OutputString()
    if not (field.isascii() and field.isprintable()):
        return failure(400, "The attributes of a cookie are printable ASCII.")
    return document("Cookie", f"<p>Set-Cookie: {escape(field)}</p>", headers={"Set-Cookie": field})
