"""THREAD=REFERENCES: who answers whom by Message-ID, then by subject (RFC 5256 §3 "REFERENCES")."""

from __future__ import annotations

import re

from sandbox.services.imap.structure import structure
from sandbox.services.imap.trees import Node, preorder, sort_siblings
from sandbox.stores.mail import StoredMessage

_MESSAGE_ID = re.compile(rb"<([^<>]+)>")


class References:
    """Messages by their Message-ID, and the parent of each."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._by_id: dict[bytes, Node] = {}
        self._parents: dict[Node, Node] = {}
        self._with_children: set[Node] = set()

    def add(self, number: int, stored: StoredMessage) -> None:
        """Step 1: link a message with the messages it refers to."""
        header = structure(stored.content).header
        own = _MESSAGE_ID.search(header.get(b"message-id") or b"")
        references = _MESSAGE_ID.findall(header.get(b"references") or b"")
        if not references:
            references = _MESSAGE_ID.findall(header.get(b"in-reply-to") or b"")[:1]
        node = self._node(own[1] if own else None)
        if not node.is_dummy:  # the same Message-ID twice: the second message has none
            node = self._node(None)
        node.become(number, stored)
        parent = self._chain(references)
        # A message knows its parent better than the messages that mention both.
        if self._parents.get(node) is not parent:
            self._parents.pop(node, None)
            self._adopt(parent, node)

    def threads(self) -> list[Node]:
        """Steps 2 to 6: the threads of all messages; oldest first, as all answers are. To be asked for once."""
        roots = _pruned(self._roots())
        sort_siblings(roots)
        roots = _gathered(roots)
        sort_siblings(roots)
        return roots

    def _roots(self) -> list[Node]:
        """The nodes without a parent, with their children below them."""
        for child, parent in self._parents.items():
            parent.children.append(child)
        return [node for node in self._nodes if node not in self._parents]

    def _chain(self, references: list[bytes]) -> Node | None:
        """Link references to each other, where they are not linked yet; the last of them, if any."""
        previous: Node | None = None
        for reference in references:
            node = self._node(reference)
            if node not in self._parents:
                self._adopt(previous, node)
            previous = node
        return previous

    def _node(self, message_id: bytes | None) -> Node:
        node = self._by_id.get(message_id) if message_id is not None else None
        if node is None:
            node = Node()
            self._nodes.append(node)
            if message_id is not None:
                self._by_id[message_id] = node
        return node

    def _adopt(self, parent: Node | None, child: Node) -> None:
        """Make ``parent`` the parent, unless that closes a circle."""
        if parent is None or parent is child:
            return
        if child in self._with_children:
            above: Node | None = parent
            while above is not None:
                if above is child:
                    return
                above = self._parents.get(above)
        self._parents[child] = parent
        self._with_children.add(parent)


def _pruned(roots: list[Node]) -> list[Node]:
    """Steps 2 and 3: without dummies, except for those that hold several messages together at the top."""
    for node in reversed(preorder(roots)):
        node.children = [
            heir for child in node.children for heir in (child.children if child.is_dummy else [child])
        ]
    return [
        heir
        for root in roots
        for heir in (root.children if root.is_dummy and len(root.children) < 2 else [root])
    ]


def _gathered(roots: list[Node]) -> list[Node]:
    """Step 5: threads of the same subject under one root."""
    table = _by_subject(roots)
    kept = dict.fromkeys(roots)
    for node in roots:
        subject = node.first.subject
        other = table.get(subject.base)
        if other is None or other is node:
            continue
        del kept[node]
        if other.is_dummy:
            other.children += node.children if node.is_dummy else [node]
        elif subject.is_reply and not other.first.subject.is_reply:
            other.children.append(node)
        else:
            del kept[other]
            table[subject.base] = dummy = Node()
            kept[dummy] = None
            dummy.children = [other, node]
    return list(kept)


def _by_subject(roots: list[Node]) -> dict[str, Node]:
    """The root each base subject is gathered under: preferably a dummy, else one that is no reply."""
    table: dict[str, Node] = {}
    for node in roots:
        subject = node.first.subject
        other = table.get(subject.base)
        if not subject.base:
            continue
        if other is None or (
            not other.is_dummy and (node.is_dummy or (other.first.subject.is_reply and not subject.is_reply))
        ):
            table[subject.base] = node
    return table
