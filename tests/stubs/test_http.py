"""Stubs of HTTP, asked by the standard library's client."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import AsyncSandbox, Sandbox, SettingsError
from sandbox.observation import Unexpected, WaitTimeout
from sandbox.stubs import HttpAnswer, HttpRequest
from sandbox.stubs.templates import filled


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(services=("http",)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.reset()
    yield running
    running.reset()


def ask(
    sandbox: Sandbox | AsyncSandbox, method: str, target: str, body: Any = None, **headers: str
) -> tuple[int, bytes]:
    client = sandbox.http.client()
    client.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = client.getresponse()
    content = response.read()
    client.close()
    return response.status, content


def test_what_is_expected_is_answered_and_everything_else_is_as_always(sandbox: Sandbox) -> None:
    stub = sandbox.http.expect("POST", "/orders/{id}", json={"total": 5}).respond(201, json={"ok": True})
    order = json.dumps({"total": 5, "note": "soon"})
    assert ask(sandbox, "POST", "/orders/7?x=1", order) == (201, b'{"ok": true}')
    assert ask(sandbox, "GET", "/orders/7")[0] == 404
    assert ask(sandbox, "POST", "/orders/7", '{"total": 4}')[0] == 404
    (request,) = stub.requests
    assert request.parameters == {"id": "7"}
    assert request.query == {"x": "1"}
    assert request.json == {"total": 5, "note": "soon"}
    stub.assert_called(exactly=1)
    facts = [fact["stub"] for fact in sandbox.journal.facts("stub.matched")]
    assert facts == [stub.name]


@pytest.mark.parametrize(
    ("expected", "fits", "misses"),
    [
        ({"path": "/a/*"}, {"target": "/a/b/c"}, {"target": "/b"}),
        ({"path": "/^/a/[0-9]+$/"}, {"target": "/a/12"}, {"target": "/a/b"}),
        ({"path": re.compile("x$")}, {"target": "/ax"}, {"target": "/xa"}),
        ({"path": "/a b"}, {"target": "/a%20b"}, {"target": "/a+b"}),
        ({"method": "get"}, {"method": "GET"}, {"method": "PUT"}),
        ({"host": "shop.test"}, {"Host": "Shop.test:80"}, {"Host": "other.test"}),
        ({"query": {"q": "a*"}}, {"target": "/?q=abc&p"}, {"target": "/?q=bc"}),
        ({"headers": {"x-key": "/^[a-f]+$/"}}, {"X-Key": "abc"}, {"X-Key": "xyz"}),
        ({"headers": {"x-key": "*"}}, {"X-Key": ""}, {}),
        (
            {"form": {"name": "Ann"}},
            {"body": "name=Ann&age=3", "Content_Type": "application/x-www-form-urlencoded"},
            {"body": "name=Ann"},
        ),
        ({"json": [1, {"a": "*"}]}, {"body": '[1, {"a": "b"}]'}, {"body": "[1]"}),
        ({"body": b"\x00\xff"}, {"body": b"\x00\xff"}, {"body": b"\x00"}),
        ({"body": "*б*"}, {"body": "абв".encode()}, {"body": "г".encode()}),
        ({"matches": lambda request: len(request.body) > 2}, {"body": "abc"}, {"body": "ab"}),
        ({"listener": "main"}, {}, None),
    ],
)
def test_each_condition(
    sandbox: Sandbox, expected: dict[str, Any], fits: dict[str, Any], misses: dict[str, Any] | None
) -> None:
    stub = sandbox.http.expect(**expected).respond(299)
    base = {"method": "POST", "target": "/"}
    assert ask(sandbox, **base | fits)[0] == 299
    if misses is not None:
        assert ask(sandbox, **base | misses)[0] != 299
    stub.assert_called(exactly=1)


def test_answers_come_in_turn_and_the_last_one_stays(sandbox: Sandbox) -> None:
    sandbox.http.expect(path="/a").respond(503, headers={"Retry-After": "1"}).respond(text="now")
    assert [ask(sandbox, "GET", "/a") for _ in range(3)] == [(503, b""), (200, b"now"), (200, b"now")]


def test_the_last_stub_that_fits_answers_until_it_rests(sandbox: Sandbox) -> None:
    sandbox.http.expect(path="/*").respond(text="all")
    sandbox.http.expect(path="/a", times=1).respond(text="once")
    assert [ask(sandbox, "GET", "/a")[1] for _ in range(2)] == [b"once", b"all"]


def test_ordered_stubs_wait_for_their_turn(sandbox: Sandbox) -> None:
    sandbox.http.expect(path="/enter", ordered="visit").respond(text="in")
    out = sandbox.http.expect(path="/leave", ordered="visit").respond(text="out")
    assert ask(sandbox, "GET", "/leave")[0] == 404
    with pytest.raises(Unexpected, match="its turn in 'visit' had not come"):
        out.assert_called()
    assert ask(sandbox, "GET", "/enter")[1] == b"in"
    assert ask(sandbox, "GET", "/enter")[0] == 404
    assert ask(sandbox, "GET", "/leave")[1] == b"out"
    sandbox.stubs.verify()


def test_bodies_have_their_types(sandbox: Sandbox, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>", encoding="utf-8")
    sandbox.http.expect(path="/").respond(file=page).respond(text="ä").respond(body=b"\0").respond(json=None)
    client = sandbox.http.client()
    seen = []
    for _ in range(4):
        client.request("GET", "/")
        response = client.getresponse()
        seen.append((response.headers["Content-Type"], response.read()))
    client.close()
    assert seen == [
        ("text/html", b"<p>"),
        ("text/plain; charset=utf-8", "ä".encode()),
        ("application/octet-stream", b"\0"),
        ("application/json", b"null"),
    ]


def test_templates_know_the_request(sandbox: Sandbox) -> None:
    sandbox.http.expect("POST", "/users/{name}").respond(
        json={"hello": "{{ request.parameters.name }}", "n": ["{{ request.json.n + 1 }}"]}, template=True
    )
    assert json.loads(ask(sandbox, "POST", "/users/ann", '{"n": 1}')[1]) == {"hello": "ann", "n": ["2"]}


def test_a_template_that_cannot_be_read_is_told_at_once(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="is no template"):
        sandbox.http.expect().respond(text="{{", template=True)


@pytest.mark.parametrize(
    "text", ["{{ 'x' * 10000000000 }}", "{{ 10 ** 1000000000 }}", "{{ [0] * 10000000000 }}"]
)
def test_a_template_does_not_fill_the_memory(sandbox: Sandbox, text: str) -> None:
    with pytest.raises(ValueError, match="only numbers"):
        filled(text, None)
    assert filled("{{ 6 * 7 }}", None) == "42"


def test_a_template_gets_nowhere_near_the_interpreter(sandbox: Sandbox) -> None:
    sandbox.http.expect().respond(text="{{ request.__class__.__mro__ }}", template=True)
    assert ask(sandbox, "GET", "/")[0] == 500


@pytest.mark.parametrize(
    ("value", "status", "body"),
    [
        (HttpAnswer(status=202, text="x"), 202, b"x"),
        (None, 200, b""),
        (404, 404, b""),
        ("a", 200, b"a"),
        (b"a", 200, b"a"),
        ({"a": 1}, 200, b'{"a": 1}'),
    ],
)
def test_a_handler_may_return_what_is_at_hand(
    sandbox: Sandbox, value: object, status: int, body: bytes
) -> None:
    sandbox.http.expect().respond_with(lambda _: value)
    assert ask(sandbox, "GET", "/") == (status, body)


def test_a_handler_has_a_thread_of_its_own_and_may_use_the_sandbox(sandbox: Sandbox) -> None:
    threads = []

    def handler(request: HttpRequest) -> str:
        threads.append(threading.current_thread())
        return f"{request.path} {len(sandbox.mail.messages)}"

    sandbox.http.expect().respond_with(handler)
    assert ask(sandbox, "GET", "/p") == (200, b"/p 0")
    assert threads[0] is not threading.current_thread()


def test_a_handler_may_be_a_coroutine(sandbox: Sandbox) -> None:
    async def handler(request: HttpRequest) -> str:
        return request.method

    sandbox.http.expect().respond_with(handler)
    assert ask(sandbox, "GET", "/") == (200, b"GET")


def test_a_handler_that_fails_is_an_error_500_and_fails_the_test(sandbox: Sandbox) -> None:
    sandbox.http.expect(name="bad").respond_with(lambda request: request.nothing)
    status, body = ask(sandbox, "GET", "/")
    assert status == 500
    assert b"AttributeError" in body
    with pytest.raises(Unexpected, match="stub 'bad': its function raised AttributeError"):
        sandbox.stubs.verify(unused=False)


def raising(error: type[BaseException]) -> Callable[[object], str]:
    def handler(request: object) -> str:
        raise error("no more")

    return handler


#: What is no Exception, and what no future takes; the first is what a test's own function raises by pytest.fail().
@pytest.mark.parametrize("error", [pytest.fail.Exception, SystemExit, StopIteration])
def test_a_handler_may_raise_anything(sandbox: Sandbox, error: type[BaseException]) -> None:
    sandbox.http.expect(path="/a").respond_with(raising(error))
    sandbox.http.expect(path="/b", matches=raising(error))
    assert ask(sandbox, "GET", "/a")[0] == 500
    assert ask(sandbox, "GET", "/b")[0] == 404
    with pytest.raises(Unexpected, match=r"(?s)'stub-1': its function raised.*'stub-2': its function raised"):
        sandbox.stubs.verify(unused=False)


def test_a_coroutine_may_raise_anything(sandbox: Sandbox) -> None:
    async def handler(request: HttpRequest) -> None:
        pytest.fail("no more")

    sandbox.http.expect().respond_with(handler)
    assert ask(sandbox, "GET", "/")[0] == 500
    with pytest.raises(Unexpected, match="no more"):
        sandbox.stubs.verify()


def test_a_condition_that_fails_fails_the_test_too(sandbox: Sandbox) -> None:
    sandbox.http.expect(matches=lambda request: request.nothing)
    assert ask(sandbox, "GET", "/nowhere")[0] == 404
    with pytest.raises(Unexpected, match="its function raised AttributeError"):
        sandbox.stubs.verify(unused=False)


def test_near_misses_say_which_condition_failed(sandbox: Sandbox) -> None:
    stub = sandbox.http.expect("POST", "/orders", json={"total": 5}, name="order").respond(201)
    ask(sandbox, "GET", "/elsewhere")
    ask(sandbox, "POST", "/orders", '{"total": 4}')
    with pytest.raises(Unexpected) as failed:
        stub.assert_called()
    assert str(failed.value) == (
        "http stub 'order' (method='POST' path='/orders' json={'total': 5}) was asked never, expected at least once\n"
        "  the nearest was POST /orders\n"
        "    method='POST': fits\n"
        "    path='/orders': fits\n"
        "    json={'total': 5}: it was {'total': 4}"
    )


def test_verify_tells_unused_stubs_and_if_asked_unmatched_requests(sandbox: Sandbox) -> None:
    sandbox.http.expect(path="/a", times=2)
    ask(sandbox, "GET", "/a")
    with pytest.raises(Unexpected, match="asked once, expected exactly 2 times"):
        sandbox.stubs.verify()
    ask(sandbox, "GET", "/a")
    ask(sandbox, "GET", "/b")
    sandbox.stubs.verify()
    with pytest.raises(Unexpected, match=r"(?s)no stub answered GET /b.*path='/a': it was '/b'"):
        sandbox.stubs.verify(unmatched=True)


def test_what_must_never_come(sandbox: Sandbox) -> None:
    stub = sandbox.http.expect("DELETE")
    stub.assert_never()
    ask(sandbox, "DELETE", "/x")
    with pytest.raises(Unexpected, match="DELETE /x"):
        stub.assert_never()


def test_a_delay_comes_before_the_answer(sandbox: Sandbox) -> None:
    sandbox.http.expect().respond(delay=0.05)
    ask(sandbox, "GET", "/")
    received, sent = (
        next(e.time for e in sandbox.journal.entries if type(e.event).__name__ == kind)
        for kind in ("Received", "Sent")
    )
    assert sent - received >= 0.04


def test_pages_that_read_the_body_still_can(sandbox: Sandbox) -> None:
    sandbox.http.expect(path="/elsewhere")
    assert b"200000" in ask(sandbox, "POST", "/upload", b"x" * 200_000, Host="httpbin.org")[1]


def test_reset_clears_stubs_and_removing_too(sandbox: Sandbox) -> None:
    sandbox.http.expect(path="/a", name="a").respond(299)
    ask(sandbox, "GET", "/a")
    sandbox.stubs.remove("a")
    assert ask(sandbox, "GET", "/a")[0] == 404
    sandbox.http.expect(path="/a", name="b").respond(299)
    sandbox.reset()
    assert ask(sandbox, "GET", "/a")[0] == 404
    assert list(sandbox.stubs) == []
    assert sandbox.stubs.unmatched == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"path": "/^(/"}, "no regular expression"),
        ({"query": {"a": "/(/"}}, "no regular"),
        ({"times": 0}, "times"),
        ({"method": "/orders"}, r"method: '/orders' is a path, so say path='/orders'"),
        ({"path": "orders"}, "path: 'orders' does not begin with /"),
        ({"path": "http://a.test/orders"}, "is a URL"),
        ({"path": "/orders?id=1"}, "path: '/orders.id=1' has a query"),
        ({"query": "id=1"}, "query: 'id=1' is no mapping"),
        ({"body": 5}, "body: 5 is neither"),
    ],
)
def test_mistakes_are_told_at_once(sandbox: Sandbox, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        sandbox.http.expect(**wrong)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"status": 99}, "^status: Input should be greater than or equal to 200, not 99$"),
        ({"status": "201"}, "^status: Input should be a valid integer, not '201'$"),
        ({"text": "a", "json": 1}, "^has more than one body: json and text$"),
        ({"headers": {"A": "b\r\nC: d"}}, "^headers.A: has a line end"),
        ({"headers": {"A b": "c"}}, "^headers.A b: is no name"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "is left to the server"),
        ({"delay": "soon"}, "^delay: "),
    ],
)
def test_mistakes_in_answers_are_told_at_once(sandbox: Sandbox, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        sandbox.http.expect().respond(**wrong)


def test_an_answer_is_no_function(sandbox: Sandbox) -> None:
    answer: Any = 404
    with pytest.raises(TypeError, match="takes a function, not 404"):
        sandbox.http.expect().respond_with(answer)


def test_fields_may_be_numbers_and_come_several_times(sandbox: Sandbox) -> None:
    cookies: dict[str, Any] = {"Retry-After": 60, "Set-Cookie": ["a=1", "b={{ request.query.b }}"]}
    sandbox.http.expect(query={"b": 2}).respond(headers=cookies, template=True)
    with sandbox.http.opener().open(sandbox.http.url_for("/?b=2")) as response:
        assert response.headers["Retry-After"] == "60"
        assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_numbers_are_texts_in_the_configuration_too() -> None:
    stub = {"service": "http", "query": {"b": 2}, "answers": [{"status": 299, "headers": {"Retry-After": 5}}]}
    with (
        Sandbox({"services": {"http": {}}, "stubs": [stub]}) as sandbox,
        sandbox.http.opener().open(sandbox.http.url_for("/?b=2")) as response,
    ):
        assert (response.status, response.headers["Retry-After"]) == (299, "5")


def test_who_waits_hears_that_a_request_is_not_answered_yet(sandbox: Sandbox) -> None:
    sandbox.http.expect(path="/slow").respond(delay=3600)
    client = sandbox.http.client()
    client.request("GET", "/slow")
    sandbox.journal.wait("stub.matched")
    with pytest.raises(WaitTimeout, match="1 request came, of which 1 fit; not answered yet: 1"):
        sandbox.http.wait(path="/slow", timeout=0)
    assert [request.status for request in sandbox.http.requests(path="/slow")] == [None]


def test_a_template_ends_no_header_field(sandbox: Sandbox) -> None:
    sandbox.http.expect().respond(headers={"X": "{{ request.query.x }}"}, template=True)
    status, said = ask(sandbox, "GET", "/?x=a%0d%0aB:c")
    assert (status, b"headers.X: has a line end" in said) == (500, True)
    with pytest.raises(Unexpected, match=r"headers\.X: has a line end"):
        sandbox.stubs.verify()


def test_a_multipart_form(sandbox: Sandbox) -> None:
    stub = sandbox.http.expect("POST", form={"name": "Änn"}).respond(299)
    parts = [
        '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nÄnn\r\n',
        '--b\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n\r\n\x89PNG\r\n--b--\r\n',
    ]
    kind = "multipart/form-data; boundary=b"
    assert ask(sandbox, "POST", "/", "".join(parts).encode(), Content_Type=kind)[0] == 299
    assert stub.requests[0].form == {"name": "Änn"}
    [request] = sandbox.http.wait(form={"name": "Änn"})
    assert request.form == {"name": "Änn"}


def test_stubs_of_the_configuration() -> None:
    stub = {
        "service": "http",
        "name": "weather",
        "path": "/weather/{city}",
        "answers": [{"json": {"city": "{{ request.parameters.city }}"}, "template": True}, {"status": 429}],
    }
    with Sandbox(services=("http",), stubs=[stub]) as sandbox:
        for _ in range(2):
            assert ask(sandbox, "GET", "/weather/Berlin") == (200, b'{"city": "Berlin"}')
            assert ask(sandbox, "GET", "/weather/Berlin")[0] == 429
            sandbox.reset()


async def test_on_a_loop() -> None:
    import asyncio

    async with Sandbox(services=("http",)) as sandbox:
        stub = sandbox.http.expect(path="/a").respond(text="b")
        assert await asyncio.to_thread(ask, sandbox, "GET", "/a") == (200, b"b")
        stub.assert_called(exactly=1)


def test_mistakes_in_the_configuration_are_told_with_their_place() -> None:
    stub = {"service": "http", "path": "/a?b=1", "answers": [{"headers": {"A": "b\nc"}}]}
    with pytest.raises(SettingsError, match=r"stubs\.0\.answers\.0\.headers\.A: has a line end"):
        Sandbox({"services": {"http": {}}, "stubs": [stub]})
    stub["answers"] = []
    with pytest.raises(SettingsError, match=r"stubs\.0\.path: '/a\?b=1' has a query"):
        Sandbox({"services": {"http": {}}, "stubs": [stub]})


def test_leaving_the_sandbox_fails_if_a_handler_did() -> None:
    with pytest.raises(Unexpected, match="ZeroDivision"), Sandbox(services=("http",)) as sandbox:  # noqa: PT012
        sandbox.http.expect().respond_with(lambda request: 1 / 0)
        ask(sandbox, "GET", "/")
    assert not sandbox.running
