"""What holds for every request: forms of targets, methods, bodies, versions, header fields, the timeline."""

from __future__ import annotations

import gzip
import http.client
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Crashed, Fact, Sent
from sandbox.services.http.sites import home
from tests.conftest import Serve, raw_client, read_until
from tests.services.http.conftest import ask, facts, get


def raw(sandbox: BackgroundEngine, request: bytes) -> bytes:
    with raw_client(sandbox, "http") as sock:
        sock.sendall(request)
        return read_until(sock, b"never")


def test_the_host_of_an_absolute_target_wins(web: BackgroundEngine) -> None:
    assert b"Example Domain" in get(web, "http://example.com/", host="www.python.org").body


def test_an_absolute_target_without_path_means_the_root(web: BackgroundEngine) -> None:
    assert b"Example Domain" in get(web, "http://example.com").body
    assert b"Example Domain" in get(web, "http://example.com?a=b").body


def test_the_port_and_case_of_the_host_do_not_matter(web: BackgroundEngine) -> None:
    for host in ("EXAMPLE.com:80", "example.com."):
        assert b"Example Domain" in get(web, "/", host=host).body


def test_unknown_hosts_get_the_default_site(web: BackgroundEngine) -> None:
    assert b"<h1>Sandbox</h1>" in get(web, "/", host="unheard-of.test").body


@pytest.mark.parametrize("host", ["a b", "[::1", "a:99999"])
def test_a_host_that_is_none_is_refused(web: BackgroundEngine, host: str) -> None:
    assert get(web, "/", host=host).status == 400


def test_two_hosts_are_refused(web: BackgroundEngine) -> None:
    assert raw(web, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").split()[1] == b"400"


def test_options_for_the_whole_server(web: BackgroundEngine) -> None:
    answer = ask(web, "OPTIONS", "*")
    assert answer.status == 200
    assert "PATCH" in answer.headers["Allow"].split(", ")
    assert ask(web, "GET", "*").status == 400


def test_options_for_a_path(web: BackgroundEngine) -> None:
    answer = ask(web, "OPTIONS", "/login")
    assert (answer.status, answer.headers["Allow"]) == (200, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize("method", ["BREW", "get", "PROPFIND"])
def test_unknown_methods_are_not_implemented(web: BackgroundEngine, method: str) -> None:
    assert ask(web, method, "/").status == 501


def test_known_methods_that_a_path_lacks_are_not_allowed(web: BackgroundEngine) -> None:
    answer = ask(web, "DELETE", "/robots.txt")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_nothing_is_404(web: BackgroundEngine) -> None:
    assert ask(web, "GET", "/no/such/path").status == 404
    assert ask(web, "DELETE", "/no/such/path").status == 404


def test_head_has_the_header_of_get_and_no_body(web: BackgroundEngine) -> None:
    for path in ("/", "/files/", "/package.rpm"):
        head, whole = ask(web, "HEAD", path), ask(web, "GET", path)
        assert head.body == b""
        assert head.headers["Content-Length"] == whole.headers["Content-Length"] == str(len(whole.body))


def test_date_and_server(web: BackgroundEngine) -> None:
    for path in ("/", "/package.rpm?size=1", "/nowhere"):
        answer = get(web, path)
        assert answer.headers["Server"] == "Sandbox"
        assert answer.headers["Date"].endswith(" GMT")
        assert parsedate_to_datetime(answer.headers["Date"])


def test_no_server_header(serve: Serve) -> None:
    sandbox = serve(http={"server_header": ""})
    for path in ("/", "/package.rpm?size=1"):
        assert "Server" not in get(sandbox, path).headers


def test_head_and_body_leave_in_one_write(web: BackgroundEngine) -> None:
    for path in ("/", "/package.rpm?size=10"):
        get(web, path)
    sent = [e for e in web.call(lambda made: list(made.journal)) if isinstance(e.event, Sent)]
    assert len(sent) == 2


def test_connections_are_kept_and_used_again(web: BackgroundEngine) -> None:
    endpoint = web.endpoint("http")
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
    for path, status in (("/", 200), ("/nowhere", 404), ("/login", 200), ("/redirects/302", 302)):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        assert response.status == status
    connection.close()
    entries = web.call(lambda made: list(made.journal))
    numbers = {e.event.connection for e in entries if isinstance(e.event, Fact)}
    assert len(numbers) == 1


def test_http_1_0_gets_no_chunks_and_a_closed_connection(web: BackgroundEngine) -> None:
    head, _, body = raw(web, b"GET /package.rpm?size=100000&length=chunked HTTP/1.0\r\n\r\n").partition(
        b"\r\n\r\n"
    )
    assert head.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"chunked" not in head
    assert b"Content-Length" not in head
    assert len(body) == 100_000


def test_pipelined_requests_are_answered_in_order(web: BackgroundEngine) -> None:
    request = b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n"
    answers = raw(web, request % 1 + request % 2 + b"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert [line.split()[1] for line in answers.splitlines() if line.startswith(b"HTTP/1.1")] == [
        b"404",
        b"404",
        b"200",
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"this is no gzip",
        gzip.compress(b"a" * 1000, mtime=0)[:-8] + bytes(8),
        b"\x1f\x8b\x08\x00" + b"\xff" * 40,
    ],
)
def test_a_broken_gzip_body_is_the_clients_mistake(web: BackgroundEngine, body: bytes) -> None:
    answer = ask(web, "POST", "/", host="example.com", body=body, headers={"Content-Encoding": "gzip"})
    assert answer.status == 400


def test_a_gzip_body_is_read(web: BackgroundEngine) -> None:
    packed = gzip.compress(b"read me")
    answer = ask(web, "POST", "/", host="example.com", body=packed, headers={"Content-Encoding": "gzip"})
    assert '"data": "read me"' in answer.text


@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_over_the_limit_are_refused(serve: Serve, chunked: bool) -> None:
    sandbox = serve(http={"max_body": 1000})
    body: Any = iter([b"a" * 600, b"b" * 600]) if chunked else b"a" * 1001
    answer = ask(sandbox, "POST", "/", host="example.com", body=body)
    assert answer.status == 413
    assert ask(sandbox, "POST", "/", host="example.com", body=b"a" * 1000).status == 200


def test_a_bomb_is_refused(serve: Serve) -> None:
    sandbox = serve(http={"max_body": 1_000_000})
    bomb = gzip.compress(bytes(50_000_000), 1)
    answer = ask(sandbox, "POST", "/", host="example.com", body=bomb, headers={"Content-Encoding": "gzip"})
    assert answer.status == 413


def test_expect_continue(web: BackgroundEngine) -> None:
    head = b"POST / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    with raw_client(web, "http") as sock:
        sock.sendall(head)
        assert read_until(sock, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"body")
        assert b'"data": "body"' in read_until(sock, b"never")


def test_a_body_that_is_too_large_is_not_called_for(serve: Serve) -> None:
    with raw_client(serve(http={"max_body": 3}), "http") as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert read_until(sock, b"at the most.\n").startswith(b"HTTP/1.1 413 ")


def test_what_only_a_proxy_could_do(web: BackgroundEngine) -> None:
    assert get(web, "gopher://gopher.floodgap.com/").status == 501


def test_other_expectations_fail(web: BackgroundEngine) -> None:
    assert get(web, "/", Expect="tea").status == 417


def test_each_request_is_a_fact(web: BackgroundEngine) -> None:
    answer = get(web, "/nowhere?a=b", host="Example.com:80")
    web.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "request.answered")
    assert facts(web, "request.answered") == [
        {
            "method": "GET",
            "host": "example.com",
            "target": "/nowhere?a=b",
            "status": 404,
            "size": len(answer.body),
        }
    ]


