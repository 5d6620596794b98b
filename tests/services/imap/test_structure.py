"""The MIME structure: exact places in good mails, as the standard library sees them, and calm about bad ones."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP

from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap.structure import MAX_DEPTH, MAX_PARTS, Part, structure
from tests.services.imap.mails import crlf

MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def texts(part: Part) -> list[bytes]:
    """The bodies of all leaves, front to back."""
    if not part.children:
        return [part.body]
    return [text for child in part.children for text in texts(child)]


def compare(part: Part, known: Message) -> None:
    """Assert that both trees have the same types and the same octets."""
    assert part.media.full.decode() == known.get_content_type()
    assert part.header.get(b"content-id") == (known["Content-ID"] and known["Content-ID"].encode())
    if known.is_multipart():
        children = known.get_payload()
        assert isinstance(children, list)
        assert len(part.children) == len(children)
        for child, known_child in zip(part.children, children, strict=True):
            compare(child, known_child)
    else:
        assert not part.children
        assert part.body == known.get_payload(decode=True)  # nothing is encoded but in 8 bits


def leaf(text: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail.set_content(text, cte="8bit")
    return mail


def attached(mail: EmailMessage) -> EmailMessage:
    forward = EmailMessage(policy=SMTP)
    forward["Subject"] = "Fwd"
    forward.set_content(mail)
    return forward


def multipart(children: list[EmailMessage]) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Content-ID"] = f"<{len(children)}>"
    mail.make_mixed()
    for child in children:
        mail.attach(child)
    return mail


words = st.text(st.sampled_from("abc -\nя"), max_size=40)
trees = st.recursive(
    words.map(leaf),
    lambda inner: st.one_of(inner.map(attached), st.lists(inner, min_size=1, max_size=4).map(multipart)),
    max_leaves=12,
)


@given(trees)
def test_is_the_tree_the_standard_library_sees(mail: EmailMessage) -> None:
    content = mail.as_bytes()
    compare(structure(content), message_from_bytes(content))


@given(trees)
def test_line_ends_do_not_matter(mail: EmailMessage) -> None:
    content = mail.as_bytes()
    bare = content.replace(b"\r\n", b"\n")
    assert texts(structure(bare)) == [text.replace(b"\r\n", b"\n") for text in texts(structure(content))]


FRAGMENTS = (
    b"\r\n", b"\n", b"--b", b"--b--", b"--", b" ", b":", b'"', b"Content-Type: ", b"multipart/mixed; boundary=b",
    b"multipart/digest; boundary=c", b"--c", b"message/rfc822", b"text/html", b"\x00", b"\xff",
)  # fmt: skip


@given(st.one_of(st.binary(), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(b"".join)))
def test_any_octets_have_a_structure_within_their_bounds(content: bytes) -> None:
    todo = [(structure(content), 0, len(content))]
    while todo:
        part, start, end = todo.pop()
        assert start <= part.header.start <= part.header.blank <= part.header.end <= part.end <= end
        assert (
            b"".join(content[field.start : field.end] for field in part.header.fields)
            == (content[part.header.start : part.header.blank])
        )
        todo += [(child, part.header.end, part.end) for child in part.children]


def test_the_line_end_before_a_delimiter_is_not_the_parts() -> None:
    part = structure(MIXED + b"--b\r\n\r\none\r\n\r\n--b\r\n\r\n\r\n--b--\r\n")
    assert [child.body for child in part.children] == [b"one\r\n", b""]
    assert [child.lines for child in part.children] == [1, 0]


def test_preamble_and_epilogue_belong_to_no_part() -> None:
    part = structure(MIXED + b"preamble\r\n--b\r\n\r\none\r\n--b--\r\nepilogue\r\n")
    assert texts(part) == [b"one"]
    assert part.body.endswith(b"epilogue\r\n")


def test_an_outer_delimiter_ends_an_inner_multipart_that_was_never_closed() -> None:
    part = structure(
        crlf(
            """
            Content-Type: multipart/mixed; boundary=outer

            --outer
            Content-Type: multipart/alternative; boundary=inner

            --inner

            one
            --outer

            two
            --outer--
            """
        )
    )
    assert [child.media.full for child in part.children] == [b"multipart/alternative", b"text/plain"]
    assert texts(part) == [b"one", b"two"]


def test_a_boundary_is_a_whole_line_and_may_have_blanks_behind_it() -> None:
    part = structure(MIXED + b"--b \t\r\n\r\n--bc\r\n --b\r\nx--b\r\n--b--  \r\n")
    assert texts(part) == [b"--bc\r\n --b\r\nx--b"]


def test_an_inner_boundary_that_begins_like_the_outer_one() -> None:
    inner = b"--b\r\nContent-Type: multipart/mixed; boundary=b-1\r\n\r\n--b-1\r\n\r\none\r\n--b-1--\r\n"
    assert texts(structure(MIXED + inner + b"--b\r\n\r\ntwo\r\n--b--\r\n")) == [b"one", b"two"]


def test_an_inner_boundary_that_is_the_outer_one() -> None:
    inner = b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n"
    assert texts(structure(MIXED + inner + b"--b\r\n\r\ntwo\r\n--b--\r\n")) == [b"one", b"two"]


def test_a_part_may_end_within_its_header() -> None:
    part = structure(MIXED + b"--b\r\nContent-Type: text/html\r\n--b\r\n\r\ntwo\r\n--b--\r\n")
    assert [child.media.full for child in part.children] == [b"text/html", b"text/plain"]
    assert texts(part) == [b"", b"two"]


def test_a_multipart_without_boundary_is_text() -> None:
    part = structure(b"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\none\r\n")
    assert part.media.full == b"text/plain"
    assert part.body == b"--b\r\n\r\none\r\n"


def test_a_multipart_whose_boundary_never_comes_is_text() -> None:
    part = structure(MIXED + b"hello\r\n")
    assert part.media.full == b"text/plain"
    assert texts(part) == [b"hello\r\n"]


def test_a_truncated_multipart_has_the_parts_that_came() -> None:
    assert texts(structure(MIXED + b"--b\r\n\r\none\r\n--b\r\n\r\ntw")) == [b"one", b"tw"]
    assert texts(structure(MIXED + b"--b\r\n\r\none\r\n--b\r\n")) == [b"one"]


def test_the_first_content_type_counts() -> None:
    part = structure(
        b"Content-Type: text/html\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
    )
    assert part.media.full == b"text/html"


def test_a_content_type_that_is_none_means_plain_text() -> None:
    for value in (b"", b"text", b"text/", b"/plain", b"\xff/\xff", b"; charset=x"):
        part = structure(b"Content-Type: " + value + b"\r\n\r\nx")
        assert part.media.full == b"text/plain", value
        assert not part.media.declared


def test_the_parts_of_a_digest_are_messages() -> None:
    part = structure(
        b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: one\r\n\r\nbody\r\n--b--\r\n"
    )
    (child,) = part.children
    assert child.is_message
    assert child.children[0].header.get(b"subject") == b"one"


def test_a_message_without_header_and_one_without_body() -> None:
    assert structure(b"\r\nbody\r\n").body == b"body\r\n"
    assert structure(b"").body == b""
    part = structure(b"Subject: x")
    assert part.header.get(b"subject") == b"x"
    assert part.size == 0


def test_a_field_is_unfolded_and_its_name_known_in_any_case() -> None:
    header = structure(b"SUBJECT : one\r\n\ttwo\r\n  three\r\nsubject: other\r\nnonsense\n\r\n").header
    assert header.get(b"subject") == b"one\ttwo  three"
    assert header.all(b"subject") == [b"one\ttwo  three", b"other"]
    assert header.get(b"nonsense") is None


def test_depth_and_number_of_parts_are_bounded() -> None:
    nested = structure(b"Content-Type: message/rfc822\r\n\r\n" * 1000)
    depth = 0
    while nested.children:
        (nested,) = nested.children
        depth += 1
    assert depth == MAX_DEPTH
    assert nested.media.full == b"text/plain"
    wide = structure(MIXED + b"--b\r\n\r\nx\r\n" * (MAX_PARTS + 1000))
    assert len(wide.children) < MAX_PARTS
    assert wide.children[-1].end == wide.end


def test_time_grows_with_the_length_and_not_faster() -> None:
    # Each would take minutes if every nested part were searched again for every boundary around it.
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(80)
    )
    structure(nested + b"\r\n--\r\n" * 200_000)
    structure(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 200_000)
    structure(b"a" * 2_000_000)
    structure(b"Subject: x\r\n " * 200_000)
