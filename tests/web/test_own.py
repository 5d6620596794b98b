"""The interface of its own: mail, timeline, waiting, faults, accounts."""

from __future__ import annotations

import imaplib
import json
import poplib
import smtplib
import socket
import threading
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.conftest import Serve
from tests.web.conftest import MAIL, Control

AT = "/sandbox/v1"


def test_a_mail_is_listed_read_and_deleted_everywhere(control: Control) -> None:
    control.send()
    (mail,) = control.get(f"{AT}/mail?to=bob@example.org&from=ann@*&subject=/hel/")["messages"]
    assert (mail["from"], mail["to"], mail["subject"]) == (
        "Ann <ann@example.org>",
        "Bob <bob@example.org>",
        "Hello",
    )
    assert [(place["user"], place["uid"]) for place in mail["mailboxes"]] == [
        ("bob@example.org", 1),
        ("bob", 1),
    ]
    whole = control.get(f"{AT}/mail/{mail['id']}")
    assert (whole["text"], whole["html"], whole["attachments"]) == ("Hello, Bob!\r\n", "", [])
    raw = control.ask(f"{AT}/mail/{mail['id']}/raw")
    assert (raw.body, raw.headers.get_content_type()) == (MAIL.encode(), "message/rfc822")

    assert control.ask(f"{AT}/mail/{mail['id']}", "DELETE").status == 204
    assert control.get(f"{AT}/mail")["total"] == 0
    assert control.ask(f"{AT}/mail/{mail['id']}").status == 404
    pop = poplib.POP3("127.0.0.1", control.sandbox.endpoint("pop3").port)
    pop.user("bob")
    pop.pass_("any")
    assert pop.stat() == (0, 0)
    pop.quit()


def test_the_certificate_to_trust(control: Control) -> None:
    answer = control.ask(f"{AT}/certificate")
    authority = control.sandbox.call(lambda engine: engine.authority.certificate)
    assert (answer.body, answer.headers.get_content_type()) == (
        authority.read_bytes(),
        "application/x-pem-file",
    )


def test_deleting_is_an_expunge_for_sessions_that_are_open(control: Control) -> None:
    for _ in range(2):
        control.send()
    with imaplib.IMAP4("127.0.0.1", control.sandbox.endpoint("imap").port) as imap:
        imap.login("bob", "any")
        assert imap.select() == ("OK", [b"2"])
        first = control.get(f"{AT}/mail")["messages"][0]["id"]
        control.ask(f"{AT}/mail/{first}", "DELETE")
        imap.noop()
        assert imap.response("EXPUNGE") == ("EXPUNGE", [b"1"])


def test_mailboxes_of_one_user(control: Control) -> None:
    control.send(MAIL, "bob@example.org", "eve@example.org")
    control.send(MAIL, "eve@example.org")
    assert control.get(f"{AT}/mail?mailbox=eve")["total"] == 2
    assert control.get(f"{AT}/mail?mailbox=bob/INBOX")["total"] == 1
    assert control.get(f"{AT}/mail?mailbox=bob/Sent")["total"] == 0
    assert control.ask(f"{AT}/mail?mailbox=nobody").status == 404
    boxes = {
        (box["user"], box["mailbox"]): box["messages"] for box in control.get(f"{AT}/mailboxes")["mailboxes"]
    }
    assert (boxes["eve", "INBOX"], boxes["bob", "Trash"]) == (2, 0)
    deleted = control.ask(f"{AT}/mail?mailbox=bob", "DELETE").json
    assert len(deleted["ids"]) == 1
    assert control.get(f"{AT}/mail?skip=0&limit=1")["total"] == 1


def test_the_timeline_is_asked(control: Control) -> None:
    control.send()
    facts = control.get(f"{AT}/journal?kind=fact&name=mail.*&details=*bob@example.org*")["entries"]
    assert [entry["fields"]["name"] for entry in facts] == ["mail.accepted"]
    (first,) = control.get(f"{AT}/journal?service=smtp&kind=received&limit=1")["entries"]
    assert first["fields"]["text"].lower().startswith("ehlo")
    rest = control.get(f"{AT}/journal?service=smtp&after={first['sequence']}")["entries"]
    assert rest[0]["sequence"] > first["sequence"]
    text = control.ask(f"{AT}/connections/{first['connection']}/transcript").body.decode()
    assert "C: ehlo" in text
    assert "S: 221" in text
    assert control.ask(f"{AT}/connections/999/transcript").status == 404


