"""Large bodies are worked on in a thread: the event loop, and so every other client, goes on."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.services.http import forms
from sandbox.services.http.aside import LARGE, aside
from tests.services.http.conftest import ask

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("host", "target", "module", "function"),
    [
        (None, "/post", json, "dumps"),
        (None, "/anything", json, "dumps"),
        (None, "/delay/0", json, "dumps"),
        ("example.com", "/", json, "dumps"),
        ("example.com", "/", forms, "parse_form"),
        ("searchengine.com", "/search", forms, "parse_form"),
        (None, "/charsets/form", forms, "parse_form"),
    ],
)
def test_a_large_form(
    web: BackgroundEngine,
    monkeypatch: pytest.MonkeyPatch,
    host: str | None,
    target: str,
    module: Any,
    function: str,
) -> None:
    loop = web.call(lambda _: threading.get_ident())
    real = getattr(module, function)
    threads: list[int] = []

    def watched(*args: Any, **options: Any) -> Any:
        threads.append(threading.get_ident())
        return real(*args, **options)

    monkeypatch.setattr(module, function, watched)
    fields = {"Content-Type": FORM}
    assert ask(web, "POST", target, host=host, headers=fields, body=b"a=%41&" * 20).status == 200
    assert threads[-1] == loop
    assert ask(web, "POST", target, host=host, headers=fields, body=b"a=%41&" * 20_000).status == 200
    assert threads[-1] != loop


async def test_only_so_much_is_worked_on_at_the_same_time() -> None:
    guard, begun, go_on = threading.Lock(), threading.Semaphore(0), threading.Event()
    now, most = 0, 0

    def work() -> None:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        begun.release()
        go_on.wait(5)
        with guard:
            now -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(12):
            group.create_task(aside(LARGE + 1, work))
        for _ in range(4):
            assert await asyncio.to_thread(begun.acquire, timeout=5)
        assert not begun.acquire(timeout=0.05)
        go_on.set()
    assert most == 4
