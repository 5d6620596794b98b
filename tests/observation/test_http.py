"""Requests and answers out of octets, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.journal import Received, Sent
from sandbox.observation import Observer, Query
from sandbox.observation.http import Request
from sandbox.observation.kinds import Requests
from sandbox.observation.messages import HeardStream
from tests.observation.conftest import Story

POST = (
    b"POST /a%20b?x=1&x=2&y= HTTP/1.1\r\nHost: Example.org:8080\r\nContent-Type: application/json\r\n"
    b'Content-Length: 15\r\n\r\n{"name": "Bob"}'
)
FORM = (
    b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n4;x=y\r\n&b=2\r\n0\r\nTrailer: x\r\n\r\n"
)
HEAD = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
HEAD_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.0 200 OK\r\n\r\nall there is"


def exchange(
    story: Story, asked: bytes, answered: bytes, cut: int = 1_000_000, *, close: bool = True
) -> list[Request]:
    number = story.connect("http")
    for start in range(0, len(asked), cut):
        story.journal.append(Received(number, "http", asked[start : start + cut]))
    for start in range(0, len(answered), cut):
        story.journal.append(Sent(number, "http", answered[start : start + cut]))
    if close:
        story.close(number, "http")
    return Requests(story).all()


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 20, 10_000])
def test_pipelined_requests_at_every_size(story: Story, cut: int) -> None:
    requests = exchange(story, POST + FORM + HEAD + POST, OK + CHUNKED + HEAD_OK + UNTIL_CLOSE, cut)
    assert [str(request) for request in requests] == [
        "POST /a%20b?x=1&x=2&y= → 200",
        "POST /form → 201",
        "HEAD / → 200",
        "POST /a%20b?x=1&x=2&y= → 200",
    ]
    post, form, head, last = requests
    assert (post.path, post.query, post.host) == ("/a b", {"x": "2", "y": ""}, "example.org:8080")
    assert post.query_all == [("x", "1"), ("x", "2"), ("y", "")]
    assert post.json == {"name": "Bob"}
    assert (form.body, form.form, form.json) == (b"a=1&b=2", {"a": "1", "b": "2"}, None)
    answers = [request.response.body for request in requests if request.response]
    assert answers == [b"ok", b"hello", b"", b"all there is"]
    assert form.response is not None
    assert (form.response.reason, form.response.text) == ("Created", "hello")
    assert last.secure is False
    assert head.text == ""


def test_an_interim_answer_is_none(story: Story) -> None:
    (request,) = exchange(story, POST, b"HTTP/1.1 100 Continue\r\n\r\n" + OK)
    assert request.status == 200


def test_without_an_answer(story: Story) -> None:
    (request,) = exchange(story, POST, b"", close=False)
    assert (request.status, request.response) == (None, None)
    assert Requests(story).ready() == []
    story.close(1, "http")
    assert [request.status for request in Requests(story).ready()] == [None]


def test_half_a_request_is_none(story: Story) -> None:
    assert exchange(story, POST[:-1], b"", close=False) == []
    assert exchange(story, POST[:20], b"") == []


def test_a_tunnel_ends_the_reading(story: Story) -> None:
    connect = b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"
    (request,) = exchange(story, connect, b"HTTP/1.1 200 OK\r\n\r\n")
    assert (request.method, request.path, request.status) == ("CONNECT", "example.org:443", 200)


def test_absolute_targets(story: Story) -> None:
    (request,) = exchange(story, b"GET http://A.test/x?y=1 HTTP/1.1\r\nHost: b\r\n\r\n", OK)
    assert (request.host, request.path, request.query) == ("a.test", "/x", {"y": "1"})


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_octets_raise(asked: bytes, answered: bytes) -> None:
    for request in exchange(Story(), asked, answered) + exchange(
        Story(), POST[:30] + asked, OK[:20] + answered
    ):
        assert str(request)
        assert len([request.path, request.query, request.form, request.json, request.host, request.text]) == 6


def test_octets_that_are_no_http_end_the_reading() -> None:
    stream = HeardStream(requests=True)
    for data in (HEAD, b"\x16\x03\x01\r\n\r\n", HEAD):
        stream.feed(data, 1)
    assert stream.broken
    assert len(stream.heard) == 1


def test_what_the_timeline_has_forgotten_is_forgotten(story: Story, observer: Observer) -> None:
    exchange(story, POST, OK, close=False)
    assert len(observer.requests.all()) == 1
    story.journal.clear()
    assert observer.requests.all() == []
    story.talk(1, "http", HEAD)  # the connection lives on
    story.journal.append(Sent(1, "http", HEAD_OK))
    assert [str(request) for request in observer.requests.all()] == ["HEAD / → 200"]


def test_conditions(story: Story) -> None:
    exchange(story, POST + FORM, OK + CHUNKED)
    kind = Requests(story)

    def paths(**wanted: object) -> list[str]:
        return [request.path for request in Query.of(kind, wanted).found()]

    assert paths(method="post", host="example.org") == ["/a b"]
    assert paths(host="EXAMPLE.org:8080") == ["/a b"]
    assert paths(json={"name": "Bob"}) == ["/a b"]
    assert paths(form={"b": "2"}) == ["/form"]
    assert paths(query={"x": "2"}) == ["/a b"]
    assert paths(body=b"a=1") == ["/form"]
    assert paths(body="a=1") == ["/form"]
    assert paths(status=201) == ["/form"]
    assert paths(headers={"content-type": "application/json"}) == ["/a b"]
    assert paths(path="/f*") == ["/form"]


def test_going_back_to_a_snapshot(observer: Observer, story: Story) -> None:
    exchange(story, POST, OK)
    snapshot = story.journal.snapshot()
    exchange(story, FORM, OK)
    assert [request.path for request in observer.requests.all()] == ["/a b", "/form"]
    story.journal.restore(snapshot)
    assert [request.path for request in observer.requests.all()] == ["/a b"]
    assert story.connect("smtp") == 2
    story.talk(2, "smtp", "C: ehlo x HTTP/1.1", "C:")
    assert [request.path for request in observer.requests.all()] == ["/a b"]
    story.journal.clear()
    assert observer.requests.all() == []


def test_an_answer_before_the_end_of_the_request(story: Story) -> None:
    (request,) = exchange(story, POST[:-5], b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
    assert (request.status, request.body) == (413, b'{"name": "')