def test_whoever_asks_stands_on_no_timeline(control: Control) -> None:
    control.ask(f"{AT}/faults", "POST", {"on": "*", "effect": {"kind": "disconnect"}})
    assert control.get(f"{AT}/faults")["faults"][0]["hits"] == 0
    kinds = {entry["kind"] for entry in control.get(f"{AT}/journal?service=control")["entries"]}
    assert kinds == {"listener_opened"}


def test_the_timeline_is_streamed_and_taken_up_again(control: Control) -> None:
    request = urllib.request.Request(f"{control.url}{AT}/journal/stream?name=mail.accepted")
    with urllib.request.urlopen(request, timeout=10) as stream:
        assert stream.headers.get_content_type() == "text/event-stream"
        assert stream.readline().startswith(b":")
        control.send()
        control.send()
        number, entry = _event(stream)
        assert entry["fields"]["name"] == "mail.accepted"
        later, _ = _event(stream)
    request.add_header("Last-Event-ID", number)
    with urllib.request.urlopen(request, timeout=10) as stream:
        stream.readline()
        assert _event(stream)[0] == later


def _event(stream: object) -> tuple[str, dict]:
    found: dict[str, str] = {}
    while "data" not in found:
        name, _, value = stream.readline().decode().rstrip("\n").partition(": ")  # type: ignore[attr-defined]
        found[name] = value
    return found["id"], json.loads(found["data"])


def test_waiting_for_mail_that_comes_meanwhile(control: Control) -> None:
    answers: list[int] = []
    asking = threading.Thread(
        target=lambda: answers.append(control.get(f"{AT}/wait/mail?to=bob@*&count=2&timeout=20")["total"])
    )
    control.send()
    asking.start()
    control.send()
    asking.join()
    assert answers == [2]


def test_brackets_in_a_pattern_are_meant_as_they_are(control: Control) -> None:
    control.send("Subject: [Shop] Order\r\n\r\n")
    assert control.get(f"{AT}/mail?subject=[Shop]*")["total"] == 1
    assert control.get(f"{AT}/mail?subject=[S]hop*")["total"] == 0
    assert control.get(f"{AT}/mail?subject=/^.s/")["total"] == 1


def test_waiting_in_vain(control: Control) -> None:
    control.send()
    answer = control.ask(f"{AT}/wait/mail?to=eve@*&timeout=0.01")
    assert (answer.status, answer.json["title"]) == (504, "Gateway Timeout")
    (missed,) = answer.json["mistakes"]
    assert missed["message"] == "ann@example.org → bob@example.org 'Hello': to differs"
    assert control.ask(f"{AT}/wait/mail?mailbox=eve&timeout=0").status == 504
    assert control.ask(f"{AT}/wait/entry?name=nothing&timeout=0.01").status == 504
    assert control.get(f"{AT}/wait/entry?name=mail.accepted")["fields"]["details"]["size"] == len(MAIL)


@pytest.mark.parametrize(
    ("rule", "where", "message"),
    [
        ({"on": "smpt"}, "body.on", "there is no service 'smpt', did you mean 'smtp'?"),
        ({"on": "smtp.rctp"}, "body.on", "smtp has no event 'rctp', did you mean 'rcpt'?"),
        (
            {"on": "pop3", "listener": "mian"},
            "body.listener",
            "pop3 has no listener 'mian', did you mean 'main'?",
        ),
        (
            {"on": "smtp", "times": 1, "effect": {"kind": "refuse"}},
            "body.times",
            "refuse has no times: it lasts as long as its rule is in force",
        ),
    ],
    ids=["service", "event", "listener", "condition"],
)
def test_mistakes_in_faults_are_told_as_in_a_file(
    control: Control, rule: dict[str, Any], where: str, message: str
) -> None:
    answer = control.ask(f"{AT}/faults", "POST", {"effect": {"kind": "reset"}} | rule)
    assert answer.status == 400
    assert answer.json["mistakes"] == [{"where": where, "message": message}]


@pytest.mark.parametrize(
    ("stub", "where", "message"),
    [
        ({"service": "http", "pth": "/a"}, "body.pth", "unknown key, did you mean 'path'?"),
        (
            {"service": "htp"},
            "body.service",
            "there is no service 'htp', did you mean 'http'?; known: http, xmlrpc, tcp, udp",
        ),
        (
            {"service": "http", "answers": [{"status": 99}]},
            "body.answers.0.status",
            "Input should be greater than or equal to 200, not 99",
        ),
    ],
    ids=["key", "service", "answer"],
)
def test_mistakes_in_stubs_are_told_as_in_a_file(
    control: Control, stub: dict[str, Any], where: str, message: str
) -> None:
    answer = control.ask(f"{AT}/stubs", "POST", stub)
    assert (answer.status, answer.json["mistakes"]) == (400, [{"where": where, "message": message}])


