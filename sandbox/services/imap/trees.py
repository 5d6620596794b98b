"""Threads as trees. Conversations can be thousands of messages deep, so nothing here calls itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sandbox.services.imap.sort import sent_moment, subject_of
from sandbox.services.imap.subjects import Subject
from sandbox.stores.mail import StoredMessage


class Node:
    """A message in a thread, or a dummy: one that others refer to and that is not there (RFC 5256 §3).

    ``moment`` is when it was sent, in seconds since the epoch, ``subject`` its base subject.
    """

    __slots__ = ("children", "moment", "number", "stored", "subject")

    def __init__(self, number: int = 0, stored: StoredMessage | None = None) -> None:
        self.number = 0
        self.stored: StoredMessage | None = None
        self.moment = 0.0
        self.subject = Subject("", is_reply=False)
        self.children: list[Node] = []
        if stored is not None:
            self.become(number, stored)

    def become(self, number: int, stored: StoredMessage) -> None:
        """Be this message, and no dummy any more."""
        self.number, self.stored = number, stored
        # Read here, once for each message: what asks for them later asks for all messages in one go.
        self.moment, self.subject = sent_moment(stored), subject_of(stored)

    @property
    def is_dummy(self) -> bool:
        """Whether there is no such message."""
        return self.stored is None

    @property
    def first(self) -> Node:
        """This message, or the first below a dummy: what it is sorted and named by."""
        node = self
        while node.is_dummy and node.children:
            node = node.children[0]
        return node

    @property
    def order(self) -> tuple[float, int]:
        """By what siblings are sorted: when the message was sent, then its number."""
        first = self.first
        return first.moment, first.number


def sort_siblings(roots: list[Node]) -> None:
    """Sort the ``roots`` and all siblings below them by date. Dummies stand only at the top and are sorted last."""
    for node in preorder(roots):
        node.children.sort(key=lambda child: child.order)
    roots.sort(key=lambda root: root.order)


def preorder(roots: Iterable[Node]) -> list[Node]:
    """The roots and all nodes below them, every node before its children."""
    nodes: list[Node] = []
    todo = list(roots)
    while todo:
        node = todo.pop()
        nodes.append(node)
        todo.extend(node.children)
    return nodes


def render_trees(roots: Sequence[Node], *, uid: bool) -> bytes:
    """The threads as a response names them, by UID or by sequence number: ``(2)(3 6 (4 23)(44 7 96))``."""
    words: list[bytes] = []
    todo: list[Node | bytes] = [*reversed(roots)]
    while todo:
        node = todo.pop()
        if isinstance(node, bytes):
            words.append(node)
            continue
        chain, last = _chain(node, uid=uid)
        words += [b"(", b" ".join(chain), b" " if chain and last.children else b""]
        todo += [b")", *reversed(last.children)]
    return b"".join(words)


def _chain(node: Node, *, uid: bool) -> tuple[list[bytes], Node]:
    """The messages from ``node`` down to the first that has several answers or none, and that one."""
    numbers: list[bytes] = []
    while True:
        if node.stored is not None:
            numbers.append(b"%d" % (node.stored.uid if uid else node.number))
        if len(node.children) != 1:
            return numbers, node
        node = node.children[0]
