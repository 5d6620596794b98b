"""The interface of Mailpit: its shapes, its search, and its helper libraries as they are."""

from __future__ import annotations

import hashlib
import imaplib
import os
import re
import shutil
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.web.conftest import MAIL, Control

AT = "/api/v1"
HERE = Path(__file__).parent
# What npm says where there is no network; anything else is a failure.
UNREACHABLE = (
    "EAI_AGAIN",
    "ENOTFOUND",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "EHOSTUNREACH",
)


def rich() -> str:
    mail = EmailMessage()
    mail["From"] = "Ann Smith <ann@example.org>"
    mail["To"] = "bob@example.org"
    mail["Cc"] = "Carl <carl@example.org>"
    mail["Reply-To"] = "help@example.org"
    mail["Subject"] = "Grüße aus Köln"
    mail["Message-ID"] = "<rich@example.org>"
    mail["List-Unsubscribe"] = "<mailto:off@example.org>, <https://example.org/off>"
    mail.set_content("Plain words")
    mail.add_alternative('<p>Rich <b>words</b> <img src="cid:logo"></p>', subtype="html")
    mail.add_attachment(
        b"logo", maintype="image", subtype="png", filename="logo.png", disposition="inline", cid="<logo>"
    )
    mail.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="list.csv")
    return mail.as_bytes().decode()


def ids(page: dict) -> list[str]:
    return [message["ID"] for message in page["messages"]]


def test_a_list_is_newest_first_and_paged(control: Control) -> None:
    for _ in range(3):
        control.send()
    page = control.get(f"{AT}/messages?start=1&limit=1")
    assert ids(page) == ["00000002"]
    assert {name: page[name] for name in page if name != "messages"} == {
        "total": 3,
        "unread": 3,
        "count": 1,
        "messages_count": 3,
        "messages_unread": 3,
        "start": 1,
        "tags": [],
    }


def test_a_message_in_all_its_shapes(control: Control) -> None:
    control.send(rich(), "bob@example.org", "hidden@example.org")
    (item,) = control.get(f"{AT}/messages")["messages"]
    assert item["From"] == {"Name": "Ann Smith", "Address": "ann@example.org"}
    assert item["Bcc"] == [{"Name": "", "Address": "hidden@example.org"}]
    assert (item["Subject"], item["MessageID"]) == ("Grüße aus Köln", "rich@example.org")
    assert (item["Attachments"], item["Snippet"], item["Read"]) == (2, "Plain words", False)

    whole = control.get(f"{AT}/message/latest")
    assert (whole["Text"].strip(), whole["ReturnPath"]) == ("Plain words", "ann@example.org")
    assert "<b>words</b>" in whole["HTML"]
    assert whole["ListUnsubscribe"]["Links"] == ["mailto:off@example.org", "https://example.org/off"]
    (logo,), (table,) = whole["Inline"], whole["Attachments"]
    assert (logo["FileName"], logo["ContentID"], logo["ContentType"]) == ("logo.png", "logo", "image/png")
    assert table["Checksums"]["SHA256"] == hashlib.sha256(b"a,b\n").hexdigest()
    part = control.ask(f"{AT}/message/{whole['ID']}/part/{table['PartID']}")
    assert (part.body, part.headers.get_content_type()) == (b"a,b\n", "text/csv")
    assert control.ask(f"{AT}/message/latest/raw").body.startswith(b"From: Ann Smith")
    assert control.get(f"{AT}/message/latest/headers")["Subject"] == ["Grüße aus Köln"]
    assert b"Rich <b>" in control.ask("/view/latest.html").body
    assert b"Plain words" in control.ask(f"/view/{whole['ID']}.txt").body


@pytest.mark.parametrize(
    "path", ["message/nothing", "message/latest", "message/nothing/raw", "message/1/html-check"]
)
def test_what_is_not_there(control: Control, path: str) -> None:
    answer = control.ask(f"{AT}/{path}")
    assert (answer.status, answer.body) == (404, b"404 page not found")