def test_the_root_lists_what_there_is(control: Control) -> None:
    own = control.get(f"{AT}/")["operations"]
    summary = "Matching messages, as soon as there are enough; 504 if there never are"
    assert {"method": "GET", "path": f"{AT}/wait/mail", "summary": summary} in own
    everything = control.get("/")["operations"]
    assert "/api/v1/messages" in {each["path"] for each in everything}
    assert all(each in everything for each in own)


def test_faults_are_added_counted_and_removed(control: Control) -> None:
    rule = {"name": "full", "on": "smtp.rcpt", "effect": {"kind": "reply", "text": "452 4.2.2 Full"}}
    assert control.ask(f"{AT}/faults", "POST", rule).status == 201
    assert control.ask(f"{AT}/faults", "POST", rule).status == 409
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        control.send()
    (fault,) = control.get(f"{AT}/faults")["faults"]
    assert (fault["rule"]["name"], fault["hits"]) == ("full", 1)
    assert control.ask(f"{AT}/faults/full", "DELETE").status == 204
    assert control.ask(f"{AT}/faults/full", "DELETE").status == 404
    control.send()
    control.ask(f"{AT}/faults", "POST", rule)
    assert control.ask(f"{AT}/faults", "DELETE").status == 204
    assert control.get(f"{AT}/faults")["faults"] == []


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"on": "smtp", "effect": {"kind": "nonsense"}}, "body.effect.kind"),
        ({"on": "smtp", "effect": {"kind": "reset"}, "tims": 3}, "body.tims"),
        ([], "body"),
    ],
)
def test_mistakes_in_a_rule_are_told(control: Control, body: object, where: str) -> None:
    answer = control.ask(f"{AT}/faults", "POST", body)
    assert (answer.status, answer.json["mistakes"][0]["where"]) == (400, where)


def test_accounts(control: Control) -> None:
    account = {"password": "secret", "addresses": ["info@example.org"]}
    answer = control.ask(f"{AT}/accounts/ann%40example.org", "PUT", account)
    assert answer.json == {"name": "ann@example.org", "addresses": ["info@example.org"]}
    control.send(MAIL, "info@example.org")
    assert control.get(f"{AT}/mail?mailbox=ann@example.org")["total"] == 1
    pop = poplib.POP3("127.0.0.1", control.sandbox.endpoint("pop3").port)
    pop.user("ann@example.org")
    with pytest.raises(poplib.error_proto):
        pop.pass_("wrong")
    pop.close()
    assert "secret" not in control.ask(f"{AT}/accounts").body.decode()
    assert control.ask(f"{AT}/accounts/ann%40example.org", "DELETE").status == 204
    assert control.ask(f"{AT}/accounts/ann%40example.org", "DELETE").status == 404


def test_the_configuration_hides_passwords(serve: Serve) -> None:
    pages = {"/": {"text": "x", "realm": "r", "users": {"eve": "s3cret"}}}
    sandbox = serve(
        control={},
        http={"sites": {"example": {"pages": pages}}},
        accounts={"refused_passwords": ["s3cret"], "users": {"ann": {"password": "s3cret"}}},
    )
    answer = Control(sandbox).ask(f"{AT}/configuration")
    assert answer.status == 200
    assert "s3cret" not in answer.body.decode()
    assert answer.json["general"]["accounts"]["users"]["ann"] == {"password": "…", "addresses": []}
    assert "eve" in answer.body.decode()


def test_services_and_unknown_paths(control: Control) -> None:
    services = {endpoint["service"] for endpoint in control.get(f"{AT}/services")["endpoints"]}
    assert services == {"smtp", "imap", "pop3", "http", "control"}
    assert control.ask("/nowhere").json["status"] == 404
    answer = control.ask(f"{AT}/reset")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert control.ask(f"{AT}/mail?limit=0").status == 400


