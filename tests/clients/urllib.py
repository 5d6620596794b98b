"""urllib.request and urllib.robotparser."""

from __future__ import annotations

import base64
import json
import os
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.request import OpenerDirector, Request
from urllib.robotparser import RobotFileParser

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.clients.registry import Library, Way, as_it_should

USER, PASSWORD = "user1", "secret"
PACKAGE = 6_952_309  # octets


def url(env: Environment, path: str) -> str:
    """A page of the sandbox, on the listener of the scheme."""
    return f"{env.way}://{HOST}:{env.port('http', 'https' if env.way == 'https' else 'main')}{path}"


def opener(env: Environment, *handlers: Any) -> OpenerDirector:
    """An opener with further handlers, which trusts the sandbox and knows no proxy but that of a handler."""
    if not any(isinstance(handler, urllib.request.ProxyHandler) for handler in handlers):
        handlers = (urllib.request.ProxyHandler({}), *handlers)
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=env.trust), *handlers)


@contextmanager
def installed(env: Environment) -> Iterator[OpenerDirector]:
    """An opener that the functions of urllib.request use meanwhile."""
    made = opener(env)
    urllib.request.install_opener(made)
    try:
        yield made
    finally:
        urllib.request.install_opener(None)  # type: ignore[arg-type]  # so urlopen makes its own again
        urllib.request.urlcleanup()


requests = Library(
    "urllib.request",
    {"http": Way(installed), "https": Way(installed)},
    (urllib.error.URLError,),
    "Ports 2080 and 2443. The certificate is verified.",
)


def text(answer: Any) -> str:
    """The body of a response."""
    with answer:
        return answer.read().decode(answer.headers.get_content_charset() or "utf-8")


def echoed(answer: Any, name: str) -> str:
    """A part of what the endpoint says it got."""
    return str(json.loads(text(answer))[name])


def status(opener: OpenerDirector, request: str | Request) -> str:
    """The status, also that of a failure."""
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return f"HTTPError {error.code}"


def titled(answer: Any) -> str:
    """The title of the page."""
    return text(answer).partition("<title>")[2].partition("</title>")[0]


@requests.operation("urlopen(url)")
def urlopen(_: OpenerDirector, env: Environment) -> str:
    with urllib.request.urlopen(url(env, "/")) as answer:
        return str(answer.status)


@requests.operation("urlopen(url).read(100).decode()", note="of www.python.org: no character is cut")
def read_some(_: OpenerDirector, env: Environment) -> str:
    with urllib.request.urlopen(Request(url(env, "/"), headers={"Host": "www.python.org"})) as answer:
        return answer.read(100).decode().splitlines()[0]


@requests.operation("urlopen(url).info()", note="of python.onego.ru")
def info(_: OpenerDirector, env: Environment) -> str:
    with urllib.request.urlopen(Request(url(env, "/"), headers={"Host": "python.onego.ru"})) as answer:
        found = answer.info()
    return f"{found['Server']}, {found['Content-Type']}, {found['Content-Length']} octets"


@requests.operation("urlopen(url + '?' + urlencode(…))")
def query(_: OpenerDirector, env: Environment) -> str:
    return echoed(urllib.request.urlopen(url(env, "/get?" + urllib.parse.urlencode({"q": "Питон"}))), "args")


@requests.operation("urlopen(url, data)")
def data(_: OpenerDirector, env: Environment) -> str:
    return echoed(
        urllib.request.urlopen(url(env, "/post"), urllib.parse.urlencode({"q": 1}).encode()), "form"
    )


@requests.operation("urlopen(url, data) in KOI8-R", note="the page answers in UTF-8")
def data_in_koi8(_: OpenerDirector, env: Environment) -> str:
    form = urllib.parse.urlencode({"search": "Привет"}, encoding="koi8-r").encode()
    page = Request(url(env, "/search"), form, headers={"Host": "searchengine.com"})
    return text(urllib.request.urlopen(page)).partition("You searched for: ")[2].partition("<")[0]


@requests.operation("urlopen(url, timeout=0.05)", note="a page that takes its time")
def timeout(_: OpenerDirector, env: Environment) -> str:
    try:
        return echoed(urllib.request.urlopen(url(env, "/delay/1"), timeout=0.05), "args")
    except TimeoutError:
        return as_it_should("TimeoutError", "TimeoutError")


@requests.operation("urlopen(url of a page that is not there)")
def no_page(opener: OpenerDirector, env: Environment) -> str:
    return as_it_should(status(opener, url(env, "/no/such/page")), "HTTPError 404")