def test_the_size_of_a_streamed_answer_is_that_of_its_body(web: BackgroundEngine) -> None:
    get(web, "/package.rpm?size=123456")
    web.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "request.answered")
    assert [fact["size"] for fact in facts(web, "request.answered")] == [123456]


def test_bad_requests_are_facts_too(web: BackgroundEngine) -> None:
    raw(web, b"GET / HTTP/1.1\r\nno colon\r\n\r\n")
    assert [fact["status"] for fact in facts(web, "request.refused")] == [400]


def test_a_client_that_leaves_is_noted(web: BackgroundEngine) -> None:
    with raw_client(web, "http") as sock:
        sock.sendall(b"GET /package.rpm?pace=1000 HTTP/1.1\r\nHost: a\r\n\r\n")
        sock.recv(100)
    web.wait_for(lambda entry: isinstance(entry.event, Fact) and entry.event.name == "request.abandoned")
    assert facts(web, "request.answered") == []


def test_our_own_failure_is_500_without_a_traceback(
    web: BackgroundEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a secret")

    monkeypatch.setattr(home, "document", broken)
    answer = get(web, "/")
    assert answer.status == 500
    assert b"secret" not in answer.body
    crashes = [e for e in web.call(lambda made: list(made.journal)) if isinstance(e.event, Crashed)]
    assert len(crashes) == 1
    assert "a secret" in crashes[0].event.traceback
    assert get(web, "/login").status == 200
    web.call(lambda made: made.journal.clear())  # the crash was wanted


def test_our_own_failure_within_an_answer_cuts_the_connection(
    web: BackgroundEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.services.http.sites import downloads

    def broken(*_: Any) -> Any:
        yield b"begun"
        raise RuntimeError

    monkeypatch.setattr(downloads, "_content", broken)
    with pytest.raises(http.client.IncompleteRead):
        get(web, "/package.rpm")
    assert len([e for e in web.call(lambda made: list(made.journal)) if isinstance(e.event, Crashed)]) == 1
    web.call(lambda made: made.journal.clear())  # the crash was wanted


def test_unix_domain_socket(serve: Serve, tmp_path: Any) -> None:
    import socket

    path = tmp_path / "http.sock"
    serve(http={"path": str(path)})
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"<h1>Sandbox</h1>" in read_until(sock, b"never")
