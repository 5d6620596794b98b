"""The mail pages: lists, messages, octets, parts; and nothing of a mail runs."""

from __future__ import annotations

import json
from email.message import EmailMessage
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from sandbox.services.http.mail.inbox import Inbox
from sandbox.stores.mail import Envelope, MailStore
from sandbox.stores.mail.parts import take_apart
from tests.services.http.conftest import Answer, get
from tests.work import calls_of

EVIL = '<script>alert("1")</script>'


def deliver(made: Engine, content: bytes, user: str = "ann") -> str:
    envelope = Envelope("bob@example.org", (f"{user}@sandbox.test",), "client.test", "bob")
    message = made.mail.new_message(content, connection=7, envelope=envelope)
    made.mail.deliver(message, [user])
    return message.id


def composed() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Боб <bob@example.org>", "ann@sandbox.test", f"Привет {EVIL}"
    mail.set_content(f"Text {EVIL}")
    mail.add_alternative(f"<p>HTML {EVIL}</p>", subtype="html")
    mail.add_attachment(b"\0\1\2", maintype="application", subtype="zip", filename="архив.zip")
    return mail.as_bytes()


def as_json(sandbox: BackgroundEngine, path: str) -> Any:
    answer = get(sandbox, path, Accept="application/json")
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.body)


@pytest.fixture
def identifier(web: BackgroundEngine) -> str:
    """The identifier of a mail with everything in it."""
    return web.call(lambda made: deliver(made, composed()))


def test_an_empty_inbox(web: BackgroundEngine) -> None:
    assert "Nothing has arrived yet" in get(web, "/mail/").text
    assert as_json(web, "/mail/") == {"messages": []}


@pytest.mark.usefixtures("identifier")
def test_the_list(web: BackgroundEngine) -> None:
    page = get(web, "/mail/").text
    assert "Привет &lt;script&gt;" in page
    assert EVIL not in page
    (outline,) = as_json(web, "/mail/messages.json")["messages"]
    assert outline["from"] == "Боб <bob@example.org>"
    assert outline["envelope"]["recipients"] == ["ann@sandbox.test"]
    assert outline["connection"] == 7


def test_the_list_has_pages(web: BackgroundEngine) -> None:
    web.call(lambda made: [deliver(made, b"Subject: mail %d\n\n" % n) for n in range(205)])
    first, second = get(web, "/mail/").text, get(web, "/mail/?skip=200").text
    assert "mail 204<" in first
    assert '<a href="/mail/?skip=200">5 older</a>' in first
    assert "mail 4<" in second
    assert "older" not in second
    assert get(web, "/mail/?skip=nonsense").text == first


def test_a_message(web: BackgroundEngine, identifier: str) -> None:
    page = get(web, f"/mail/{identifier}").text
    assert EVIL not in page
    assert "Text &lt;script&gt;" in page
    assert f'<iframe sandbox src="/mail/{identifier}/part/2"></iframe>' in page
    assert "архив.zip" in page
    told = as_json(web, f"/mail/{identifier}")
    assert told["text"] == f"Text {EVIL}\n"
    assert told["attachments"] == [
        {"number": 3, "name": "архив.zip", "content_type": "application/zip", "size": 3}
    ]


def test_the_octets_are_exact(web: BackgroundEngine) -> None:
    content = b"Subject: a\r\n\r\nbare\nlf, \xff, NUL \0 and no end"
    identifier = web.call(lambda made: deliver(made, content))
    answer = get(web, f"/mail/{identifier}/raw")
    assert (answer.body, answer.headers["Content-Type"]) == (content, "message/rfc822")


def test_a_part_keeps_its_type_and_name(web: BackgroundEngine, identifier: str) -> None:
    answer = get(web, f"/mail/{identifier}/part/3")
    assert answer.body == b"\0\1\2"
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%D0%B0%D1%80%D1%85%D0%B8%D0%B2.zip"
    )


def test_nothing_of_a_mail_runs(web: BackgroundEngine, identifier: str) -> None:
    part = get(web, f"/mail/{identifier}/part/2")
    assert EVIL.encode() in part.body
    assert part.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    for path in ("", identifier, f"{identifier}/raw", f"{identifier}/part/1", "users/"):
        answer = get(web, f"/mail/{path}")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("identifier")
def test_users_and_their_mailboxes(web: BackgroundEngine) -> None:
    assert '<a href="/mail/users/ann">ann</a>' in get(web, "/mail/users/").text
    assert as_json(web, "/mail/users/") == {"users": ["ann"]}
    assert "Привет" in get(web, "/mail/users/ANN").text
    assert len(as_json(web, "/mail/users/ann")["mailboxes"]["INBOX"]) == 1


