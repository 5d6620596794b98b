"""The route table."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.services.http.routing import Routes


async def first(**_: Any) -> Any: ...


async def second(**_: Any) -> Any: ...


def table(*rows: tuple[str, str]) -> Routes:
    made = Routes()
    for methods, template in rows:
        made.add(methods, template, first)
    return made


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("/a", "/a", {}),
        ("/status/{codes}", "/status/200%2C%20300", {"codes": "200, 300"}),
        ("/anything/{rest*}", "/anything/", {"rest": ""}),
        ("/anything/{rest*}", "/anything/a/b%2Fc", {"rest": "a/b/c"}),
        ("/{path*}.rpm", "/a/b.rpm", {"path": "a/b"}),
        ("/auth/{user}/{password}", "/auth/ann/a%2Fb", {"user": "ann", "password": "a/b"}),
    ],
)
def test_templates(template: str, path: str, parameters: dict[str, str]) -> None:
    route = table(("GET", template)).find("GET", path)
    assert route is not None
    assert route.handler is first
    assert route.parameters == parameters


@pytest.mark.parametrize("path", ["/status", "/status/", "/status/1/2", "status/1", "", "*"])
def test_paths_that_do_not_fit(path: str) -> None:
    assert table(("GET", "/status/{codes}")).find("GET", path) is None


def test_head_comes_from_get_and_every_path_knows_options() -> None:
    routes = table(("GET POST", "/a"))
    assert routes.find("HEAD", "/a").handler is first  # type: ignore[union-attr]
    refused = routes.find("DELETE", "/a")
    assert refused is not None
    assert refused.handler is None
    assert refused.allowed == ("GET", "HEAD", "OPTIONS", "POST")


def test_exact_paths_come_before_templates_and_the_first_template_wins() -> None:
    routes = Routes()
    routes.add("GET", "/{any*}", second)
    routes.add("GET", "/a/{name}", first)
    routes.add("GET", "/a/b", second)
    assert routes.find("GET", "/a/b").handler is second  # type: ignore[union-attr]
    assert routes.find("GET", "/a/c").handler is first  # type: ignore[union-attr]
    assert routes.find("GET", "/c").handler is second  # type: ignore[union-attr]


def test_a_template_that_has_the_method_wins_over_one_that_only_has_the_path() -> None:
    routes = Routes()
    routes.add("GET", "/a/{name}", first)
    routes.add("POST", "/a/{name*}", second)
    assert routes.find("POST", "/a/b").handler is second  # type: ignore[union-attr]


def test_included_routes_win() -> None:
    routes, other = table(("GET", "/a")), Routes()
    other.add("GET", "/a", second)
    other.add("GET", "/b/{c}", second)
    routes.include(other)
    assert routes.find("GET", "/a").handler is second  # type: ignore[union-attr]
    assert routes.find("GET", "/b/1").handler is second  # type: ignore[union-attr]


def test_a_template_begins_with_a_slash() -> None:
    with pytest.raises(ValueError, match="slash"):
        table(("GET", "a"))
