"""What was sent comes back, in httpbin's words."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.conftest import raw_client, read_until
from tests.services.http.conftest import ask, get


def test_get_tells_arguments_fields_origin_and_url(base: str, session: requests.Session) -> None:
    answer = session.get(f"{base}/get", params={"one": "1", "many": ["a", "b"], "none": ""})
    told = answer.json()
    assert told["args"] == {"one": "1", "many": ["a", "b"], "none": ""}
    assert told["headers"]["User-Agent"] == answer.request.headers["User-Agent"]
    assert told["origin"] == "127.0.0.1"
    assert told["url"] == f"{base}/get?one=1&many=a&many=b&none="
    assert set(told) == {"args", "headers", "origin", "url"}


def test_the_json_is_sorted_indented_and_ends_with_a_line(web: BackgroundEngine) -> None:
    body = get(web, "/get?b=2&a=1").text
    assert body == json.dumps(json.loads(body), indent=2, sort_keys=True) + "\n"
    assert get(web, "/get").headers["Content-Type"] == "application/json"


def test_urllib_reads_it(base: str) -> None:
    request = urllib.request.Request(f"{base}/get?x=%D0%B0", headers={"X-Test": "yes"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        told = json.load(answer)
    assert told["args"] == {"x": "а"}
    assert told["headers"]["X-Test"] == "yes"
    assert told["url"].endswith("/get?x=а")


@pytest.mark.parametrize(
    ("query", "args"),
    [
        ("a=%EB%CF&b=%D0%B0%EB", {"a": "%EB%CF", "b": "а%EB"}),
        ("&&a&=&=1", {"a": "", "": ["", "1"]}),
        ("a=b=c;d", {"a": "b=c;d"}),
        ("a=%zz+%2B", {"a": "%zz +"}),
    ],
)
def test_odd_queries(web: BackgroundEngine, query: str, args: object) -> None:
    assert json.loads(get(web, f"/get?{query}").body)["args"] == args


def test_fields_have_capitalised_names_and_repeated_ones_are_joined(web: BackgroundEngine) -> None:
    request = (
        b"GET /headers HTTP/1.1\r\nhost: h\r\nx-two: a\r\nX-TWO: b\r\nx-utf: \xc3\xa4\r\nx-latin: \xe4\r\n"
    )
    with raw_client(web, "http") as sock:
        sock.sendall(request + b"Connection: close\r\n\r\n")
        body = read_until(sock, b"never").partition(b"\r\n\r\n")[2]
    told = json.loads(body)["headers"]
    assert told == {"Host": "h", "X-Two": "a,b", "X-Utf": "ä", "X-Latin": "ä", "Connection": "close"}


def test_fields_of_proxies_are_hidden_unless_asked_for(base: str, session: requests.Session) -> None:
    fields = {"Via": "1.1 p", "X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}
    told = session.get(f"{base}/get", headers=fields).json()
    assert not set(fields) & set(told["headers"])
    assert told["origin"] == "1.2.3.4"
    assert told["url"].startswith("https://")
    shown = session.get(f"{base}/headers?show_env=1", headers=fields).json()["headers"]
    assert fields.items() <= shown.items()


def test_an_absolute_target_is_the_url(web: BackgroundEngine) -> None:
    told = json.loads(get(web, "http://httpbin.org/get?a=1", host="elsewhere.test").body)
    assert told["url"] == "http://httpbin.org/get?a=1"


def test_a_client_of_http_1_0_without_host(web: BackgroundEngine, base: str) -> None:
    with raw_client(web, "http") as sock:
        sock.sendall(b"GET /get HTTP/1.0\r\n\r\n")
        body = read_until(sock, b"never").partition(b"\r\n\r\n")[2]
    assert json.loads(body)["url"] == f"{base}/get"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_method_has_its_own_path(base: str, session: requests.Session, method: str) -> None:
    answer = session.request(method, f"{base}/{method.lower()}", data="text")
    assert answer.json()["data"] == "text"
    refused = session.get(f"{base}/{method.lower()}")
    assert refused.status_code == 405
    assert method in refused.headers["Allow"].split(", ")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/anything", "/anything/", "/anything/a/b%2Fc//d"])
def test_anything_takes_every_method_and_path(
    base: str, session: requests.Session, method: str, path: str
) -> None:
    told = session.request(method, f"{base}{path}?q=1").json()
    assert told["method"] == method
    assert told["url"] == f"{base}{path}?q=1"
    assert set(told) == {"args", "data", "files", "form", "headers", "json", "method", "origin", "url"}


@pytest.mark.parametrize("path", ["/get", "/head", "/anything/x", "/stream/3", "/drip?duration=0"])
def test_head_has_no_body(web: BackgroundEngine, path: str) -> None:
    answer = ask(web, "HEAD", path)
    assert (answer.status, answer.body) == (200, b"")


def test_small_questions(base: str, session: requests.Session) -> None:
    assert session.get(f"{base}/ip").json() == {"origin": "127.0.0.1"}
    assert session.get(f"{base}/user-agent", headers={"User-Agent": "me"}).json() == {"user-agent": "me"}
    found = [session.get(f"{base}/uuid").json()["uuid"] for _ in range(2)]
    assert len(set(found)) == 2
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", one) for one in found
    )


def test_no_user_agent_is_null(web: BackgroundEngine) -> None:
    assert json.loads(get(web, "/user-agent").body) == {"user-agent": None}


def test_a_dump_keeps_order_and_case(web: BackgroundEngine) -> None:
    request = b"POST /dump/request?x HTTP/1.1\r\nhost: h\r\nX-b: 1\r\nx-A: \xff\r\nContent-Length: 3\r\n\r\n\x00\r\n"
    with raw_client(web, "http") as sock:
        sock.sendall(request)
        head = read_until(sock, b"\r\n\r\n" + request)
    assert head.endswith(b"\r\n\r\n" + request)


def test_an_upload_is_counted(base: str, session: requests.Session) -> None:
    blocks = (b"x" * 100_000 for _ in range(20))
    told = session.put(f"{base}/upload", data=blocks).json()
    assert told["bytes_received"] == 2_000_000
    assert told["headers"]["Transfer-Encoding"] == "chunked"