def test_looking_makes_no_mailbox(web: BackgroundEngine) -> None:
    assert get(web, "/mail/users/carol").status == 404
    assert as_json(web, "/mail/users/") == {"users": []}


def test_messages_that_did_not_come_by_smtp_are_found(web: BackgroundEngine) -> None:
    def append(made: Engine) -> str:
        message = made.mail.new_message(b"Subject: draft\r\n\r\n")
        made.mail.home("ann").inbox.append(message)
        return message.id

    assert "draft" in get(web, f"/mail/{web.call(append)}").text


@pytest.mark.parametrize("path", ["none", "none/raw", "none/part/1"])
def test_no_such_message(web: BackgroundEngine, path: str) -> None:
    assert get(web, f"/mail/{path}").status == 404


@pytest.mark.usefixtures("identifier")
def test_no_such_part(web: BackgroundEngine, identifier: str) -> None:
    for number in ("0", "4", "x", "-1"):
        assert get(web, f"/mail/{identifier}/part/{number}").status == 404


STRANGE = (
    b"",
    b"\xff\xfe\0",
    b"no header at all",
    b"Subject: =?utf-8?b?abcde?=\r\n\r\nx",
    b"Subject: =?utf-8?b?broken?=\r\nContent-Type: text/plain; charset=base64\r\n\r\nx",
    b"Content-Type: text/plain; charset=none\r\n\r\n\xff",
    b"Content-Type: text/plain; charset=punycode\r\n\r\n\xff",
    b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n\\d",
    b"Content-Type: text/html\x01; name=\"\xff\"\r\nContent-Disposition: attachment; filename*=x'y'%ff\r\n\r\nx",
    b"Content-Type: text/base64; charset=utf-8\r\nContent-Type: text/plain\r\n\r\nx",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n",
    "Subject: привет\r\nFrom: кто-то\r\n\r\nпривет".encode("cp1251"),
)


@pytest.mark.parametrize("content", STRANGE, ids=range(len(STRANGE)))
def test_strange_messages_are_shown(web: BackgroundEngine, content: bytes) -> None:
    identifier = web.call(lambda made: deliver(made, content))
    answers: list[Answer] = [get(web, "/mail/"), get(web, "/mail/messages.json")]
    answers += [get(web, f"/mail/{identifier}{tail}") for tail in ("", "/part/1", "/raw")]
    answers.append(get(web, f"/mail/{identifier}", Accept="application/json"))
    assert {answer.status for answer in answers} <= {200, 404}
    assert answers[-2].body == content


def test_work_on_attachments_grows_with_their_number_and_not_faster() -> None:
    def work(count: int) -> int:
        content = (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + b"--b\r\nContent-Type: x/y\r\n\r\nx\r\n" * count
        )
        mail = take_apart(content)
        assert len(mail.attachments) == count
        return calls_of(lambda: take_apart(content).attachments)

    assert work(1000) < 15 * work(100)


def test_fields_in_raw_utf_8() -> None:
    mail = take_apart("Subject: Привет\r\n\r\nпривет".encode())
    assert mail.fields == (("Subject", "Привет"),)


def test_parts_within_parts_beyond_measure_are_one_text() -> None:
    nested = b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n'
    content = b"".join(nested % (number, number) for number in range(1100))
    (part,) = take_apart(content).parts
    assert (part.media_type, part.content) == ("text/plain", content)


@given(
    st.binary()
    | st.builds(lambda a, b: b"Content-Type: " + a + b"\r\nSubject: " + b, st.binary(), st.binary())
)
def test_any_octets_are_taken_apart(content: bytes) -> None:
    mail = take_apart(content)
    assert all(isinstance(part.text, str) for part in mail.parts)
    json.dumps([list(mail.fields), [part.name for part in mail.parts]]).encode()


@pytest.mark.parametrize("path", ["/mail/", "/mail/messages.json", "/mail/users/ann"])
def test_the_others_have_their_turn_between_two_headers(path: str) -> None:
    store = MailStore()
    for number in range(50):
        store.deliver(store.new_message(b"Subject: %d\r\n\r\n" % number), ["ann"])
    route = Inbox(store, "/mail/").routes().find("GET", path)
    assert route is not None
    assert route.handler is not None
    for turns in (50, 0):  # they are read once
        answering = route.handler(make_mocked_request("GET", path), **route.parameters)
        assert len([*answering.__await__()]) == turns
