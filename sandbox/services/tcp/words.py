"""``words``: a dictionary that answers in the form it was asked."""

from __future__ import annotations

from typing import Literal

from sandbox.behaviours.dictionary import Dictionary
from sandbox.behaviours.messages import Messages
from sandbox.behaviours.options import MessageOptions, WordOptions
from sandbox.behaviours.words import NotWordsError, answer_words
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, Note, TcpListener
from sandbox.services.tcp.message_core import MessageCore


class WordsListener(TcpListener, WordOptions, MessageOptions):
    """Translates lists of words: pickles, JSON, Python lists, and words between commas, blanks or line ends."""

    behaviour: Literal["words"]
    close: bool = False
    """Close after the first answer."""

    def cores(self, context: Context) -> Cores:
        dictionary = self.opened_dictionary()
        return lambda connection: Words(dictionary, self, connection.note, close=self.close)


class Words(MessageCore):
    """Any number of messages for each connection, so one word after the other works too."""

    def __init__(
        self, dictionary: Dictionary, options: MessageOptions, note: Note, *, close: bool = False
    ) -> None:
        super().__init__(Messages(options.max_message), note, patience=options.patience, close=close)
        self._dictionary = dictionary

    def answer(self, message: bytes) -> bytes:
        try:
            answered = answer_words(message, self._dictionary)
        except NotWordsError as error:
            self.note("message.refused", reason=str(error))
            return error.data
        if answered.words:
            self.note("words.answered", form=answered.form, words=answered.words, unknown=answered.unknown)
        return answered.data