@requests.operation("urlopen(url of a failing page)")
def failing(opener: OpenerDirector, env: Environment) -> str:
    return as_it_should(status(opener, url(env, "/status/500")), "HTTPError 500")


@requests.operation("Request(url, headers={'Referer': …})")
def referer(opener: OpenerDirector, env: Environment) -> str:
    answer = opener.open(Request(url(env, "/headers"), headers={"Referer": "http://www.python.org/"}))
    return json.loads(text(answer))["headers"]["Referer"]


@requests.operation("Request(url, data, method='PUT')")
def put(opener: OpenerDirector, env: Environment) -> str:
    page = Request(url(env, "/put"), b"text", {"Content-Type": "text/plain"}, method="PUT")
    return echoed(opener.open(page), "data")


@requests.operation("Request(url, method='DELETE')")
def delete(opener: OpenerDirector, env: Environment) -> str:
    return status(opener, Request(url(env, "/delete"), method="DELETE"))


@requests.operation("Request(url, method='HEAD')")
def head(opener: OpenerDirector, env: Environment) -> str:
    return status(opener, Request(url(env, "/"), method="HEAD"))


@requests.operation("redirects 301, 302, 303, 307, 308")
def redirects(opener: OpenerDirector, env: Environment) -> str:
    return ", ".join(status(opener, url(env, f"/redirects/{code}")) for code in (301, 302, 303, 307, 308))


@requests.operation("redirect 303 of a POST", note="which method arrives at its end")
def redirect_of_post(opener: OpenerDirector, env: Environment) -> str:
    return text(opener.open(url(env, "/redirects/303"), b"text")).partition("Method: ")[2].partition("<")[0]


@requests.operation("redirect 307 of a POST", note="urllib repeats no POST")
def repeated_post(opener: OpenerDirector, env: Environment) -> str:
    return as_it_should(status(opener, Request(url(env, "/redirects/307"), b"text")), "HTTPError 307")


@requests.operation("redirects in a circle")
def circle(opener: OpenerDirector, env: Environment) -> str:
    return as_it_should(status(opener, url(env, "/redirects/loop")), "HTTPError 302")


@requests.operation("HTTPBasicAuthHandler", note="realm My page, user1 and secret")
def basic(_: OpenerDirector, env: Environment) -> str:
    handler = urllib.request.HTTPBasicAuthHandler()
    handler.add_password("My page", url(env, "/mywebdir/"), USER, PASSWORD)
    return titled(opener(env, handler).open(url(env, "/mywebdir/")))


@requests.operation("HTTPBasicAuthHandler, wrong password")
def basic_refused(_: OpenerDirector, env: Environment) -> str:
    handler = urllib.request.HTTPBasicAuthHandler()
    handler.add_password("My page", url(env, "/mywebdir/"), USER, "wrong")
    return as_it_should(status(opener(env, handler), url(env, "/mywebdir/")), "HTTPError 401")


@requests.operation("Authorization by hand")
def basic_by_hand(opener: OpenerDirector, env: Environment) -> str:
    token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return titled(opener.open(Request(url(env, "/mywebdir"), headers={"Authorization": f"Basic {token}"})))


@requests.operation("HTTPPasswordMgrWithPriorAuth", note="the password is sent unasked")
def prior(_: OpenerDirector, env: Environment) -> str:
    manager = urllib.request.HTTPPasswordMgrWithPriorAuth()
    manager.add_password(None, url(env, "/"), USER, PASSWORD, is_authenticated=True)
    handler = urllib.request.HTTPBasicAuthHandler(manager)
    return echoed(opener(env, handler).open(url(env, f"/hidden-basic-auth/{USER}/{PASSWORD}")), "user")


@requests.operation("HTTPDigestAuthHandler")
def digest(_: OpenerDirector, env: Environment) -> str:
    handler = urllib.request.HTTPDigestAuthHandler()
    handler.add_password("Digest page", url(env, "/digest"), USER, PASSWORD)
    return titled(opener(env, handler).open(url(env, "/digest")))


@requests.operation("HTTPCookieProcessor")
def cookies(_: OpenerDirector, env: Environment) -> str:
    keeping = opener(env, urllib.request.HTTPCookieProcessor())
    keeping.open(url(env, "/cookie-jar/set?name=color&value=blue")).close()
    return str(json.loads(text(keeping.open(url(env, "/cookie-jar/")))))


@requests.operation(
    "ProxyHandler",
    note="the sandbox plays every site, over https by CONNECT",
)
def proxy(_: OpenerDirector, env: Environment) -> str:
    handler = urllib.request.ProxyHandler({env.way: f"http://{HOST}:{env.port('http')}"})
    through = opener(env, handler)
    with (
        patch.dict(os.environ, {"no_proxy": ""}),  # a machine's own exceptions would lead past the sandbox
        through.open(f"{env.way}://google.com/", timeout=TIMEOUT) as answer,
    ):
        return f"{answer.status} from {answer.url}"


