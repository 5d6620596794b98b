"""Mails taken apart for showing: those that would take minutes are shown as they are."""

from __future__ import annotations

from sandbox.stores.mail import Message
from sandbox.stores.mail.message import MAX_HEADER
from sandbox.stores.mail.parts import MAX_DELIMITERS, take_apart
from tests.work import calls_of

MULTIPART = b"Subject: many\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"


def test_a_mail_of_too_many_parts_is_shown_as_it_is() -> None:
    some = MULTIPART + b"--b\r\n\r\nx\r\n" * 100 + b"--b--\r\n"
    assert len(take_apart(some).parts) == 100
    many = MULTIPART + b"--b\r\n\r\nx\r\n" * (MAX_DELIMITERS + 1) + b"--b--\r\n"
    (part,) = take_apart(many).parts
    assert part.content == many
    assert take_apart(many).fields[0] == ("Subject", "many")
    assert calls_of(lambda: take_apart(many)) < 5000


def test_of_a_header_without_end_the_beginning_is_shown() -> None:
    endless = b"Subject: first\r\n" + b"A: b\r\n" * 10 * (MAX_HEADER // 6) + b"Subject: last\r\n\r\nx\r\n"
    whole, part = Message("1", endless, 0.0), Message("2", endless[:MAX_HEADER], 0.0)
    assert whole.summary.subject == "first"
    assert calls_of(lambda: whole.header) < 2 * calls_of(lambda: part.header)
    mail = take_apart(endless)
    assert ("Subject", "last") not in mail.fields
    assert [each.content for each in mail.parts] == [endless]
