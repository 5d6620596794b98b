"""Options that a behaviour has over TCP and over UDP alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from sandbox.behaviours.dictionary import SAMPLE, Dictionary, Unknown, read_dictionary
from sandbox.behaviours.moments import moment
from sandbox.behaviours.quotes import LONGEST, QUOTES, Quotes
from sandbox.settings.models import ExistingFile, Model, Octets, Seconds


def _time_format(form: str) -> str:
    try:
        moment(0, form)
    except ValueError as error:
        raise ValueError(f"{form!r} is no format of strftime: {error}") from error
    return form


def _dictionary(path: Path) -> Path:
    read_dictionary(path)
    return path


def _short(quote: str) -> str:
    if len(quote.encode()) > LONGEST - 2:
        raise ValueError(f"a quote has at most {LONGEST - 2} octets")
    return quote


def _some(quotes: tuple[str, ...]) -> tuple[str, ...]:
    if not quotes:
        raise ValueError("at least one quote is needed")
    return quotes


#: A format of strftime, or ``rfc868``.
TimeFormat: TypeAlias = Annotated[str, AfterValidator(_time_format)]
#: A file that :func:`~sandbox.behaviours.dictionary.read_dictionary` understands.
DictionaryFile: TypeAlias = Annotated[ExistingFile, AfterValidator(_dictionary)]
Quote: TypeAlias = Annotated[str, AfterValidator(_short)]


class TimeOptions(Model):
    """Options of ``time``."""

    format: TimeFormat = "%Y-%m-%d %H:%M:%S.%f"
    """How the local time is written, in the letters of strftime; rfc868 sends the four octets of RFC 868 instead."""


class QuoteOptions(Model):
    """Options of ``qotd``."""

    quotes: Annotated[tuple[Quote, ...], Field(strict=False), AfterValidator(_some)] = QUOTES
    """The quotes, one for each client in turn; fewer than 512 octets each (RFC 865)."""

    def opened_quotes(self) -> Quotes:
        """The quotes, from the first on."""
        return Quotes(self.quotes)


class WordOptions(Model):
    """Options of whatever serves the dictionary of words."""

    dictionary: Mapping[str, str] | None = None
    """Words and their translations; a small sample if neither this nor dictionary_file is given."""
    dictionary_file: DictionaryFile | None = None
    """A file of further words: a JSON object, or a line ``word = translation`` for each; dictionary has precedence."""
    unknown: Unknown = "mark"
    """What becomes of other words. mark: the mark behind them; keep; reverse; caesar: letters moved by shift."""
    mark: str = "?"
    """What is put behind unknown words."""
    shift: Annotated[int, Field(ge=-33, le=33)] = 3
    """Places by which caesar moves the letters of unknown words in their alphabet; negative moves them back."""

    def opened_dictionary(self) -> Dictionary:
        """The dictionary, its file read. Raises OSError."""
        entries = read_dictionary(self.dictionary_file) if self.dictionary_file is not None else {}
        if self.dictionary is not None:
            entries |= self.dictionary
        elif self.dictionary_file is None:
            entries = SAMPLE
        return Dictionary(entries, unknown=self.unknown, mark=self.mark, shift=self.shift)


class MessageOptions(Model):
    """Options of behaviours over TCP whose messages may be pickles and JSON."""

    max_message: Annotated[Octets, Field(ge=1)] = 65_536
    """Octets of the longest message; a client that sends a longer one is told so and closed."""
    patience: Seconds = 5.0
    """Seconds of silence after which an incomplete pickle or JSON text is taken as it is; 0 waits for ever."""
