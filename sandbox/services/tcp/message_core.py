"""The base of behaviours that answer messages, where TCP only has bytes."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.behaviours.messages import Messages, MessageTooLongError
from sandbox.sansio import Actions, Close, Core, Send, SetTimer
from sandbox.services.tcp.listener import Note

CHARACTER_PATIENCE = 0.2  # seconds that the rest of a cut character is waited for; it may not be UTF-8 at all


class MessageCore(Core):
    """Answers each message with what :meth:`answer` makes of it.

    What is complete by the rules of ``messages`` is answered at once, in one write for all that arrived together.
    What is not is answered after ``patience`` seconds of silence (0: never), or when the client closes its half.
    With ``close`` one answer is all there is.
    """

    def __init__(self, messages: Messages, note: Note, *, patience: float = 0.0, close: bool = False) -> None:
        self.note = note
        self._messages = messages
        self._patience = patience
        self._close = close
        self._timing = False

    def answer(self, message: bytes) -> bytes:
        """The answer to one message, which is never empty; the answer may be."""
        raise NotImplementedError

    def receive(self, data: bytes) -> Actions:
        try:
            messages = self._messages.feed(data)
        except MessageTooLongError:
            self.note("message.refused", reason="too long")
            return (Send(b"The message is too long.\r\n"), Close(linger=True))
        return (*self._answers(messages), *self._waiting())

    def timer(self) -> Actions:
        self._timing = False
        return self._answers([self._messages.rest()])

    def eof(self) -> Actions:
        return (*self._answers([self._messages.rest()]), Close())

    def _answers(self, messages: Iterable[bytes]) -> Actions:
        answers = b"".join(self.answer(message) for message in messages if message)
        if not answers:
            return ()
        return (Send(answers), Close(linger=True)) if self._close else (Send(answers),)

    def _waiting(self) -> Actions:
        missing = self._messages.missing
        if missing == "nothing":
            seconds = None
        else:
            seconds = CHARACTER_PATIENCE if missing == "a character" else self._patience or None
        if seconds is None and not self._timing:
            return ()
        self._timing = seconds is not None
        return (SetTimer(seconds),)
