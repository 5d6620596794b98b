"""http.cookiejar."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import (
    Cookie,
    CookieJar,
    DefaultCookiePolicy,
    FileCookieJar,
    LoadError,
    LWPCookieJar,
    MozillaCookieJar,
)
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from tests.clients.environment import HOST, Environment
from tests.clients.registry import Library, Way

SHOW = "/cookie-jar/"
COLOR = "/cookie-jar/set?name=color&value=blue&max_age=3600"
SESSION = "/cookie-jar/set?name=visit&value=1"


def using(kind: Callable[[], CookieJar]) -> Any:
    """Makes a way to use an empty jar of that class."""

    @contextmanager
    def jar(_: Environment) -> Iterator[CookieJar]:
        yield kind()

    return jar


cookies = Library(
    "http.cookiejar",
    {kind.__name__: Way(using(kind), kind) for kind in (CookieJar, MozillaCookieJar, LWPCookieJar)},
    (LoadError,),
    "The cookies of `/cookie-jar/set` on port 2080.",
)


def ask(env: Environment, path: str) -> Request:
    """A request for a page of the sandbox."""
    return Request(f"http://{HOST}:{env.port('http')}{path}")


def visit(jar: CookieJar, env: Environment, path: str) -> str:
    """Visit a page with the jar; returns the text."""
    with build_opener(ProxyHandler({}), HTTPCookieProcessor(jar)).open(ask(env, path)) as answer:
        return answer.read().decode()


def names(jar: CookieJar) -> str:
    """The cookies in the jar."""
    return ", ".join(sorted(f"{cookie.name}={cookie.value}" for cookie in jar)) or "empty"


def received(env: Environment) -> tuple[Any, Request]:
    """A response that sets a cookie, and its request."""
    request = ask(env, COLOR)
    with build_opener(ProxyHandler({})).open(request) as answer:
        answer.read()
        return answer, request


@cookies.operation("extract_cookies(response, request)")
def extract_cookies(jar: CookieJar, env: Environment) -> str:
    jar.extract_cookies(*received(env))
    return names(jar)


@cookies.operation("make_cookies(response, request)")
def make_cookies(jar: CookieJar, env: Environment) -> str:
    made = jar.make_cookies(*received(env))
    return f"{len(made)} made, the jar is {names(jar)}"


@cookies.operation("set_cookie(cookie)")
def set_cookie(jar: CookieJar, env: Environment) -> str:
    jar.set_cookie(made(jar, env))
    return visit_again(jar, env)


@cookies.operation("set_cookie_if_ok(cookie, request)")
def set_cookie_if_ok(jar: CookieJar, env: Environment) -> str:
    jar.set_cookie_if_ok(made(jar, env), ask(env, "/"))
    return visit_again(jar, env)


@cookies.operation("add_cookie_header(request)", note="what the server then sees")
def add_cookie_header(jar: CookieJar, env: Environment) -> str:
    visit(jar, env, COLOR)
    request = ask(env, SHOW)
    jar.add_cookie_header(request)
    with build_opener(ProxyHandler({})).open(request) as answer:
        return str(json.load(answer))


@cookies.operation("set_policy(policy)", note="a policy that blocks the host")
def set_policy(jar: CookieJar, env: Environment) -> str:
    jar.set_policy(DefaultCookiePolicy(blocked_domains=["localhost.local"]))
    visit(jar, env, COLOR)
    return names(jar)


@cookies.operation("clear()")
def clear(jar: CookieJar, env: Environment) -> str:
    visit(jar, env, COLOR)
    jar.clear()
    return visit_again(jar, env)


@cookies.operation("clear_session_cookies()")
def clear_session_cookies(jar: CookieJar, env: Environment) -> str:
    visit(jar, env, COLOR)
    visit(jar, env, SESSION)
    jar.clear_session_cookies()
    return visit_again(jar, env)


@cookies.operation("clear_expired_cookies()", note="a cookie whose time is over")
def clear_expired_cookies(jar: CookieJar, env: Environment) -> str:
    visit(jar, env, COLOR)
    for cookie in jar:
        cookie.expires = 1
    jar.clear_expired_cookies()
    return names(jar)


@cookies.operation("a cookie that is taken back", note="`/cookie-jar/expire`", ways=tuple(cookies.ways))
def expired_by_server(jar: CookieJar, env: Environment) -> str:
    visit(jar, env, COLOR)
    visit(jar, env, "/cookie-jar/expire?name=color")
    return names(jar)


@contextmanager
def saved(jar: CookieJar, env: Environment) -> Iterator[tuple[FileCookieJar, str]]:
    """A jar that was saved, and its file."""
    assert isinstance(jar, FileCookieJar)
    visit(jar, env, COLOR)
    visit(jar, env, SESSION)
    with tempfile.TemporaryDirectory() as directory:
        file = str(Path(directory) / "cookies.txt")
        jar.save(file)
        yield jar, file


@cookies.operation("save(file)", note="without cookies that end with the session")
def save(jar: CookieJar, env: Environment) -> str:
    with saved(jar, env) as (_, file):
        written = Path(file).read_text()
    return ", ".join(name for name in ("color", "visit") if name in written)


@cookies.operation("load(file)")
def load(jar: CookieJar, env: Environment) -> str:
    with saved(jar, env) as (full, file):
        full.clear()
        full.load(file)
    return visit_again(full, env)


@cookies.operation("revert(file)")
def revert(jar: CookieJar, env: Environment) -> str:
    with saved(jar, env) as (full, file):
        full.revert(file)
    return visit_again(full, env)


@cookies.operation("as_lwp_str()", note="the text that is saved")
def as_lwp_str(jar: CookieJar, env: Environment) -> str:
    assert isinstance(jar, LWPCookieJar)
    visit(jar, env, COLOR)
    return jar.as_lwp_str().partition(";")[0]


def made(jar: CookieJar, env: Environment) -> Cookie:
    """The cookie of a response, in no jar yet."""
    (cookie,) = jar.make_cookies(*received(env))
    return cookie


def visit_again(jar: CookieJar, env: Environment) -> str:
    """Which cookies the server sees now."""
    return str(json.loads(visit(jar, env, SHOW)))
