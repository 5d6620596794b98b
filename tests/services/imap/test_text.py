"""The text of a message that SEARCH looks through."""

from __future__ import annotations

from sandbox.services.imap.text import searchable
from tests.services.imap.mails import crlf


def test_a_report_of_delivery_is_text() -> None:
    # as Dovecot has it: programs look for bounces with BODY "Final-Recipient"
    mail = """
        Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; x.test

        Final-Recipient: rfc822; ann@x.test
        --b
        Content-Type: application/octet-stream

        Final-Answer: 42
        --b--
        """
    body = searchable(crlf(mail)).body
    assert "final-recipient: rfc822; ann@x.test" in body
    assert "final-answer" not in body
