"""Posts that another service takes."""

from __future__ import annotations

import xmlrpc.client

import pytest

from sandbox.background import BackgroundEngine
from tests.conftest import Serve
from tests.services.http.conftest import ask

XML = {"Content-Type": "text/xml"}


async def shout(body: bytes, connection: int) -> bytes:
    return body.upper()


@pytest.fixture
def taker(web: BackgroundEngine) -> BackgroundEngine:
    """A sandbox in which some service takes such posts."""
    web.call(lambda made: made._context.posts.by_type.update({"text/xml": shout}))
    return web


@pytest.mark.parametrize("path", ["/", "/RPC2", "/anywhere/else", "/robots.txt"])
@pytest.mark.parametrize("media_type", ["text/xml", "application/xml", "text/xml; charset=utf-8"])
def test_calls_are_handed_over_on_any_path(taker: BackgroundEngine, path: str, media_type: str) -> None:
    answer = ask(taker, "POST", path, body=b"call", headers={"Content-Type": media_type})
    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, "text/xml", b"CALL")


def test_a_page_that_takes_posts_keeps_them(taker: BackgroundEngine) -> None:
    assert ask(taker, "POST", "/login", body=b"call", headers=XML).status == 403


def test_other_posts_are_not_calls(taker: BackgroundEngine) -> None:
    assert ask(taker, "POST", "/", body=b"call", headers={"Content-Type": "text/plain"}).status == 405
    assert ask(taker, "POST", "/RPC2", body=b"call").status == 404


def test_the_xmlrpc_service_answers_behind_both_paths(serve: Serve) -> None:
    sandbox = serve(http={}, xmlrpc={})
    endpoint = sandbox.endpoint("http")
    for path in ("", "/", "/RPC2", "/anywhere"):
        with xmlrpc.client.ServerProxy(f"http://{endpoint.host}:{endpoint.port}{path}") as server:
            assert server.add(3, 5) == 8


def test_the_xmlrpc_service_is_not_handed_more_than_it_takes(serve: Serve) -> None:
    sandbox = serve(http={}, xmlrpc={"max_request": 1000})
    answer = ask(sandbox, "POST", "/RPC2", body=b" " * 1001, headers=XML)
    assert (answer.status, answer.text.splitlines()[-1]) == (413, "A call has 1000 octets at the most.")
    assert ask(sandbox, "POST", "/RPC2", body=iter([b" " * 1001]), headers=XML).status == 413
    assert ask(sandbox, "POST", "/RPC2", body=b" " * 1000, headers=XML).status == 200


def test_without_a_taker_the_media_type_is_not_supported(web: BackgroundEngine) -> None:
    assert ask(web, "POST", "/RPC2", body=b"call", headers=XML).status == 415