def test_bodies_are_bounded_and_json(serve: Serve) -> None:
    control = Control(serve(control={"max_request": 100}))
    assert control.ask(f"{AT}/faults", "POST", {"on": "x" * 200}).status == 413
    request = urllib.request.Request(f"{control.url}{AT}/faults", b"{nonsense", method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 415  # urllib's own type is that of forms
    caught.value.close()
    deep = b"[" * 90
    request = urllib.request.Request(f"{control.url}{AT}/faults", deep, {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 400
    caught.value.close()


def test_what_is_no_http_is_answered(control: Control) -> None:
    endpoint = control.sandbox.endpoint("control")
    with socket.create_connection((endpoint.host, endpoint.port), timeout=5) as sock:
        sock.sendall(b"\x00\x01\x02 nonsense\r\n\r\n")
        assert b" 501 " in sock.recv(1000)


def test_a_fresh_start(control: Control) -> None:
    control.send()
    rule = {"on": "smtp.rcpt", "effect": {"kind": "reply", "text": "452 Full"}}
    control.ask(f"{AT}/faults", "POST", rule)
    control.ask(f"{AT}/accounts/ann", "PUT", {"password": "secret"})
    control.ask("/api/v1/tags", "PUT", {"IDs": ["00000001"], "Tags": ["old"]})
    assert control.ask(f"{AT}/reset", "POST").status == 204
    assert control.get(f"{AT}/mail")["total"] == 0
    assert control.get(f"{AT}/faults")["faults"] == []
    assert control.get(f"{AT}/accounts")["accounts"] == []
    assert control.get(f"{AT}/journal?kind=fact")["entries"] == []
    control.send()
    assert control.get("/api/v1/messages")["tags"] == []


def test_going_back_to_a_snapshot(control: Control) -> None:
    control.send()
    last = control.get(f"{AT}/journal")["last"]
    assert control.ask(f"{AT}/snapshots/one", "PUT").status == 204
    control.send()
    assert control.get(f"{AT}/snapshots") == {"snapshots": ["one"]}
    assert control.ask(f"{AT}/snapshots/one/restore", "POST").status == 204
    assert control.get(f"{AT}/mail")["total"] == 1
    later = control.get(f"{AT}/journal")["last"]
    assert later > last
    control.send()
    # What was asked for before the gap in the numbers does not come again.
    newer = control.get(f"{AT}/journal?after={later}")["entries"]
    assert min(entry["sequence"] for entry in newer) > later
    assert control.ask(f"{AT}/snapshots/one", "DELETE").status == 204
    assert control.ask(f"{AT}/snapshots/one/restore", "POST").status == 404


def test_stubs(control: Control) -> None:
    stub = {"service": "http", "name": "tea", "path": "/orders/*", "answers": [{"status": 418}]}
    added = control.ask(f"{AT}/stubs", "POST", stub)
    assert (added.status, added.json["requests"]) == (201, 0)
    assert control.ask(f"{AT}/stubs", "POST", stub).status == 409
    (problem,) = control.get(f"{AT}/stubs/problems")["problems"]
    assert "tea" in problem
    port = control.sandbox.endpoint("http").port
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/orders/1", timeout=10)
    assert caught.value.code == 418
    caught.value.close()
    assert control.get(f"{AT}/stubs")["stubs"][0]["requests"] == 1
    assert control.get(f"{AT}/stubs/problems")["problems"] == []
    assert (
        control.ask(f"{AT}/stubs", "POST", {"service": "smtp"}).json["mistakes"][0]["where"] == "body.service"
    )
    assert control.ask(f"{AT}/stubs/tea", "DELETE").status == 204
    assert control.ask(f"{AT}/stubs/tea", "DELETE").status == 404
    control.ask(f"{AT}/stubs", "POST", stub)
    assert control.ask(f"{AT}/stubs", "DELETE").status == 204
    assert control.get(f"{AT}/stubs") == {"stubs": []}


@pytest.mark.parametrize(
    "body",
    [
        rb'{"password": "x", "addresses": ["\ud800"]}',
        b'{"password": "\xed\xa0\x80"}',
        b"[" * 5000,
        b"NaN",
        b"\xff",
    ],
    ids=["half-a-pair", "half-a-pair-in-octets", "deep", "no-number", "no-text"],
)
def test_what_is_no_json_is_refused_and_nothing_is_left_of_it(control: Control, body: bytes) -> None:
    request = urllib.request.Request(control.url + "/sandbox/v1/accounts/ann", body, method="PUT")
    request.add_header("Content-Type", "application/json")
    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request, timeout=10):
        pass
    with refused.value:
        assert refused.value.code == 400
        assert refused.value.headers.get_content_type() == "application/problem+json"
    assert control.get("/sandbox/v1/accounts")["accounts"] == []


def test_a_body_that_is_not_encoded_as_it_says_is_refused(control: Control) -> None:
    answer = control.ask(f"{AT}/faults", "POST", {"on": "smtp.rcpt"}, Content_Encoding="gzip")
    assert (answer.status, answer.headers.get_content_type()) == (400, "application/problem+json")


@pytest.mark.parametrize("path", ["journal?", "wait/entry?timeout=0&"])
def test_a_number_larger_than_any_that_counts_is_ahead_of_all_entries(control: Control, path: str) -> None:
    assert control.ask(f"{AT}/{path}after={10**30}").status in (200, 504)