def test_reading_is_the_seen_flag(control: Control) -> None:
    control.send()
    control.send()
    control.get(f"{AT}/message/00000001")
    with imaplib.IMAP4("127.0.0.1", control.sandbox.endpoint("imap").port) as imap:
        imap.login("bob", "any")
        imap.select()
        assert imap.search(None, "SEEN")[1] == [b"1"]
        imap.store("2", "+FLAGS", "\\Seen")
        assert control.get(f"{AT}/messages")["unread"] == 0
        assert control.ask(f"{AT}/messages", "PUT", {"Read": False, "Search": "subject:hello"}).body == b"ok"
        imap.noop()
        assert imap.search(None, "SEEN")[1] == [b""]
    control.ask(f"{AT}/messages", "PUT", {"Read": True, "IDs": ["00000002"]})
    assert ids(control.get(f"{AT}/search?query=is:unread")) == ["00000001"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("to:bob@example.org", "21"),
        ("to:BOB", "21"),
        ("from:smith", "2"),
        ('subject:"aus köln"', "2"),
        ("addressed:help@", "2"),
        ("cc:carl", "2"),
        ("bcc:hidden", "2"),
        ("reply-to:help", "2"),
        ("message-id:one@", "1"),
        ("bob!", "1"),
        ("words", "2"),
        ("-words", "1"),
        ("!to:bob", ""),
        ('-subject:"aus köln" to:bob', "1"),
        ("has:attachment", "2"),
        ("has:inline", "2"),
        ("list.csv", "2"),
        ("is:read", ""),
        ("is:tagged", ""),
        ("larger:300", "2"),
        ("smaller:300", "1"),
        ("after:2020-01-01", "21"),
        ("before:2020/01/01", ""),
        ("nothing:here", ""),
    ],
)
def test_search(control: Control, query: str, found: str) -> None:
    control.send()
    control.send(rich(), "bob@example.org", "hidden@example.org")
    from urllib.parse import quote

    page = control.get(f"{AT}/search?query={quote(query)}&tz=Europe/Berlin")
    assert "".join(each.lstrip("0") for each in ids(page)) == found
    assert (page["messages_count"], page["total"]) == (len(found), 2)


@pytest.mark.parametrize(
    "rest", ["", "?query=", "?query=after:nonsense", "?query=x&tz=No/Where", "?query=larger:big"]
)
def test_searches_that_mean_nothing(control: Control, rest: str) -> None:
    control.send()
    answer = control.ask(f"{AT}/search{rest}")
    assert (answer.status, answer.headers.get_content_type()) == (400, "text/plain")


def test_deleting(control: Control) -> None:
    for _ in range(4):
        control.send()
    assert control.ask(f"{AT}/messages", "DELETE", {"IDs": ["00000002", "nothing"]}).body == b"ok"
    assert control.get(f"{AT}/messages")["total"] == 3
    assert control.ask(f"{AT}/search?query=subject:nothing", "DELETE").body == b"ok"
    assert control.ask(f"{AT}/search?query=to:bob", "DELETE").status == 200
    assert control.get(f"{AT}/messages")["total"] == 0
    control.send()
    assert control.ask(f"{AT}/messages", "DELETE").body == b"ok"
    assert control.get(f"{AT}/info")["RuntimeStats"]["MessagesDeleted"] == 5


def test_tags(control: Control) -> None:
    control.send()
    control.send()
    assert control.ask(f"{AT}/tags", "PUT", {"IDs": ["00000001"], "Tags": ["Two words", "b<>"]}).body == b"ok"
    assert control.get(f"{AT}/tags") == ["Two words", "b"]
    assert ids(control.get(f"{AT}/search?query=tag:%22two%20words%22")) == ["00000001"]
    assert control.ask(f"{AT}/tags/Two%20words", "PUT", {"Name": "One"}).status == 200
    assert control.get(f"{AT}/info")["Tags"] == {"One": 1, "b": 1}
    assert control.ask(f"{AT}/tags/One", "DELETE").status == 200
    assert control.get(f"{AT}/tags") == ["b"]
    assert control.ask(f"{AT}/tags/One", "PUT", {"Name": "x"}).status == 404


def test_sending(control: Control) -> None:
    message = {
        "From": {"Email": "ann@example.org", "Name": "Änn"},
        "To": [{"Email": "bob@example.org", "Name": "Bob"}],
        "Cc": [{"Email": "carl@example.org"}],
        "Bcc": ["hidden@example.org"],
        "Subject": "Привет",
        "Text": "Hello",
        "HTML": "<p>Hello</p>",
        "Attachments": [{"Content": "aGVsbG8=", "Filename": "a.txt"}],
        "Tags": ["sent"],
        "Headers": {"X-Test": "yes", "Message-Id": "<mine@example.org>"},
    }
    number = control.ask(f"{AT}/send", "POST", message).json["ID"]
    sent = control.get(f"{AT}/message/{number}")
    assert (sent["From"]["Name"], sent["Subject"], sent["Tags"]) == ("Änn", "Привет", ["sent"])
    assert (sent["MessageID"], sent["Bcc"][0]["Address"]) == ("mine@example.org", "hidden@example.org")
    assert control.get(f"{AT}/message/{number}/headers")["X-Test"] == ["yes"]
    assert control.get("/sandbox/v1/mail?mailbox=hidden")["total"] == 1
    assert control.get("/sandbox/v1/wait/entry?name=mail.accepted")["service"] == "control"


@pytest.mark.parametrize(
    "wrong",
    [
        {"To": []},
        {"From": {"Email": "no address at all\r\nX: y"}},
        {"Subject": "two\r\nlines"},
        {"Attachments": [{"Content": "%", "Filename": "x"}]},
        {"Headers": {"bad name": "x"}},
        {"From": 3},
    ],
)
def test_messages_that_cannot_be_made(control: Control, wrong: dict) -> None:
    message = {"From": {"Email": "a@example.org"}, "To": [{"Email": "b@example.org"}]}
    answer = control.ask(f"{AT}/send", "POST", message | wrong)
    assert (answer.status, list(answer.json)) == (400, ["Error"])
    assert control.get(f"{AT}/messages")["total"] == 0


