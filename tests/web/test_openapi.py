"""The OpenAPI document: it is one, every operation in it is asked, and answers are as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.web.conftest import Control

RULE = {"name": "one", "on": "smtp.rcpt", "effect": {"kind": "reply", "text": "452 Full"}}
NEW = {"From": {"Email": "a@example.org"}, "To": [{"Email": "b@example.org"}], "Subject": "x", "Text": "y"}

# In this order: what one makes the next may need. A name, the place, the method, and a body.
ASKED: list[tuple[str, str, str, Any]] = [
    ("list_services", "/sandbox/v1/services", "GET", None),
    ("read_certificate", "/sandbox/v1/certificate", "GET", None),
    ("read_configuration", "/sandbox/v1/configuration", "GET", None),
    ("put_account", "/sandbox/v1/accounts/ann", "PUT", {"password": "x"}),
    ("list_accounts", "/sandbox/v1/accounts", "GET", None),
    ("delete_account", "/sandbox/v1/accounts/ann", "DELETE", None),
    ("take_snapshot", "/sandbox/v1/snapshots/one", "PUT", None),
    ("list_snapshots", "/sandbox/v1/snapshots", "GET", None),
    ("list_mail", "/sandbox/v1/mail?limit=5", "GET", None),
    ("list_mailboxes", "/sandbox/v1/mailboxes", "GET", None),
    ("read_mail", "/sandbox/v1/mail/00000001", "GET", None),
    ("read_raw_mail", "/sandbox/v1/mail/00000001/raw", "GET", None),
    ("list_journal", "/sandbox/v1/journal?limit=50", "GET", None),
    ("read_transcript", "/sandbox/v1/connections/1/transcript", "GET", None),
    ("wait_for_mail", "/sandbox/v1/wait/mail?timeout=5", "GET", None),
    ("wait_for_entry", "/sandbox/v1/wait/entry?kind=closed&timeout=5", "GET", None),
    ("add_fault", "/sandbox/v1/faults", "POST", RULE),
    ("list_faults", "/sandbox/v1/faults", "GET", None),
    ("delete_fault", "/sandbox/v1/faults/one", "DELETE", None),
    ("delete_faults", "/sandbox/v1/faults", "DELETE", None),
    (
        "add_stub",
        "/sandbox/v1/stubs",
        "POST",
        {"service": "http", "path": "/x", "answers": [{"status": 418}]},
    ),
    ("list_stubs", "/sandbox/v1/stubs", "GET", None),
    ("verify_stubs", "/sandbox/v1/stubs/problems", "GET", None),
    ("delete_stub", "/sandbox/v1/stubs/stub-1", "DELETE", None),
    ("delete_stubs", "/sandbox/v1/stubs", "DELETE", None),
    ("mailpit_list", "/api/v1/messages", "GET", None),
    ("mailpit_search", "/api/v1/search?query=to:bob", "GET", None),
    ("mailpit_read", "/api/v1/message/latest", "GET", None),
    ("mailpit_headers", "/api/v1/message/latest/headers", "GET", None),
    ("mailpit_raw", "/api/v1/message/latest/raw", "GET", None),
    ("mailpit_part", "/api/v1/message/latest/part/1", "GET", None),
    ("mailpit_view_html", "/view/latest.html", "GET", None),
    ("mailpit_view_text", "/view/latest.txt", "GET", None),
    ("mailpit_set_read", "/api/v1/messages", "PUT", {"Read": True}),
    ("mailpit_set_tags", "/api/v1/tags", "PUT", {"IDs": ["00000001"], "Tags": ["a"]}),
    ("mailpit_tags", "/api/v1/tags", "GET", None),
    ("mailpit_rename_tag", "/api/v1/tags/a", "PUT", {"Name": "b"}),
    ("mailpit_delete_tag", "/api/v1/tags/b", "DELETE", None),
    ("mailpit_send", "/api/v1/send", "POST", NEW),
    ("mailpit_chaos", "/api/v1/chaos", "GET", None),
    ("mailpit_set_chaos", "/api/v1/chaos", "PUT", {"Sender": {"ErrorCode": 451, "Probability": 5}}),
    ("mailpit_info", "/api/v1/info", "GET", None),
    ("mailpit_live", "/livez", "GET", None),
    ("mailpit_ready", "/readyz", "GET", None),
    ("read_health", "/healthz", "GET", None),
    ("read_metrics", "/metrics", "GET", None),
    ("openapi", "/openapi.json", "GET", None),
    ("index", "/", "GET", None),
    ("index_of_own", "/sandbox/v1/", "GET", None),
    ("mailpit_delete_search", "/api/v1/search?query=nothing", "DELETE", None),
    ("delete_mail", "/sandbox/v1/mail/00000002", "DELETE", None),
    ("delete_matching_mail", "/sandbox/v1/mail?to=nobody", "DELETE", None),
    ("mailpit_delete", "/api/v1/messages", "DELETE", {"IDs": ["00000001"]}),
    ("restore_snapshot", "/sandbox/v1/snapshots/one/restore", "POST", None),
    ("delete_snapshot", "/sandbox/v1/snapshots/one", "DELETE", None),
    ("reset", "/sandbox/v1/reset", "POST", None),
]
# Asked by tests of their own, since their answers do not end.
ELSEWHERE = {"stream_journal", "mailpit_events"}
HTML = "To: bob@example.org\r\nContent-Type: text/html\r\n\r\n<p>x\r\n"


def operations(document: dict) -> Iterator[tuple[str, str, dict]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def test_the_document_is_one(control: Control) -> None:
    document = control.get("/openapi.json")
    validate(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert document["openapi"].startswith("3.1")


def test_every_operation_answers_as_it_says(control: Control) -> None:
    document = control.get("/openapi.json")
    known = {
        operation["operationId"]: (path, method, operation)
        for path, method, operation in operations(document)
    }
    assert {name for name, *_ in ASKED} | ELSEWHERE == set(known)
    assert len(known) == len(list(operations(document)))
    control.send(HTML)
    control.send(HTML)
    for name, place, method, body in ASKED:
        path, expected_method, operation = known[name]
        assert method == expected_method
        assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), place.partition("?")[0])
        answer = control.ask(place, method, body)
        assert answer.status < 300, (name, answer)
        check(document, operation, answer)
        for wrong in ("?skip=-1", "?limit=x"):
            if operation["parameters"] and "requestBody" not in operation:
                refused = control.ask(place.partition("?")[0] + wrong, method)
                if refused.status >= 400:
                    check(document, operation, refused)


def check(document: dict, operation: dict, answer: Any) -> None:
    told = operation["responses"][str(answer.status)]
    content = told.get("content", {})
    if not content:
        assert answer.body == b""
        return
    (media_type,) = content
    if media_type == "application/octet-stream":
        return
    assert answer.headers.get_content_type() == media_type
    schema = content[media_type].get("schema")
    if schema is not None:
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        registry = Registry().with_resource("urn:document", resource)
        reference = {"$ref": f"urn:document{schema['$ref']}"}
        Draft202012Validator(reference, registry=registry).validate(answer.json)


def test_messages_that_are_not_there_are_told_as_the_document_says(control: Control) -> None:
    document = control.get("/openapi.json")
    answer = control.ask("/api/v1/messages", "PUT", {"IDs": ["nothing"], "Read": True})
    assert answer.status == 404
    check(document, document["paths"]["/api/v1/messages"]["put"], answer)


@pytest.mark.parametrize("address", ["::", "@", "a@", "<", ",", "a b@c"])
def test_addresses_that_are_none_are_refused(control: Control, address: str) -> None:
    message = {"From": {"Email": address}, "To": [{"Email": "b@example.org"}]}
    assert control.ask("/api/v1/send", "POST", message).status in (200, 400)


@pytest.mark.parametrize(
    "file", ["x" * 3000, "a\0b", "~nobody-has-this-name/a"], ids=["long", "zero", "home"]
)
def test_stubs_of_impossible_files_are_refused(control: Control, file: str) -> None:
    stub = {"service": "http", "answers": [{"file": file}]}
    assert control.ask("/sandbox/v1/stubs", "POST", stub).status == 400
