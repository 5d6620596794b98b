"""A mail as a test looks at it; whatever its octets are, nothing raises."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.observation import Observer, Query
from sandbox.observation.codes import codes_of
from sandbox.observation.links import links_of_html, links_of_text
from sandbox.observation.mail import Mail
from sandbox.stores.mail import Message
from tests.observation.conftest import Story


def seen(content: bytes) -> Mail:
    return Mail(Message("1", content, 0.0))


def composed() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Анна <ann@example.org>"
    mail["To"] = "bob@example.org"
    mail["Subject"] = "Ваш код: подтверждение"
    mail.set_content("Ваш код 4821. Ссылка: https://example.org/confirm?a=1&b=2.\n")
    mail.add_alternative(
        '<p>Код <b>4821</b></p><a href="https://example.org/c?a=1&amp;b=2">да</a>', subtype="html"
    )
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="счёт.pdf")
    return mail


def test_everything_a_mail_has() -> None:
    raw = bytes(composed())
    mail = seen(raw)
    assert mail.subject == "Ваш код: подтверждение"
    assert mail.headers["from"] == "Анна <ann@example.org>"
    assert mail.headers.all("X-None") == []
    assert "to" in mail.headers
    assert mail.text == "Ваш код 4821. Ссылка: https://example.org/confirm?a=1&b=2.\n"
    assert mail.html.startswith("<p>Код")
    assert [part.media_type for part in mail.parts] == ["text/plain", "text/html", "application/pdf"]
    (attachment,) = mail.attachments
    assert (attachment.name, attachment.media_type, attachment.content) == (
        "счёт.pdf",
        "application/pdf",
        b"%PDF",
    )
    assert mail.links == ("https://example.org/confirm?a=1&b=2", "https://example.org/c?a=1&b=2")
    assert mail.codes == ("4821",)
    assert mail.raw == raw


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n<p>",
        b"Content-Type: multipart/mixed\r\n\r\n--",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\x00",
        b"Content-Type: text/plain; charset*0*=x''%ff\r\nSubject: \xff\xfe\x00\r\n\r\n\x00\xff",
        b"Content-Transfer-Encoding: base64\r\n\r\n!",
        b"Subject: =?utf-8?b?!!!?=\r\n\r\n",
        b"Content-Type: text/html\r\n\r\n<a href='http://[::1'>x</a><!-- <![if",
    ],
)
def test_broken_mails_never_raise(content: bytes) -> None:
    look_at_everything(seen(content))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"]),
)
def test_no_octets_raise(content: bytes, head: bytes) -> None:
    look_at_everything(seen(head + content))


def look_at_everything(mail: Mail) -> None:
    assert str(mail)
    looked = [
        mail.subject,
        mail.text,
        mail.html,
        mail.headers,
        mail.parts,
        mail.attachments,
        mail.links,
        mail.codes,
    ]
    assert len(looked) == 8
    assert mail.raw == mail.message.content


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see http://a.test/x.", ["http://a.test/x"]),
        ("(http://a.test/x_(y)), <https://b.test>", ["http://a.test/x_(y)", "https://b.test"]),
        ("HTTPS://A.test/?q=1&r=2!", ["HTTPS://A.test/?q=1&r=2"]),
        ("no link: www.a.test, mailto:a@b.test", []),
        ('"http://a.test/"', ["http://a.test/"]),
    ],
)
def test_links_of_text(text: str, links: list[str]) -> None:
    assert links_of_text(text) == links


def test_links_of_html() -> None:
    html = '<A HREF=" https://a.test/?x=1&amp;y=2 ">a</a><a href="#b"><a href="javascript:x"><img src="http://c.test">'
    assert links_of_html(html) == ["https://a.test/?x=1&y=2"]
    html = '<a href="https://a.test/?x=1&copy=2&region=eu&notify&amp;z=&lt;">a</a>'
    assert links_of_html(html) == ["https://a.test/?x=1&copy=2&region=eu&notify&z=<"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Your code is 123456.", ["123456"]),
        ("123456 is your verification code", ["123456"]),
        ("Use this code to log in:\n\n  4821\n\nIt expires in 10 minutes (2026).", ["4821"]),
        ("Your code: 123 456", ["123456"]),
        ("Your\xa0code:\xa0123\xa0456", ["123456"]),
        ("G-482913 is your Google verification code", ["482913"]),
        ("Ваш код подтверждения: 55443", ["55443"]),
        ("Order 12345678 for $1500, phone +4930123456", []),
        ("PIN 1234, backup code 87654321", ["1234", "87654321"]),
        ("Enter the code 2468 before 2026-11-21 or http://a.test/123456", ["2468"]),
        ("© 2026 Example", []),
        ("code 123 or 123456789", []),
        ("Use code 4821 2 times", ["4821"]),
        ("Your code: 1 2 3 4 5 6\nNot 1 2 3 4 5 6 7 8 9", ["123456"]),
        ("Ihr Bestätigungscode lautet 554433. Bestellung 99887766, Postcode 12345", ["554433"]),
        ("Su código es 556677", ["556677"]),
        ("Your order 555666 is on its way. Your one-time password: 9081", ["9081"]),
    ],
)
def test_codes(text: str, codes: list[str]) -> None:
    assert codes_of(text) == codes


def test_the_subject_may_have_the_code_and_html_alone_too() -> None:
    assert seen(b"Subject: 7788 is your code\r\n\r\n").codes == ("7788",)
    html = b"Content-Type: text/html\r\n\r\n<style>p{width:1234px}</style><p>Code</p><td><b>909192</b></td>"
    assert seen(html).codes == ("909192",)
    mail = EmailMessage()
    mail.set_content("Your program shows no HTML.")
    mail.add_alternative("<p>Your code is <b>246810</b></p>", subtype="html")
    assert seen(bytes(mail)).codes == ("246810",)


def test_a_message_within_a_message_is_attached_whole() -> None:
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("<b>not the text of the mail</b>", subtype="html")
    mail = EmailMessage()
    mail.set_content("See there.")
    mail.add_attachment(inner, filename="forwarded.eml")
    seen_mail = seen(mail.as_bytes().replace(b"\n", b"\r\n"))
    (attachment,) = seen_mail.attachments
    assert (attachment.name, attachment.media_type) == ("forwarded.eml", "message/rfc822")
    assert attachment.content == inner.as_bytes().replace(b"\n", b"\r\n")
    assert (seen_mail.text, seen_mail.html) == ("See there.\n", "")


def test_inline_pictures_and_texts_are_attachments_too() -> None:
    mail = composed()
    mail.add_attachment("a;b\n", subtype="csv", filename="a.csv")
    html = next(part for part in mail.walk() if part.get_content_type() == "text/html")
    html.add_related(b"PNG", "image", "png", cid="<logo>", disposition="inline")
    picture, pdf, table = seen(bytes(mail)).attachments
    assert (picture.content_id, picture.is_inline, picture.name) == ("logo", True, "")
    assert (pdf.name, pdf.is_inline, pdf.is_attachment) == ("счёт.pdf", False, True)
    assert (table.name, table.text) == ("a.csv", "a;b\n")
    assert "PNG" not in repr(picture)


def test_conditions(story: Story, observer: Observer) -> None:
    story.deliver(bytes(composed()), to="bob@example.org carl@example.org")
    story.deliver("Subject: Second\r\nX-Tag: blue\r\n\r\nTwo\r\n", sender="")

    def subjects(**wanted: object) -> list[str]:
        return [mail.subject for mail in Query.of(observer.mails, wanted).found()]

    assert subjects(to="CARL@*") == ["Ваш код: подтверждение"]
    assert subjects(sender="") == ["Second"]
    assert subjects(headers={"x-tag": "blue"}, text="Tw") == ["Second"]
    assert subjects(attachment="*.pdf") == ["Ваш код: подтверждение"]
    assert subjects(where=lambda mail: mail.codes == ("4821",)) == ["Ваш код: подтверждение"]
    assert subjects(to="bob@example.org") == ["Ваш код: подтверждение", "Second"]


def test_a_mail_stays_the_same_object(story: Story, observer: Observer) -> None:
    story.deliver("Subject: One\r\n\r\n")
    (first,) = observer.mails.all()
    story.deliver("Subject: Two\r\n\r\n")
    assert observer.mails.all()[0] is first
    assert [mail.sequence for mail in observer.mails.all()] == [1, 2]
    observer.clear_mail()
    assert observer.mails.all() == []


def test_identifiers_may_begin_anew(story: Story, observer: Observer) -> None:
    old = story.deliver("Subject: Old\r\n\r\n")
    assert [mail.subject for mail in observer.mails.all()] == ["Old"]
    story.mail.messages[:] = [replace(old, content=b"Subject: New\r\n\r\n")]
    assert [mail.subject for mail in observer.mails.all()] == ["New"]
