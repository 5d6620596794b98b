"""Statuses, delays, Base64, links and instability."""

from __future__ import annotations

import http.client
import json
import re
import time

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.conftest import raw_client, read_until
from tests.services.http.conftest import ask, get


@pytest.mark.parametrize(
    "code", [200, 201, 204, 205, 206, 300, 304, 308, 400, 403, 404, 429, 451, 500, 503, 599]
)
def test_a_status(web: BackgroundEngine, code: int) -> None:
    answer = get(web, f"/status/{code}")
    assert (answer.status, answer.body) == (code, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "HEAD"])
def test_a_status_for_every_method(web: BackgroundEngine, method: str) -> None:
    assert ask(web, method, "/status/418").status == 418


@pytest.mark.parametrize("code", [301, 302, 303, 305, 307])
def test_statuses_that_lead_elsewhere(web: BackgroundEngine, code: int) -> None:
    answer = get(web, f"/status/{code}")
    assert (answer.status, answer.headers["Location"]) == (code, "/redirect/1")


def test_statuses_that_say_more(web: BackgroundEngine) -> None:
    assert get(web, "/status/401").headers["WWW-Authenticate"] == 'Basic realm="Fake Realm"'
    assert get(web, "/status/407").headers["Proxy-Authenticate"] == 'Basic realm="Fake Realm"'
    assert "image/webp" in json.loads(get(web, "/status/406").body)["accept"]
    assert "tea" in get(web, "/status/418").text
    assert get(web, "/status/402").body


@pytest.mark.parametrize("codes", ["201,404:0", "404:0.0,201:3", "201", "201 ,201", "201:1"])
def test_weights(web: BackgroundEngine, codes: str) -> None:
    assert get(web, f"/status/{codes.replace(' ', '%20')}").status == 201


def test_one_of_several(web: BackgroundEngine) -> None:
    seen = {get(web, "/status/200,404:2,503").status for _ in range(60)}
    assert seen == {200, 404, 503}


@pytest.mark.parametrize(
    "codes",
    ["0", "99", "600", "1000", "abc", "200,", ",", "200:x", "200:-1", "200:nan", "200:inf", "200:0", "101"],
)
def test_codes_that_are_none(web: BackgroundEngine, codes: str) -> None:
    assert get(web, f"/status/{codes}").status == 400


@pytest.mark.parametrize(("code", "line"), [(100, b"100 Continue"), (103, b"103 Early Hints"), (199, b"199")])
def test_an_informational_status_comes_before_the_final_one(
    web: BackgroundEngine, code: int, line: bytes
) -> None:
    with raw_client(web, "http") as sock:
        sock.sendall(f"GET /status/{code} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        answer = read_until(sock, b"never")
    assert answer.startswith(b"HTTP/1.1 " + line)
    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"\r\n\r\nHTTP/1.1 200 OK\r\n" in answer


def test_continue_is_nothing_to_http_client(web: BackgroundEngine) -> None:
    assert get(web, "/status/100").status == 200


def test_clients_of_http_1_0_know_no_informational_status(web: BackgroundEngine) -> None:
    with raw_client(web, "http") as sock:
        sock.sendall(b"GET /status/103 HTTP/1.0\r\n\r\n")
        assert read_until(sock, b"never").startswith(b"HTTP/1.0 200 OK\r\n")


def test_a_delay(base: str, session: requests.Session) -> None:
    began = time.monotonic()
    told = session.post(f"{base}/delay/0.1?a=1", data="x").json()
    assert time.monotonic() - began >= 0.1
    assert told["data"] == "x"
    assert set(told) == {"args", "data", "files", "form", "headers", "origin", "url"}
    assert session.get(f"{base}/delay/10ms").status_code == 200


@pytest.mark.parametrize("delay", ["abc", "-1", "nan", "inf", "1h", "", "9" * 5000, "1e5", "."])
def test_delays_that_are_none(web: BackgroundEngine, delay: str) -> None:
    assert get(web, f"/delay/{delay}").status == (400 if delay else 404)


def test_a_client_need_not_wait(web: BackgroundEngine) -> None:
    endpoint = web.endpoint("http")
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=0.1)
    connection.request("GET", "/delay/10")
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()


def test_unstable(web: BackgroundEngine) -> None:
    assert {get(web, "/unstable?failure_rate=0").status for _ in range(5)} == {200}
    assert {get(web, "/unstable?failure_rate=1").status for _ in range(5)} == {500}
    assert len({get(web, "/unstable?seed=7").status for _ in range(5)}) == 1
    assert {get(web, f"/unstable?seed={seed}").status for seed in range(20)} == {200, 500}
    for query in ("failure_rate=2", "failure_rate=x", "failure_rate=nan", "seed=x"):
        assert get(web, f"/unstable?{query}").status == 400


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0L/RgNC40LLQtdGC", "привет"),
        ("aGVsbG8=", "hello"),
        ("aGVsbG8", "hello"),
        ("Pz8_Pz8-", "????>"[:3] + "??>"),
    ],
)
def test_base64(web: BackgroundEngine, value: str, text: str) -> None:
    answer = get(web, f"/base64/{value}")
    assert (answer.status, answer.text) == (200, text)


@pytest.mark.parametrize("value", ["!!!", "a", "aGVs bG8", "%D0%B0", "aGVsbG8=x"])
def test_what_is_no_base64(web: BackgroundEngine, value: str) -> None:
    assert get(web, f"/base64/{value.replace(' ', '%20')}").status == 400


def test_links(base: str, session: requests.Session) -> None:
    answer = session.get(f"{base}/links/4")
    assert answer.url == f"{base}/links/4/0"
    assert re.findall(r'href="(.*?)"', answer.text) == ["/links/4/1", "/links/4/2", "/links/4/3"]


@pytest.mark.parametrize(("n", "count"), [("0", 0), ("1", 0), ("200", 199), ("999", 199)])
def test_the_number_of_links(web: BackgroundEngine, n: str, count: int) -> None:
    assert get(web, f"/links/{n}/0").text.count("href=") == count
