"""UIDs strictly rise, flags and modifications are counted, and watchers hear of every change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.stores.mail import (
    Appended,
    Change,
    Envelope,
    Expunged,
    Flagged,
    Mailbox,
    MailboxError,
    MailStore,
    Message,
)


@pytest.fixture
def store() -> MailStore:
    return MailStore(clock=lambda: 1_000.0)


@pytest.fixture
def box() -> Mailbox:
    return Mailbox("INBOX", uid_validity=7)


def message(number: int = 1, content: bytes = b"Subject: x\r\n\r\nbody\r\n") -> Message:
    return Message(id=str(number), content=content, received=50.0)


def test_uids_are_never_used_again(box: Mailbox) -> None:
    first, second = box.append(message()), box.append(message())
    box.expunge([second.uid])
    third = box.append(message())
    assert (first.uid, second.uid, third.uid, box.uid_next) == (1, 2, 3, 4)
    assert box.uids == (1, 3)


def test_internal_date_is_the_arrival_unless_given(box: Mailbox) -> None:
    assert box.append(message()).internal_date == 50.0
    dated = box.append(message(), internal_date=9.0, zone=180)
    assert (dated.internal_date, dated.zone) == (9.0, 180)


def test_flags_change_once(box: Mailbox) -> None:
    stored = box.append(message(), flags={"\\Seen"})
    before = box.highest_modseq
    assert box.set_flags(stored.uid, {"\\Seen"}) == stored
    assert box.highest_modseq == before
    changed = box.set_flags(stored.uid, {"work"})
    assert changed is not None
    assert changed.modseq == box.highest_modseq > before
    assert changed.has("WORK")
    assert not changed.has("\\seen")
    assert box.set_flags(99, set()) is None


def test_expunged_since(box: Mailbox) -> None:
    for _ in range(3):
        box.append(message())
    then = box.highest_modseq
    assert box.expunge([3, 1, 99]) == [1, 3]
    assert box.expunged_since(then) == [1, 3]
    assert box.expunged_since(box.highest_modseq) == []


def test_octets_are_those_of_the_messages_still_there(box: Mailbox) -> None:
    box.append(message(1, b"12345"))
    box.append(message(2, b"123"))
    assert box.octets == 8
    box.expunge([1, 9])
    assert box.octets == 3


def test_recent_belongs_to_who_takes_it_first(box: Mailbox) -> None:
    box.append(message())
    assert box.count_recent() == 1
    assert box.take_recent() == {1}
    assert box.take_recent() == frozenset()
    box.append(message())
    assert box.count_recent() == 1


def test_watchers_hear_changes_and_who_made_them(box: Mailbox) -> None:
    heard: list[Change] = []
    me = object()
    unwatch = box.watch(heard.append)
    stored = box.append(message(), origin=me)
    flagged = box.set_flags(stored.uid, {"a"}, origin=me)
    box.expunge([stored.uid], origin=me)
    unwatch()
    box.append(message())
    assert [type(change) for change in heard] == [Appended, Flagged, Expunged]
    assert heard[:2] == [Appended(stored, me), Flagged(flagged, me)]  # type: ignore[arg-type]
    assert all(change.origin is me for change in heard)


@given(st.lists(st.one_of(st.none(), st.integers(1, 20))))
def test_any_history_keeps_uids_rising(steps: list[int | None]) -> None:
    box = Mailbox("x", uid_validity=1)
    seen: list[int] = []
    for step in steps:
        if step is None:
            seen.append(box.append(message()).uid)
        else:
            box.expunge([step])
    assert seen == sorted(set(seen))
    assert [stored.uid for stored in box] == list(box.uids)


def test_delivery_reaches_each_owner_once(store: MailStore) -> None:
    mail = store.new_message(b"x", envelope=Envelope("a@b", ("c@d",)))
    store.deliver(mail, ["ann", "Ann", "bob"])
    assert store.messages == [mail]
    assert [stored.message for stored in store.home("ann").inbox] == [mail]
    assert [stored.message for stored in store.home("BOB").inbox] == [mail]


def test_samples_fill_a_new_inbox() -> None:
    store = MailStore(samples=True)
    inbox = store.home("ann@example.org").inbox
    sizes = [len(stored.content) for stored in inbox]
    assert len(sizes) == 3
    assert max(sizes) > 32_000 > min(sizes)
    for stored in inbox:
        assert b"\n" not in stored.content.replace(b"\r\n", b"")
        assert stored.message.summary.recipients == "ann@example.org"
        assert stored.message.summary.sender
        assert stored.message.summary.subject
    assert store.messages == []


def test_uid_validity_differs_for_a_mailbox_made_again(store: MailStore) -> None:
    home = store.home("ann")
    first = home.create("Work").uid_validity
    home.delete("Work")
    assert home.create("Work").uid_validity > first


def test_inbox_has_one_name_in_any_case(store: MailStore) -> None:
    home = store.home("ann")
    assert home.get("inbox") is home.get("InBoX") is home.inbox
    home.create("inbox/sub")
    assert home.get("INBOX/sub") is not None


def test_parents_are_inferred(store: MailStore) -> None:
    home = store.home("ann")
    home.create("a/b/c/")
    assert home.get("a/b/c") is not None
    assert home.get("a") is None
    assert home.is_parent("a")
    with pytest.raises(MailboxError) as caught:
        home.delete("a")
    assert caught.value.code == "HASCHILDREN"


def test_rename_takes_the_children_along(store: MailStore) -> None:
    home = store.home("ann")
    home.create("a")
    inner = home.create("a/b")
    home.rename("a", "z")
    assert home.get("z/b") is inner
    assert inner.name == "z/b"
    assert home.get("a") is None


def test_rename_of_inbox_moves_its_messages(store: MailStore) -> None:
    home = store.home("ann")
    home.inbox.append(message())
    home.rename("INBOX", "old")
    old = home.get("old")
    assert old is not None
    assert (len(old), len(home.inbox)) == (1, 0)


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("ALREADYEXISTS", lambda home: home.create("Sent")),
        ("ALREADYEXISTS", lambda home: home.create("inbox")),
        ("CANNOT", lambda home: home.create("a//b")),
        ("CANNOT", lambda home: home.create("")),
        ("CANNOT", lambda home: home.create("a*")),
        ("CANNOT", lambda home: home.delete("INBOX")),
        ("NONEXISTENT", lambda home: home.delete("none")),
        ("NONEXISTENT", lambda home: home.rename("none", "x")),
        ("ALREADYEXISTS", lambda home: home.rename("Sent", "Drafts")),
        ("CANNOT", lambda home: home.rename("Sent", "Sent/below")),
    ],
)
def test_refusals_have_their_code(store: MailStore, code: str, action: object) -> None:
    with pytest.raises(MailboxError) as caught:
        action(store.home("ann"))  # type: ignore[operator]
    assert caught.value.code == code


def test_the_lock_has_one_holder(store: MailStore) -> None:
    home, one, two = store.home("ann"), object(), object()
    assert home.lock(one)
    assert home.lock(one)
    assert not home.lock(two)
    home.unlock(two)
    assert not home.lock(two)
    home.unlock(one)
    assert home.lock(two)


@pytest.mark.parametrize(
    ("content", "subject"),
    [
        (b"Subject: =?koi8-r?B?8NLJ18XU?=\r\n\r\n", "Привет"),
        (b"Subject: plain\n\nSubject: not this", "plain"),
        (b"no header at all", ""),
        (b"", ""),
        (b"Subject: =?nonsense?B?8NLJ18XU?=\r\n\r\n", "=?nonsense?B?8NLJ18XU?="),
        (b"Subject: =?nonsense?q?a?= =?koi8-r*ru?B?8NLJ18XU?=\r\n\r\n", "=?nonsense?q?a?= Привет"),
        (b"Subject: a\r\n b\r\n\r\n", "a b"),
        ("Subject: Привет\r\n\r\n".encode(), "Привет"),
        (
            "Subject: =?koi8-r?B?8NLJ18XU?= и=?utf-8?q?_?=\r\n =?utf-8?q?=D0=BF?= пока\r\n\r\n".encode(),
            "Привет и п пока",
        ),
        (b"Subject: caf\xe9\r\n\r\n", "caf\u00e9"),
        (b"Subject: =?utf-8?b?abcde?=\r\n\r\n", "=?utf-8?b?abcde?="),
        (b"Subject: " + b"=?utf-8?q?=D0=9F?= " * 60_000 + b"\r\n\r\n", "\u041f" * 526 + " =?utf-"),
    ],
)
def test_summary(content: bytes, subject: str) -> None:
    assert message(content=content).summary.subject == subject


@given(st.binary())
def test_summary_of_any_bytes(content: bytes) -> None:
    assert isinstance(message(content=content).summary.subject, str)
    assert isinstance(message(content=b"Subject: =?utf-8?q?" + content).summary.subject, str)