@requests.operation("build_opener(handler).open(url)")
def build_opener(_: OpenerDirector, env: Environment) -> str:
    return status(opener(env), url(env, "/"))


@requests.operation("install_opener(opener)")
def install_opener(_: OpenerDirector, env: Environment) -> str:
    agent = opener(env)
    agent.addheaders = [("User-Agent", "Mozilla/5.0")]
    urllib.request.install_opener(agent)
    return echoed(urllib.request.urlopen(url(env, "/user-agent")), "user-agent")


def retrieved(env: Environment, path: str) -> str:
    """Retrieve a generated file, and say what the hook was told."""
    told: list[tuple[int, int, int]] = []
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory) / "file"
        urllib.request.urlretrieve(url(env, path), target, lambda *progress: told.append(progress))
        size = target.stat().st_size
    return f"{size} octets, the hook hears of {told[-1][2]}"


@requests.operation("urlretrieve(url, file, reporthook)")
def urlretrieve(_: OpenerDirector, env: Environment) -> str:
    return retrieved(env, "/package.rpm")


@requests.operation("urlretrieve(…) without a length")
def urlretrieve_chunks(_: OpenerDirector, env: Environment) -> str:
    return retrieved(env, "/package.rpm?size=100000&length=chunked")


@requests.operation("urlretrieve(…), broken off")
def urlretrieve_broken(_: OpenerDirector, env: Environment) -> str:
    try:
        return retrieved(env, "/package.rpm?size=100000&stop=50000")
    except urllib.error.ContentTooShortError:
        return as_it_should("ContentTooShortError", "ContentTooShortError")


@requests.operation("urlcleanup()")
def urlcleanup(_: OpenerDirector, env: Environment) -> str:
    name, _headers = urllib.request.urlretrieve(url(env, "/robots.txt"))
    urllib.request.urlcleanup()
    return "still there" if Path(name).exists() else "the temporary file is gone"


@contextmanager
def robot(env: Environment) -> Iterator[RobotFileParser]:
    """A parser that has read the rules of the sandbox."""
    with installed(env):
        parser = RobotFileParser(url(env, "/robots.txt"))
        parser.read()
        yield parser


robots = Library(
    "urllib.robotparser",
    {"http": Way(robot, RobotFileParser), "https": Way(robot, RobotFileParser)},
    (urllib.error.URLError,),
    "The rules at `/robots.txt`.",
)


@robots.operation("set_url(url)")
def set_url(parser: RobotFileParser, env: Environment) -> str:
    parser.set_url(url(env, "/robots.txt"))
    parser.read()
    return "read" if parser.mtime() else "not read"


@robots.operation("read()")
def read(parser: RobotFileParser, env: Environment) -> str:
    return f"a rule for {parser.default_entry.useragents[0]}"  # type: ignore[attr-defined]  # not in typeshed


@robots.operation("parse(lines)")
def parse(parser: RobotFileParser, env: Environment) -> str:
    other = RobotFileParser()
    other.parse(text(urllib.request.urlopen(url(env, "/robots.txt"))).splitlines())
    return "the same rules" if str(other) == str(parser) else "other rules"


@robots.operation("can_fetch(agent, url)")
def can_fetch(parser: RobotFileParser, env: Environment) -> str:
    return ", ".join(f"{path} {parser.can_fetch('*', url(env, path))}" for path in ("/", "/cgi-bin/search"))


@robots.operation("crawl_delay(agent)")
def crawl_delay(parser: RobotFileParser, env: Environment) -> str:
    return str(parser.crawl_delay("*"))


@robots.operation("request_rate(agent)")
def request_rate(parser: RobotFileParser, env: Environment) -> str:
    rate = parser.request_rate("*")
    return f"{rate.requests} in {rate.seconds} s" if rate is not None else "None"


@robots.operation("site_maps()")
def site_maps(parser: RobotFileParser, env: Environment) -> str:
    found = [urllib.parse.urlsplit(site_map).path for site_map in parser.site_maps() or ()]
    return ", ".join(found) or "None"


@robots.operation("mtime()")
def mtime(parser: RobotFileParser, env: Environment) -> str:
    return "a time" if parser.mtime() > 0 else "none"


@robots.operation("modified()")
def modified(parser: RobotFileParser, env: Environment) -> str:
    before = parser.mtime()
    parser.modified()
    return "a later time" if parser.mtime() >= before else "an earlier time"
