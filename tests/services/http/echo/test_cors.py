"""Scripts of other sites may look."""

from __future__ import annotations

import pytest

from sandbox.background import BackgroundEngine
from tests.services.http.conftest import ask, get


@pytest.mark.parametrize(
    "path", ["/get", "/stream/1", "/status/500", "/redirect/0", "/range/5", "/drip?duration=0"]
)
def test_every_answer_is_shared(web: BackgroundEngine, path: str) -> None:
    assert get(web, path).headers["Access-Control-Allow-Origin"] == "*"
    shared = get(web, path, Origin="http://other.test").headers
    assert shared.get_all("Access-Control-Allow-Origin") == ["http://other.test"]
    assert shared["Access-Control-Allow-Credentials"] == "true"


def test_a_preflight(web: BackgroundEngine) -> None:
    fields = {
        "Origin": "http://other.test",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-one, content-type",
    }
    answer = ask(web, "OPTIONS", "/put", headers=fields)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "http://other.test"
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert answer.headers["Access-Control-Allow-Headers"] == "x-one, content-type"
    assert answer.headers["Access-Control-Max-Age"] == "3600"
    assert answer.headers["Allow"] == "PUT, OPTIONS"


def test_options_of_templates(web: BackgroundEngine) -> None:
    assert ask(web, "OPTIONS", "/anything/a/b").headers["Allow"].endswith("TRACE, HEAD, OPTIONS")
    assert ask(web, "OPTIONS", "/cookies/set/a/b").headers["Allow"] == "GET, HEAD, OPTIONS"


def test_an_origin_that_is_none(web: BackgroundEngine) -> None:
    fields = {"Origin": "\xff", "Access-Control-Request-Headers": "\xff"}
    answer = ask(web, "OPTIONS", "/get", headers=fields)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] is None
