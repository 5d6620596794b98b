"""THREAD: conversations by Message-ID and by subject, written as the RFC writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.imap import search, thread
from sandbox.services.imap.trees import Node, preorder, render_trees
from sandbox.stores.mail import StoredMessage
from tests.services.imap.mails import NEW_YEAR, numbered, outcome, stored, tokens


def mail(
    message_id: str = "", references: str = "", subject: str = "", *, reply_to: str = "", day: int = 0
) -> StoredMessage:
    """A message; its date is that of its turn, unless a ``day`` moves it."""
    fields = [
        *([f"Message-ID: <{message_id}>"] if message_id else []),
        *([f"References: {' '.join(f'<{one}>' for one in references.split())}"] if references else []),
        *([f"In-Reply-To: <{reply_to}> of somebody"] if reply_to else []),
        *([f"Subject: {subject}"] if subject else []),
    ]
    return stored("\n".join(fields) + "\n\nbody\n", date=NEW_YEAR + day * 86400)


def threads(*mails: StoredMessage, algorithm: str = "REFERENCES") -> str:
    messages = numbered(*mails)
    query = thread.parse(tokens(algorithm, "UTF-8", "ALL"))
    roots = outcome(thread.run(query, messages, recent=frozenset(), now=NEW_YEAR))
    assert sorted(node.number for node in preorder(roots) if node.stored) == [
        number for number, _ in messages
    ]
    return thread.render(roots, uid=False).decode()


def test_the_examples_of_rfc_5256() -> None:
    def tree(number: int, *children: Node) -> Node:
        node = Node(number, stored() if number else None)
        node.children = list(children)
        return node

    # RFC 5256 §4 "THREAD Response"
    chain = tree(3, tree(6, tree(4, tree(23)), tree(44, tree(7, tree(96)))))
    assert render_trees([tree(2), chain], uid=False) == b"(2)(3 6 (4 23)(44 7 96))"
    assert render_trees([tree(0, tree(3), tree(5))], uid=False) == b"((3)(5))"


def test_replies_stand_below_what_they_answer() -> None:
    assert threads(mail("1"), mail("2", "1"), mail("3", "1 2"), mail("4", "1")) == "(1 (2 3)(4))"


def test_the_order_of_arrival_does_not_matter() -> None:
    assert threads(mail("3", "1 2"), mail("2", "1"), mail("1")) == "(3 2 1)"


def test_in_reply_to_stands_in_for_references() -> None:
    assert threads(mail("1"), mail("2", reply_to="1"), mail("3", "2", reply_to="1")) == "(1 2 3)"


def test_answers_to_a_message_that_is_not_there_are_held_together() -> None:
    assert threads(mail("2", "1"), mail("3", "1")) == "((1)(2))"
    assert threads(mail("3", "1 2")) == "(1)"
    assert threads(mail("0"), mail("3", "0 1"), mail("4", "0 1 2")) == "(1 (2)(3))"


def test_siblings_and_threads_are_in_the_order_of_their_dates() -> None:
    assert threads(mail("1"), mail("2", "1", day=2), mail("3", "1", day=1)) == "(1 (3)(2))"
    assert threads(mail("1", day=2), mail("2", day=1)) == "(2)(1)"
    assert threads(mail("2", "1", day=3), mail("3", "1", day=1), mail("4", day=2)) == "((2)(1))(3)"


def test_uids_on_demand() -> None:
    query = thread.parse(tokens("REFERENCES", "UTF-8", "ALL"))
    roots = outcome(thread.run(query, [(1, stored(uid=70))], recent=frozenset(), now=NEW_YEAR))
    assert thread.render(roots, uid=False) == b"(1)"
    assert thread.render(roots, uid=True) == b"(70)"


def test_a_message_id_that_occurs_twice_counts_once() -> None:
    assert threads(mail("1"), mail("1"), mail("2", "1")) == "(1 3)(2)"


def test_circles_are_not_closed() -> None:
    assert threads(mail("1", "1")) == "(1)"
    assert threads(mail("1", "2"), mail("2", "1")) == "(2 1)"
    assert threads(mail("1", "3 2"), mail("2", "1"), mail("3", "2")) == "(2 (1)(3))"


def test_the_own_parent_of_a_message_is_better_than_hearsay() -> None:
    assert threads(mail("1"), mail("2"), mail("4", "1 3"), mail("3", "2")) == "(1)(2 4 3)"


@pytest.mark.parametrize(
    ("subjects", "answer"),
    [
        (["one", "two"], "(1)(2)"),
        (["one", "Re: one"], "(1 2)"),
        (["Re: one", "one"], "(2 1)"),
        (["one", "one"], "((1)(2))"),
        (["one", "one", "one"], "((1)(2)(3))"),
        (["Re: one", "Re: one"], "((1)(2))"),
        (["Re: one", "one", "Re: one", "One"], "((2 (1)(3))(4))"),
        (["", ""], "(1)(2)"),
        (["Re:", "Re:"], "(1)(2)"),
    ],
)
def test_threads_of_one_subject_are_gathered(subjects: list[str], answer: str) -> None:
    assert threads(*(mail(subject=subject) for subject in subjects)) == answer


def test_dummies_of_one_subject_become_one() -> None:
    two = [mail("2", "1", "a"), mail("3", "1", "a")]
    more = [mail("5", "4", "Re: a"), mail("6", "4", "Re: a"), mail("7", "", "a")]
    assert threads(*two, *more) == "((1)(2)(3)(4)(5))"


def test_by_subject_alone() -> None:
    mails = [
        mail("1", "", "b", day=1),
        mail("2", "", "Re: a", day=3),
        mail("3", "", "Re: b"),
        mail("4", "2", "a", day=2),
    ]
    assert threads(*mails, algorithm="orderedsubject") == "(3 1)(4 2)"
    assert threads(*mails, mail("5", "", "b", day=5), algorithm="ORDEREDSUBJECT") == "(3 (1)(5))(4 2)"
    assert threads(algorithm="ORDEREDSUBJECT") == ""


def test_a_conversation_of_thousands() -> None:
    count = 3000
    chain = [mail(str(number), str(number - 1)) for number in range(1, count + 1)]
    assert threads(*chain) == "(" + " ".join(str(number) for number in range(1, count + 1)) + ")"
    backwards = threads(*reversed(chain))
    assert backwards == "(" + " ".join(str(number) for number in range(count, 0, -1)) + ")"


@pytest.mark.parametrize(
    "words",
    [[], ["REFS", "UTF-8", "ALL"], ["REFERENCES"], ["REFERENCES", "UTF-8"], [b"REFERENCES", "UTF-8", "ALL"],
     ["REFERENCES", ["UTF-8"], "ALL"], ["REFERENCES", "UTF-8", "NONSENSE"]],
)  # fmt: skip
def test_what_is_no_thread_is_refused(words: list[object]) -> None:
    with pytest.raises(ValueError):
        thread.parse(tokens(*words))


def test_a_charset_must_be_known() -> None:
    with pytest.raises(search.BadCharset):
        thread.parse(tokens("REFERENCES", "X-NONE", "ALL"))


ids = st.sampled_from("abcdef")
some_mails = st.builds(
    mail, ids, st.lists(ids, max_size=4).map(" ".join), st.sampled_from(["", "x", "Re: x", "y"]),
    day=st.integers(0, 3),
)  # fmt: skip


@given(st.lists(some_mails, max_size=10), st.sampled_from(["REFERENCES", "ORDEREDSUBJECT"]))
def test_every_message_stands_in_exactly_one_thread(mails: list[StoredMessage], algorithm: str) -> None:
    written = threads(*mails, algorithm=algorithm)
    assert written.count("(") == written.count(")")
    assert "()" not in written
