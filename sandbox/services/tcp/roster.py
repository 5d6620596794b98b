"""``roster``: takes users in and tells of them."""

from __future__ import annotations

import json
import pickle
from collections import deque
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from sandbox.behaviours import pickles
from sandbox.behaviours.messages import Messages
from sandbox.behaviours.options import MessageOptions
from sandbox.behaviours.users import NotUsersError, User, read_users
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, Note, TcpListener
from sandbox.services.tcp.message_core import MessageCore

AnswerForm: TypeAlias = Literal["text", "form", "none"]


class RosterListener(TcpListener, MessageOptions):
    """Lists users: pickled objects, of which only class name and attributes are read, JSON, or ``name,age``."""

    behaviour: Literal["roster"]
    answer: AnswerForm = "text"
    """text: one line of text for each user; form: a pickle to a pickle, JSON to JSON; none: no answer."""
    max_users: Annotated[int, Field(ge=1)] = 1000
    """Users that are remembered; the oldest are forgotten."""

    def cores(self, context: Context) -> Cores:
        roster = Roster(self.max_users)
        context.recall.keep(roster)
        return lambda connection: RosterCore(roster, self, connection.note)


class Roster:
    """The users of one listener, whichever client sent them; each has a number from 1."""

    def __init__(self, limit: int) -> None:
        self.users: deque[tuple[int, User]] = deque(maxlen=limit)
        self._count = 0

    def add(self, user: User) -> int:
        """The number of the new user."""
        self._count += 1
        self.users.append((self._count, user))
        return self._count

    def snapshot(self) -> object:
        """The users, and how many there were."""
        return tuple(self.users), self._count

    def restore(self, snapshot: object) -> None:
        """Have these users again."""
        assert isinstance(snapshot, tuple)
        users, self._count = snapshot
        self.users = deque(users, maxlen=self.users.maxlen)


class RosterCore(MessageCore):
    """The text ``list`` asks for everybody."""

    def __init__(self, roster: Roster, settings: RosterListener, note: Note) -> None:
        super().__init__(Messages(settings.max_message), note, patience=settings.patience)
        self._roster = roster
        self._form = settings.answer

    def answer(self, message: bytes) -> bytes:
        if message.strip().lower() == b"list":
            return _as_text(list(self._roster.users), message)
        try:
            form, users = read_users(message)
        except NotUsersError as error:
            self.note("message.refused", reason=str(error))
            return self._told(f"Not understood: {error}", message)
        listed = [(self._roster.add(user), user) for user in users]
        for number, user in listed:
            self.note("user.listed", number=number, kind=user.kind, attributes=user.attributes, form=form)
        if not listed or self._form == "none":
            return b""
        if self._form == "text" or form == "text":
            return _as_text(listed, message)
        return _in_form([{"number": number} | user.as_json() for number, user in listed], message)

    def _told(self, text: str, message: bytes) -> bytes:
        if self._form == "none":
            return b""
        return _in_form(text, message) if self._form == "form" else text.encode() + _line_end(message)


def _as_text(users: list[tuple[int, User]], message: bytes) -> bytes:
    lines = "\n".join(f"{number}. {user}" for number, user in users) or "Nobody is listed."
    return lines.encode("utf-8", "backslashreplace") + _line_end(message)


def _in_form(value: object, message: bytes) -> bytes:
    if pickles.is_pickle(message):
        return pickle.dumps(value, pickles.protocol_of(message))
    return json.dumps(value, ensure_ascii=message.isascii()).encode("utf-8", "backslashreplace")


def _line_end(message: bytes) -> bytes:
    return b"\n" if message.endswith(b"\n") else b""
