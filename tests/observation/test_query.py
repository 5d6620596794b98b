"""Waiting without polling, and what is said when nothing comes."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath

import pytest

from sandbox.observation import Observer, Query, Unexpected, WaitTimeout
from tests.observation.conftest import Story

SHORT = 0.01


async def failure(observer: Observer, **wanted: object) -> str:
    with pytest.raises(WaitTimeout) as failed:
        await Query.of(observer.mails, wanted).wait(1, SHORT)
    return str(failed.value)


async def test_what_is_there_is_there_at_once(story: Story, observer: Observer) -> None:
    story.deliver("Subject: One\r\n\r\n")
    (mail,) = await Query.of(observer.mails, {"subject": "One"}).wait(1, 0)
    assert mail.subject == "One"


async def test_what_comes_ends_the_wait(story: Story, observer: Observer) -> None:
    waiting = asyncio.ensure_future(Query.of(observer.mails, {"subject": "Two"}).wait(2, 5))
    for subject in ("One", "Two", "Three", "Two again"):
        await asyncio.sleep(0)
        assert not waiting.done()
        story.deliver(f"Subject: {subject}\r\n\r\n")
    assert [mail.subject for mail in await waiting] == ["Two", "Two again"]


async def test_a_wait_asks_only_when_something_came(story: Story, observer: Observer) -> None:
    asked = 0

    def where(_: object) -> bool:
        nonlocal asked
        asked += 1
        return False

    story.deliver("Subject: One\r\n\r\n")
    waiting = asyncio.ensure_future(Query.of(observer.mails, {"where": where}).wait(1, 3600))
    for _ in range(100):
        story.note(0, "imap", "mailbox.selected")
        await asyncio.sleep(0)
    assert asked == 1
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_error_of_a_function_comes_out(story: Story, observer: Observer) -> None:
    story.deliver("Subject: One\r\n\r\n")
    with pytest.raises(ZeroDivisionError):
        await Query.of(observer.mails, {"where": lambda _: 1 // 0}).wait(1, 5)


def test_it_is_an_assertion_and_a_time_out() -> None:
    assert str(WaitTimeout("text")) == "text"
    assert issubclass(WaitTimeout, AssertionError)
    assert issubclass(WaitTimeout, TimeoutError)


async def test_nothing_came_at_all_and_the_reason_is_in_the_dialogue(
    story: Story, observer: Observer
) -> None:
    number = story.connect("smtp")
    story.talk(number, "smtp", "S: 220 hi", "C: RCPT TO:<bob@example.org>", "S: 550 User unknown")
    assert await failure(observer, to="bob@example.org") == (
        "no mail with to='bob@example.org' within 0.01 s: no mail came at all\n"
        "\n"
        "# smtp: connection 1 from 127.0.0.1:40001 to 127.0.0.1:2000\n"
        "S: 220 hi\n"
        "C: RCPT TO:<bob@example.org>\n"
        "S: 550 User unknown"
    )


async def test_the_nearest_miss(story: Story, observer: Observer) -> None:
    number = story.connect("smtp")
    story.talk(number, "smtp", "S: 220 hi")
    story.deliver("Subject: Newsletter\r\n\r\n", to="all@example.org")
    story.deliver("Subject: Welcome, Bo6!\r\nX-Tag: a\r\n\r\n", connection=number)
    text = await failure(
        observer,
        to="bob@example.org",
        subject="Welcome, Bob",
        headers={"X-Tag": "b", "X-None": "c"},
        where=bool_no,
    )
    assert text == (
        "no mail with to='bob@example.org', subject='Welcome, Bob', headers={'X-Tag': 'b', 'X-None': 'c'}, "
        "where=bool_no within 0.01 s: 2 mails came\n"
        "  ann@example.org → all@example.org  'Newsletter'\n"
        "  ann@example.org → bob@example.org  'Welcome, Bo6!'\n"
        "\n"
        "the nearest is: ann@example.org → bob@example.org  'Welcome, Bo6!'\n"
        "  to: fits\n"
        "  subject: wanted  'Welcome, Bob' (contains)\n"
        "           got     'Welcome, Bo6!'\n"
        "                               ^\n"
        "  headers['X-Tag']: wanted 'b', got 'a'\n"
        "  headers['X-None']: wanted 'c', got nothing\n"
        "  where: bool_no said no\n"
        "\n"
        "# smtp: connection 1 from 127.0.0.1:40001 to 127.0.0.1:2000\n"
        "S: 220 hi\n"
        "# mail.accepted: id=00000002, sender=ann@example.org, recipients=['bob@example.org']"
    )


def bool_no(_: object) -> bool:
    return False


async def test_too_few_came(story: Story, observer: Observer) -> None:
    story.deliver("Subject: One\r\n\r\n")
    with pytest.raises(
        WaitTimeout, match=r"^no 3 mails with subject='One' within 0.01 s: 1 mail came, of which 1 fit\n"
    ):
        await Query.of(observer.mails, {"subject": "One"}).wait(3, SHORT)


async def test_a_failure_fits_a_screen(story: Story, observer: Observer) -> None:
    number = story.connect("smtp")
    story.talk(number, "smtp", *[f"C: {'x' * 500}" for _ in range(500)])
    for place in range(200):
        story.deliver(f"Subject: {place}{'y' * 500}\r\n\r\n{'z' * 5000}", connection=number)
    lines = (await failure(observer, subject="nothing of this", text="nothing either")).splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) < 130


async def test_none(story: Story, observer: Observer) -> None:
    query = Query.of(observer.mails, {"to": "bob@example.org"})
    story.deliver("Subject: x\r\n\r\n", to="ann@example.org")
    await query.none(SHORT)
    waiting = asyncio.ensure_future(query.none(5))
    await asyncio.sleep(0)
    story.deliver("Subject: Sorry\r\n\r\n")
    with pytest.raises(Unexpected) as failed:
        await waiting
    assert str(failed.value) == (
        "no mail was expected with to='bob@example.org', but there is:\n"
        "  ann@example.org → bob@example.org  'Sorry'"
    )


async def test_facts(story: Story, observer: Observer) -> None:
    story.note(3, "imap", "login.accepted", user="ann", mechanism="PLAIN")
    story.note(4, "pop3", "login.refused", user="bob", mechanism="USER")
    story.note(5, "smtp", "mail.accepted", recipients=("a@x", "b@x"), size=3)
    assert [fact["user"] for fact in observer.facts("login.*", {}).found()] == ["ann", "bob"]
    assert [fact.connection for fact in observer.facts(None, {"service": "pop3"}).found()] == [4]
    assert [
        fact.connection for fact in observer.facts("mail.*", {"recipients": "b@*", "size": 3}).found()
    ] == [5]
    assert observer.facts("login.accepted", {"user": "carl"}).found() == []
    with pytest.raises(WaitTimeout, match="user: wanted  'carl'"):
        await observer.facts("login.accepted", {"user": "carl"}).wait(1, SHORT)


def test_streams_and_datagrams(story: Story, observer: Observer) -> None:
    tcp, udp = story.connect("tcp", "echo"), story.connect("udp", "echo", "udp")
    story.talk(tcp, "tcp", b"hel", b"lo", "S: ok")
    story.talk(udp, "udp", b"one", b"")
    story.close(tcp, "tcp")
    (stream,) = observer.streams.all()
    assert (stream.received, stream.sent, stream.open, stream.listener) == (
        b"hello",
        b"ok\r\n",
        False,
        "echo",
    )
    assert [datagram.data for datagram in observer.datagrams.all()] == [b"one", b""]
    assert Query.of(observer.datagrams, {"data": b"n", "listener": "echo"}).found()[0].data == b"one"
    story.journal.clear()
    story.talk(udp, "udp", b"two")
    assert [str(datagram) for datagram in observer.datagrams.all()] == ["echo: b'two'"]
    assert observer.streams.all() == []


def test_files(story: Story, observer: Observer) -> None:
    story.store("/pub/report.txt", b"numbers")
    (upload,) = Query.of(observer.uploads, {"path": "report.txt", "user": "ann", "content": b"num"}).found()
    assert (upload.path, upload.text, upload.size) == ("/pub/report.txt", "numbers", 7)
    assert observer.files() == {"/pub/report.txt": b"numbers"}
    assert Query.of(observer.uploads, {"path": "/report.txt"}).found() == []


def test_a_file_is_found_under_its_name_before_and_after_it_was_renamed(
    story: Story, observer: Observer
) -> None:
    story.store("/in/report.part", b"numbers")
    story.files.rename(PurePosixPath("/in/report.part"), PurePosixPath("/in/report.txt"))
    story.note(1, "ftp", "file.renamed", source="/in/report.part", target="/in/report.txt")
    story.files.rename(PurePosixPath("/in"), PurePosixPath("/out"))
    story.note(1, "ftp", "file.renamed", source="/in", target="/out")
    for path in ("report.part", "/in/report.part", "report.txt", "/out/report.txt"):
        (upload,) = Query.of(observer.uploads, {"path": path}).found()
        assert (upload.path, upload.now, upload.content) == ("/in/report.part", "/out/report.txt", b"numbers")
    assert str(upload) == "/in/report.part, now /out/report.txt, 7 octets"


async def test_of_fields_that_come_again_any_may_fit(story: Story, observer: Observer) -> None:
    story.deliver("Subject: a\r\n\r\n")
    story.deliver("Subject: b\r\nX-Tag: red\r\nX-Tag: blue\r\n\r\n")
    assert len(Query.of(observer.mails, {"headers": {"x-tag": "blue"}}).found()) == 1
    with pytest.raises(WaitTimeout, match=r"headers\['x-tag'\]: wanted 'green', got 'red', 'blue'"):
        await Query.of(observer.mails, {"headers": {"x-tag": "green"}}).wait(1, 0)
