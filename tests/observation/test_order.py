"""One thing after the other, across protocols."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.observation import Observer, WaitTimeout, mailed, noted, stored
from tests.observation.conftest import Story


async def test_in_order(story: Story, observer: Observer) -> None:
    story.store("/report.txt", b"x")
    story.deliver("Subject: Report\r\n\r\n", to="boss@example.org")
    upload, mail = await observer.in_order([stored("report.txt"), mailed(to="boss@*")], 0)
    assert (upload.path, mail.subject) == ("/report.txt", "Report")


async def test_the_order_may_still_come_about(story: Story, observer: Observer) -> None:
    story.deliver("Subject: Too early\r\n\r\n", to="boss@example.org")
    waiting = asyncio.ensure_future(observer.in_order([stored("report.txt"), mailed(to="boss@*")], 5))
    await asyncio.sleep(0)
    story.store("/report.txt", b"x")
    await asyncio.sleep(0)
    assert not waiting.done()
    story.deliver("Subject: In time\r\n\r\n", to="boss@example.org")
    assert (await waiting)[1].subject == "In time"


async def test_the_wrong_order_is_shown(story: Story, observer: Observer) -> None:
    story.deliver("Subject: Report\r\n\r\n", to="boss@example.org")
    story.store("/report.txt", b"x")
    with pytest.raises(WaitTimeout) as failed:
        await observer.in_order([stored("report.txt"), mailed(to="boss@*"), noted("login.accepted")], 0.01)
    assert str(failed.value) == (
        "not in this order within 0.01 s:\n"
        "  1. upload path='report.txt': #4\n"
        "  2. mail to='boss@*': MISSING after that; it came before, as #1\n"
        "  3. fact name='login.accepted'\n"
        "what came, in its order:\n"
        "  #1 0.000 s  mail ann@example.org → boss@example.org  'Report'\n"
        "  #3 2.000 s  fact login.accepted user='ann', mechanism='PASS'\n"
        "  #4 3.000 s  upload /report.txt, 1 octets"
    )


async def test_a_step_that_never_was(story: Story, observer: Observer) -> None:
    story.deliver("Subject: Report\r\n\r\n")
    with pytest.raises(WaitTimeout, match="no upload came at all"):
        await observer.in_order([mailed(), stored("report.txt")], 0.01)
    with pytest.raises(WaitTimeout, match=r"(?s)MISSING; the latest:.*to: wanted  'carl@\*'"):
        await observer.in_order([mailed(to="carl@*")], 0.01)
