"""The WebSocket of Mailpit's interface: what changes, told at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import AsyncExitStack

import aiohttp
import pytest

from sandbox.stores.mail import Message
from sandbox.web.mailpit.box import Box
from tests.web.conftest import Control

AT = "/api/v1"


def test_events(control: Control) -> None:
    kinds: list[str] = []

    async def listen() -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{control.url}/api/events") as socket,
        ):
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, control.send)
            while "truncate" not in kinds:
                if kinds == ["new", "stats"]:
                    await loop.run_in_executor(None, lambda: control.get(f"{AT}/message/latest"))
                    await loop.run_in_executor(None, lambda: control.ask(f"{AT}/messages", "DELETE"))
                event = json.loads((await socket.receive(timeout=5)).data)
                kinds.append(event["Type"])
                if event["Type"] == "new":
                    assert event["Data"]["Subject"] == "Hello"
                    assert event["Data"]["ID"] == "00000001"

    asyncio.run(listen())
    assert kinds == ["new", "stats", "update", "delete", "stats", "truncate"]
    assert control.ask("/api/events").status == 400
    assert control.ask("/api/events", Origin="http://evil.example").status == 403


def test_many_listeners_are_told_of_each_mail_and_counted_for_once(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    count = Box.read_ids

    def read_ids(box: Box, messages: Iterable[Message]) -> set[str]:
        listed = list(messages)
        counted.append(len(listed))
        return count(box, listed)

    monkeypatch.setattr(Box, "read_ids", read_ids)

    async def listen() -> None:
        async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
            sockets = [
                await stack.enter_async_context(session.ws_connect(f"{control.url}/api/events"))
                for _ in range(5)
            ]
            loop = asyncio.get_running_loop()
            for _ in range(3):
                await loop.run_in_executor(None, control.send)
            for socket in sockets:
                news, total = 0, 0
                while total < 3:
                    event = json.loads((await socket.receive(timeout=5)).data)
                    news += event["Type"] == "new"
                    total = event["Data"].get("Total", 0)
                assert news == 3

    asyncio.run(listen())
    assert sorted(set(counted)) == counted


def test_a_listener_that_stays_does_not_hold_up_the_end(control: Control) -> None:
    async def listen() -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{control.url}/api/events") as socket,
        ):
            await asyncio.get_running_loop().run_in_executor(None, control.sandbox.stop)
            await socket.receive(timeout=5)

    asyncio.run(listen())