def test_chaos_is_three_fault_rules(control: Control) -> None:
    off = control.get(f"{AT}/chaos")
    assert {trigger["Probability"] for trigger in off.values()} == {0}
    wanted = {"Recipient": {"ErrorCode": 452, "Probability": 100}}
    assert control.ask(f"{AT}/chaos", "PUT", wanted).json["Recipient"] == wanted["Recipient"]
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        control.send()
    assert caught.value.recipients["bob@example.org"][0] == 452
    assert [fault["rule"]["name"] for fault in control.get("/sandbox/v1/faults")["faults"]] == [
        "chaos-recipient"
    ]
    assert control.ask(f"{AT}/chaos", "PUT", {}).json == off
    control.send()
    assert control.ask(f"{AT}/chaos", "PUT", {"Sender": {"ErrorCode": 200, "Probability": 1}}).status == 400


def test_liveness_tells_the_time(control: Control) -> None:
    answer = control.ask("/livez")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Date"].endswith("GMT")


SUITE = """
import smtplib

import pytest
from pytest_mailpit.models import ChaosTriggers

MAIL = "From: App <app@example.org>\\r\\nTo: {}\\r\\nSubject: Code\\r\\n\\r\\nYour code is 471147: https://example.org/c?x=1\\r\\n"


def send(server, to):
    with smtplib.SMTP(server.host, server.port) as smtp:
        smtp.sendmail("app@example.org", [to], MAIL.format(to))


def test_wait(mailpit, mailpit_inbox, mailpit_smtp):
    send(mailpit_smtp, mailpit_inbox.address)
    message = mailpit_inbox.wait_for_message(subject="Code")
    assert message.link() == "https://example.org/c?x=1"
    assert message.code() == "471147"
    assert mailpit.get_raw(message.id).startswith(b"From: App")
    assert mailpit.get_headers(message.id)["Subject"] == ["Code"]
    mailpit_inbox.clear()
    assert mailpit_inbox.messages() == []


def test_none(mailpit_inbox):
    mailpit_inbox.assert_no_message(within=0.1)


def test_count(mailpit_inbox, mailpit_smtp):
    for _ in range(3):
        send(mailpit_smtp, mailpit_inbox.address)
    assert len(mailpit_inbox.wait_for_messages(3)) == 3


def test_since(mailpit, mailpit_inbox, mailpit_smtp):
    now = mailpit.server_time()
    send(mailpit_smtp, mailpit_inbox.address)
    mailpit.wait_for_message(recipient=mailpit_inbox.address, sender="app@example.org", since=now)
    mailpit.assert_no_message("tag:nothing", within=0)
    assert mailpit.is_ready()
    assert mailpit.info().version


def test_chaos(mailpit_chaos, mailpit_inbox, mailpit_smtp):
    mailpit_chaos.reject_recipients(452)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(mailpit_smtp, mailpit_inbox.address)
    mailpit_chaos.reset()
    send(mailpit_smtp, mailpit_inbox.address)


def test_chaos_is_over(mailpit):
    assert mailpit.chaos() == ChaosTriggers()


def test_failure_tells_what_came(mailpit, mailpit_inbox, mailpit_smtp):
    send(mailpit_smtp, mailpit_inbox.address)
    with pytest.raises(AssertionError, match="Code"):
        mailpit_inbox.wait_for_message(subject="nothing", timeout=0)
"""


def test_pytest_mailpit(control: Control, tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    smtp = control.sandbox.endpoint("smtp")
    environment = os.environ | {"MAILPIT_URL": control.url, "MAILPIT_SMTP": f"127.0.0.1:{smtp.port}"}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(tmp_path),
            str(tmp_path),
        ],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "7 passed" in done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="session")
def mailpit_api(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package, installed into a directory of its own."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not here")
    directory = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "client.mjs"):
        shutil.copy(HERE / "node" / name, directory)
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    npm += ["--fetch-retries=1", "--fetch-retry-mintimeout=100", "--fetch-timeout=20000"]
    try:
        done = subprocess.run(npm, cwd=directory, capture_output=True, text=True, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not get the package within 90 s")
    code = re.search(r"npm (?:error|ERR!) code (E\w+)", done.stderr)
    if code is not None and code[1] in UNREACHABLE:
        pytest.skip(f"npm does not reach its registry: {code[1]}")
    assert done.returncode == 0, done.stderr
    return directory


@pytest.mark.timeout(180)
def test_mailpit_api(control: Control, mailpit_api: Path) -> None:
    smtp = control.sandbox.endpoint("smtp")
    assert smtp.port
    control.send(MAIL)
    done = subprocess.run(
        ["node", "client.mjs", control.url],
        cwd=mailpit_api,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "all is well\n"), done.stdout + done.stderr
