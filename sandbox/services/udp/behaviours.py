"""The behaviours of UDP listeners: a datagram in, datagrams out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from sandbox.behaviours.characters import CYCLE, DATAGRAM
from sandbox.behaviours.letters import Capitals, reversed_lines
from sandbox.behaviours.moments import daytime, moment
from sandbox.behaviours.options import QuoteOptions, TimeOptions, WordOptions
from sandbox.behaviours.words import NotWordsError, answer_words
from sandbox.net.connection import Connection
from sandbox.net.datagrams import Answer
from sandbox.service import Context
from sandbox.services.udp.listener import UdpListener


class EchoListener(UdpListener):
    """Returns each datagram as it came (RFC 862), the empty one too."""

    behaviour: Literal["echo"]

    def answer(self, context: Context) -> Answer:
        return lambda _, data: (data,)


class DiscardListener(UdpListener):
    """Answers nothing (RFC 863)."""

    behaviour: Literal["discard"]

    def answer(self, context: Context) -> Answer:
        return lambda _, data: ()


class ReplyListener(UdpListener):
    """Answers each datagram with a fixed text."""

    behaviour: Literal["reply"]
    text: str = "Thank you for the data"
    """What is answered, in UTF-8; a line end must be part of it."""

    def answer(self, context: Context) -> Answer:
        text = self.text.encode()
        return lambda _, data: (text,)


class UpperListener(UdpListener):
    """Returns text in capitals; the letters of every script in UTF-8, other bytes as they are."""

    behaviour: Literal["upper"]
    lines_only: bool = False
    """Only a datagram that ends with a line end is put into capitals; others are returned as they came."""
    strip: bool = False
    """Blanks and line ends around the text are not returned with its capitals."""

    def answer(self, context: Context) -> Answer:
        return lambda _, data: (self._capitals(data),)

    def _capitals(self, data: bytes) -> bytes:
        if self.lines_only and not data.endswith(b"\n"):
            return data
        return Capitals().feed(data.strip() if self.strip else data, final=True)


class ReverseListener(UdpListener):
    """Returns each line of a datagram back to front: characters in UTF-8, else bytes."""

    behaviour: Literal["reverse"]

    def answer(self, context: Context) -> Answer:
        return lambda _, data: (reversed_lines(data),)


class TimeListener(UdpListener, TimeOptions):
    """Answers any datagram with the time, in a format of your choice, among them that of RFC 868."""

    behaviour: Literal["time"]

    def answer(self, context: Context) -> Answer:
        return lambda _, data: (moment(context.clock(), self.format),)


class DaytimeListener(UdpListener):
    """Answers any datagram with date and time as one line for people (RFC 867)."""

    behaviour: Literal["daytime"]

    def answer(self, context: Context) -> Answer:
        return lambda _, data: (daytime(context.clock()),)


class ChargenListener(UdpListener):
    """Answers any datagram with characters of a pattern (RFC 864)."""

    behaviour: Literal["chargen"]
    octets: Annotated[int, Field(ge=0, le=DATAGRAM)] | None = None
    """Octets of each answer; a random number from 0 to 512 if not given, as RFC 864 has it."""

    def answer(self, context: Context) -> Answer:
        def characters(_: Connection, data: bytes) -> Iterable[bytes]:
            dice = context.dice("udp.chargen")
            return (CYCLE[: dice.randint(0, DATAGRAM) if self.octets is None else self.octets],)

        return characters


class QotdListener(UdpListener, QuoteOptions):
    """Answers any datagram with a quote, another one each time (RFC 865)."""

    behaviour: Literal["qotd"]

    def answer(self, context: Context) -> Answer:
        quotes = self.opened_quotes()
        context.recall.keep(quotes)
        return lambda _, data: (quotes.next(),)


class WordsListener(UdpListener, WordOptions):
    """Translates a list of words, in the form it was sent in."""

    behaviour: Literal["words"]

    def answer(self, context: Context) -> Answer:
        dictionary = self.opened_dictionary()

        def translated(connection: Connection, data: bytes) -> Iterable[bytes]:
            try:
                answered = answer_words(data, dictionary)
            except NotWordsError as error:
                connection.note("message.refused", reason=str(error))
                return (error.data,)
            connection.note(
                "words.answered", form=answered.form, words=answered.words, unknown=answered.unknown
            )
            return (answered.data,)

        return translated
