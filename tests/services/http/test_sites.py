"""Sites as the configuration describes them, and which of them answers."""

from __future__ import annotations

import base64
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.errors import SettingsError
from tests.conftest import Serve, raw_client, read_until
from tests.services.http.conftest import Answer, ask, get


def site(serve: Serve, pages: dict[str, Any], **rest: Any) -> BackgroundEngine:
    return serve(http={"sites": {"a.test": {"pages": pages} | rest}})


def page(serve: Serve, path: str = "/", **settings: Any) -> Answer:
    return get(site(serve, {path: settings}), path, host="a.test")


def test_text_and_html(serve: Serve) -> None:
    answer = page(serve, text="привет")
    assert (answer.text, answer.headers["Content-Type"]) == ("привет", "text/plain; charset=utf-8")
    answer = page(serve, html="<p>привет", charset="koi8-r")
    assert (answer.text, answer.headers["Content-Type"]) == ("<p>привет", "text/html; charset=koi8-r")


def test_file(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(b"first")
    sandbox = site(serve, {"/": {"file": str(path)}})
    assert get(sandbox, "/", host="a.test").headers["Content-Type"] == "image/png"
    path.write_bytes(b"second")
    assert get(sandbox, "/", host="a.test").body == b"second"


def test_status_headers_and_media_type(serve: Serve) -> None:
    headers = {"X-Powered-By": "PHP/4.3.10", "Server": "Apache/1.3.29 (Unix)", "Date": "yesterday"}
    answer = page(serve, text="a", status=503, headers=headers, content_type="text/x-mine")
    assert answer.status == 503
    assert answer.headers["Content-Type"] == "text/x-mine"
    assert {name: answer.headers[name] for name in headers} == headers


def test_redirect(serve: Serve) -> None:
    answer = page(serve, redirect="http://b.test/#part", headers={"X-A": "b"})
    assert (answer.status, answer.headers["Location"], answer.headers["X-A"]) == (
        302,
        "http://b.test/#part",
        "b",
    )
    assert page(serve, redirect="/", status=308).status == 308


def test_an_empty_page(serve: Serve) -> None:
    answer = page(serve, status=204)
    assert (answer.status, answer.body) == (204, b"")


def test_methods(serve: Serve) -> None:
    sandbox = site(serve, {"/": {"text": "a", "methods": ["POST", "PUT"]}})
    assert ask(sandbox, "PUT", "/", host="a.test").status == 200
    answer = ask(sandbox, "GET", "/", host="a.test")
    assert (answer.status, answer.headers["Allow"]) == (405, "OPTIONS, POST, PUT")


def test_a_page_that_ends_with_the_connection(serve: Serve) -> None:
    sandbox = site(serve, {"/": {"html": "Hello world", "close": True}})
    with raw_client(sandbox, "http") as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        head, _, body = read_until(sock, b"never").partition(b"\r\n\r\n")
    assert body == b"Hello world"
    assert b"Content-Length" not in head
    assert b"chunked" not in head
    assert b"\r\nConnection: close" in head


def test_every_path(serve: Serve) -> None:
    sandbox = site(serve, {"*": {"text": "any"}, "/one": {"text": "one"}})
    for path, text in (("/", "any"), ("/one", "one"), ("/any/{thing}", "any"), ("/files/", None)):
        answer = get(sandbox, path, host="a.test")
        assert text is None or answer.text == text


def test_paths_that_need_encoding(serve: Serve) -> None:
    sandbox = site(serve, {"/привет мир/{a}": {"text": "found"}})
    path = "/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82%20%D0%BC%D0%B8%D1%80/%7Ba%7D"
    assert get(sandbox, path, host="a.test").text == "found"


def test_a_realm(serve: Serve) -> None:
    sandbox = site(serve, {"/": {"text": "in", "realm": 'The "realm"', "users": {"анна": "пароль"}}})
    answer = get(sandbox, "/", host="a.test")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="The \\"realm\\""'
    for credentials, status in (("анна:пароль", 200), ("анна:другой", 401), ("", 401)):
        token = base64.b64encode(credentials.encode()).decode()
        assert get(sandbox, "/", host="a.test", Authorization=f"Basic {token}").status == status


def test_a_realm_for_the_accounts(serve: Serve) -> None:
    sandbox = serve(
        http={"sites": {"a.test": {"pages": {"/": {"text": "in", "realm": "r"}}}}},
        accounts={"mode": "listed", "users": {"ann": {"password": "a"}}},
    )
    for credentials, status in (("ann:a", 200), ("ann:b", 401), ("bob:a", 401)):
        token = base64.b64encode(credentials.encode()).decode()
        assert get(sandbox, "/", host="a.test", Authorization=f"Basic {token}").status == status


def test_aliases_and_server_header(serve: Serve) -> None:
    sandbox = site(serve, {"/": {"text": "a"}}, aliases=["B.test"], server_header="Apache/1.3.29")
    for host in ("a.test", "b.test:8080"):
        answer = get(sandbox, "/", host=host)
        assert (answer.text, answer.headers["Server"]) == ("a", "Apache/1.3.29")


def test_a_site_adds_to_the_built_in_one_of_its_name(serve: Serve) -> None:
    sandbox = serve(http={"sites": {"www.google.com": {"pages": {"/": {"text": "mine"}}}}})
    assert get(sandbox, "/", host="www.google.com").text == "mine"
    assert get(sandbox, "/about", host="www.google.com").status == 200
    assert get(sandbox, "/", host="www.python.org").status == 200


def test_no_built_in_sites(serve: Serve) -> None:
    sandbox = serve(http={"built_in_sites": False, "sites": {"a.test": {"pages": {"/": {"text": "a"}}}}})
    assert get(sandbox, "/", host="example.com").status == 404
    assert get(sandbox, "/", host="a.test").text == "a"
    assert get(sandbox, "/robots.txt").status == 200


def test_the_default_site(serve: Serve) -> None:
    sandbox = serve(http={"default_site": "a.test", "sites": {"a.test": {"pages": {"/": {"text": "a"}}}}})
    assert get(sandbox, "/", host="elsewhere.test").text == "a"
    assert b"Sandbox" in get(sandbox, "/", host="localhost").body


def test_the_site_of_a_listener_answers_whatever_host_is_named(serve: Serve) -> None:
    sandbox = serve(
        http={
            "listeners": {"hello": {"site": "hello"}, "python": {"site": "www.python.org"}},
            "sites": {"hello": {"pages": {"*": {"text": "Hello world"}}}},
        }
    )
    assert ask(sandbox, "GET", "/any", host="example.com", listener="hello").text == "Hello world"
    assert ask(sandbox, "GET", "/", listener="python").body.startswith(b"<!doctype html")
    assert b"Example Domain" in get(sandbox, "/", host="example.com").body


def test_a_directory(serve: Serve) -> None:
    sandbox = serve(http={"sites": {"a.test": {"directory": "/pub/", "pages": {"/own": {"text": "own"}}}}})

    def store(made: Any) -> None:
        made.files.make_directories(PurePosixPath("/pub/sub"))
        made.files.write(PurePosixPath("/pub/own")).close()

    sandbox.call(store)
    listing = get(sandbox, "/", host="a.test").text
    assert "<title>Directory listing for /</title>" in listing
    assert '<a href="sub/">sub/</a>' in listing
    assert get(sandbox, "/sub", host="a.test").headers["Location"] == "/sub/"
    assert get(sandbox, "/own", host="a.test").text == "own"


@pytest.mark.parametrize(
    ("http", "key", "message"),
    [
        (
            {"default_site": "www.exmple.com"},
            "services.http.default_site",
            "there is no site 'www.exmple.com', did you mean 'www.example.com'?",
        ),
        ({"listeners": {"a": {"site": "none"}}}, "services.http.listeners.a.site", "there is no site 'none'"),
        (
            {"listeners": {"a": {"tls": "starttls"}}},
            "services.http.listeners.a.tls",
            "Input should be 'none' or 'implicit'",
        ),
        ({"tls": "starttls"}, "services.http.tls", "Input should be 'none' or 'implicit'"),
        ({"files_at": "files"}, "services.http.files_at", "slash"),
        ({"sites": {"a": {"pages": {"b": {}}}}}, "services.http.sites.a", "slash"),
        ({"sites": {"a": {"pages": {"/": {"text": "a", "html": "b"}}}}}, "", "only one of text, html"),
        ({"sites": {"a": {"pages": {"/": {"charset": "base64"}}}}}, "", "no charset 'base64'"),
        ({"sites": {"a": {"pages": {"/": {"headers": {"a b": "c"}}}}}}, "", "no name of a header field"),
        ({"sites": {"a": {"pages": {"/": {"headers": {"a": "b\r\nc"}}}}}}, "", "no line ends"),
        ({"sites": {"a": {"pages": {"/": {"status": 99}}}}}, "", "200"),
        ({"sites": {"a": {"pages": {"/": {"file": "/no/such/file"}}}}}, "", "no file"),
        (
            {"sites": {"a": {"pages": {"/": {"users": {"ann": "x"}}}}}},
            "",
            "users are asked for by a realm only",
        ),
        ({"sites": {"a": {"pages": {"/": {"methods": ["get"]}}}}}, "", "'POST'"),
        ({"sites": {"a": {"aliases": "b"}}}, "services.http.sites.a.aliases", "must be a list, not 'b'"),
        ({"sites": {"a": "b"}}, "services.http.sites.a", "must be a table, not 'b'"),
    ],
)
def test_mistakes_are_told(serve: Serve, http: dict[str, Any], key: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        serve(http=http)
    (problem,) = caught.value.problems
    assert problem.key.startswith(key)
    assert message in problem.message
