"""requests, which is not of the standard library and in every course."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from requests.auth import HTTPDigestAuth

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.clients.registry import Library, Way, as_it_should

USER, PASSWORD = "user1", "secret"


class Session(requests.Session):
    """A session that takes paths instead of URLs, trusts the sandbox, and waits no longer than it must."""

    def __init__(self, env: Environment) -> None:
        super().__init__()
        self._base = f"{env.way}://{HOST}:{env.port('http', 'https' if env.way == 'https' else 'main')}"
        self.trust_env = False  # no proxy of the machine's
        self.verify = str(env.authority)

    def request(self, method, url, *arguments, **options):  # type: ignore[no-untyped-def]  # as its base has it
        options["timeout"] = options.get("timeout") or TIMEOUT
        return super().request(method, self._base + url, *arguments, **options)


@contextmanager
def session(env: Environment) -> Iterator[Session]:
    """A new session."""
    with Session(env) as made:
        yield made


library = Library(
    "requests",
    {"http": Way(session), "https": Way(session)},
    (requests.RequestException,),
    "Ports 2080 and 2443; `verify` names the authority's certificate.",
)


@library.operation("get(url)")
def get(client: Session, env: Environment) -> str:
    answer = client.get("/get")
    return f"{answer.status_code} {answer.reason}"


@library.operation("get(url, params={…})")
def params(client: Session, env: Environment) -> str:
    return str(client.get("/get", params={"key1": "value1", "ключ": "значение"}).json()["args"])


@library.operation("get(url, headers={'Host': 'example.com'})")
def host(client: Session, env: Environment) -> str:
    return client.get("/", headers={"Host": "example.com"}).text.partition("<title>")[2].partition("<")[0]


@library.operation("post(url, data={…})")
def post(client: Session, env: Environment) -> str:
    return str(client.post("/post", data={"name": "Анна"}).json()["form"])


@library.operation("post(url, json={…})")
def post_json(client: Session, env: Environment) -> str:
    return str(client.post("/post", json={"name": "Анна"}).json()["json"])


@library.operation("post(url, files={…})")
def post_files(client: Session, env: Environment) -> str:
    return str(client.post("/post", files={"file": ("имя.txt", io.BytesIO(b"text"))}).json()["files"])


@library.operation("post(url, data=generator)", note="a body in chunks")
def post_chunks(client: Session, env: Environment) -> str:
    return client.post("/post", data=(chunk for chunk in (b"te", b"xt"))).json()["data"]


@library.operation("put(url, data)")
def put(client: Session, env: Environment) -> str:
    return client.put("/put", data=b"text").json()["data"]


@library.operation("patch(url, data)")
def patch(client: Session, env: Environment) -> str:
    return client.patch("/patch", data=b"text").json()["data"]


@library.operation("delete(url)")
def delete(client: Session, env: Environment) -> str:
    return str(client.delete("/delete").status_code)


@library.operation("head(url)")
def head(client: Session, env: Environment) -> str:
    answer = client.head("/")
    return f"{answer.status_code}, {len(answer.content)} octets"


@library.operation("options(url)")
def options(client: Session, env: Environment) -> str:
    return f"Allow: {client.options('/get').headers['Allow']}"


@library.operation("request('TRACE', url)")
def request(client: Session, env: Environment) -> str:
    return client.request("TRACE", "/anything").json()["method"]


@library.operation("get(url).history", note="a redirect that was followed")
def history(client: Session, env: Environment) -> str:
    answer = client.get("/redirects/relative")
    return f"{[step.status_code for step in answer.history]}, then {answer.status_code}"


@library.operation("get(url, allow_redirects=False)")
def no_redirects(client: Session, env: Environment) -> str:
    answer = client.get("/redirects/301", allow_redirects=False)
    return f"{answer.status_code}, Location: {answer.headers['Location']}"


@library.operation("get(url) in a circle")
def circle(client: Session, env: Environment) -> str:
    try:
        return str(client.get("/redirects/loop").status_code)
    except requests.TooManyRedirects:
        return as_it_should("TooManyRedirects", "TooManyRedirects")


@library.operation("get(url, auth=(user, password))")
def basic(client: Session, env: Environment) -> str:
    return str(client.get("/mywebdir/", auth=(USER, PASSWORD)).status_code)


@library.operation("get(url, auth=(user, 'wrong'))")
def basic_refused(client: Session, env: Environment) -> str:
    return as_it_should(str(client.get("/mywebdir/", auth=(USER, "wrong")).status_code), "401")


@library.operation("get(url, auth=HTTPDigestAuth(user, password))", note="MD5, then SHA-256")
def digest(client: Session, env: Environment) -> str:
    pages = ("/digest", "/digest/sha-256")
    return ", ".join(str(client.get(page, auth=HTTPDigestAuth(USER, PASSWORD)).status_code) for page in pages)


@library.operation("Session().cookies")
def cookies(client: Session, env: Environment) -> str:
    client.get("/cookies/set?color=blue")
    return str(client.get("/cookies").json()["cookies"])


@library.operation(
    "post(url, data) of a login form", note="any name and password, unless accounts are listed"
)
def login(client: Session, env: Environment) -> str:
    page = client.post("/login", data={"user": "ann", "password": "any password"})
    return page.text.partition("<h1>")[2].partition("</h1>")[0]


@library.operation("get(url, timeout=0.05)", note="a page that takes its time")
def timeout(client: Session, env: Environment) -> str:
    try:
        return str(client.get("/delay/1", timeout=0.05).status_code)
    except requests.ReadTimeout:
        return as_it_should("ReadTimeout", "ReadTimeout")


@library.operation("raise_for_status()")
def raise_for_status(client: Session, env: Environment) -> str:
    try:
        client.get("/status/418").raise_for_status()
    except requests.HTTPError as error:
        return as_it_should(f"HTTPError {error.response.status_code}", "HTTPError 418")
    return "nothing raised"


@library.operation("text and encoding", note="a page in windows-1251")
def encoding(client: Session, env: Environment) -> str:
    answer = client.get("/charsets/windows-1251")
    return f"{answer.encoding}, {'Съешь' if 'Съешь' in answer.text else 'unreadable'}"


@library.operation("content, packed", note="gzip and deflate, unpacked by requests")
def packed(client: Session, env: Environment) -> str:
    answers = [client.get("/gzip"), client.get("/deflate")]
    return ", ".join(answer.headers["Content-Encoding"] for answer in answers if answer.json())


@library.operation("iter_content(size) of a stream")
def iter_content(client: Session, env: Environment) -> str:
    with client.get("/package.rpm?size=100000", stream=True) as answer:
        return f"{sum(len(chunk) for chunk in answer.iter_content(8192))} octets"


@library.operation("iter_lines() of a stream")
def iter_lines(client: Session, env: Environment) -> str:
    with client.get("/stream/3", stream=True) as answer:
        return f"{len(list(answer.iter_lines()))} lines"


@library.operation("get(url of a .png)", note="i.postimg.cc has one at every path")
def picture(client: Session, env: Environment) -> str:
    answer = client.get("/a.png", headers={"Host": "i.postimg.cc"})
    return f"{answer.headers['Content-Type']}, {'PNG' if answer.content[1:4] == b'PNG' else 'no picture'}"


@library.operation(
    "get(url, proxies={…})",
    note="the sandbox plays every site, over https by CONNECT",
)
def proxies(client: Session, env: Environment) -> str:
    proxy = f"http://{HOST}:{env.port('http')}"
    with requests.Session() as other:
        other.trust_env = False
        other.verify = str(env.authority)
        answer = other.get(f"{env.way}://www.python.org/", proxies={env.way: proxy}, timeout=TIMEOUT)
    return f"{answer.status_code} from {answer.url}"


@library.operation("get(url) without verify", ways=("https",), note="certifi does not know the authority")
def unverified(client: Session, env: Environment) -> str:
    client.verify = True
    try:
        return str(client.get("/").status_code)
    except requests.exceptions.SSLError:
        return as_it_should("SSLError", "SSLError")
