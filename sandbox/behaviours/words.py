"""Lists of words in whatever form they come, answered in the same form.

Understood are: a pickle, JSON, a list or tuple as Python prints it, and text in which commas, semicolons, blanks or
line ends separate the words.
"""

from __future__ import annotations

import json
import pickle
import re
from typing import Any, NamedTuple

from sandbox.behaviours import pickles
from sandbox.behaviours.dictionary import Dictionary
from sandbox.behaviours.pickles import Record

# A short pickle may hold the same list a thousand times.
MOST_VALUES = 20_000
MOST_CHARACTERS = 1_000_000
DEEPEST = 10

_LITERAL = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_PRINTED = re.compile(
    rf"\s*[\[({{]\s*(?:(?:{_LITERAL})\s*(?:,\s*(?:{_LITERAL})\s*)*(?:,\s*)?)?[\])}}]\s*", re.DOTALL
)
_LITERALS = re.compile(_LITERAL, re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


class Answered(NamedTuple):
    """The answer, the form it has, and how many words there were and were not in the dictionary."""

    data: bytes
    form: str
    words: int
    unknown: int


class NotWordsError(ValueError):
    """A message that is no list of words. ``data`` says so in the form of the message."""

    def __init__(self, reason: str, data: bytes) -> None:
        super().__init__(reason)
        self.data = data


def answer_words(message: bytes, dictionary: Dictionary) -> Answered:
    """Every word translated, all else as it was. Raises NotWordsError."""
    translation = _Translation(dictionary)
    form, data = _translated(message, translation)
    return Answered(data, form, translation.words, translation.unknown)


def _translated(message: bytes, translation: _Translation) -> tuple[str, bytes]:
    if pickles.is_pickle(message):
        return "pickle", _through_pickle(message, translation)
    text = message.decode("utf-8", "surrogateescape")
    answer = _through_json(text, translation)
    if answer is not None:
        return "json", answer
    if _PRINTED.fullmatch(text):
        return "python", translation.printed(text).encode("utf-8", "surrogateescape")
    return "text", translation.text(text).encode("utf-8", "surrogateescape")


def _through_pickle(message: bytes, translation: _Translation) -> bytes:
    protocol = pickles.protocol_of(message)
    try:
        return pickle.dumps(translation.value(pickles.read(message)), protocol)
    except ValueError as error:
        raise NotWordsError(str(error), pickle.dumps(f"not a list of words: {error}", protocol)) from error


def _through_json(text: str, translation: _Translation) -> bytes | None:
    """The answer to a JSON list, object or string; None if ``text`` is none."""
    if text.lstrip()[:1] not in ("[", "{", '"'):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    try:
        answer = json.dumps(translation.value(value), ensure_ascii=text.isascii())
    except ValueError as error:
        raise NotWordsError(str(error), json.dumps(f"not a list of words: {error}").encode()) from error
    # Half a surrogate pair, which JSON can escape, has no UTF-8; the escape is JSON again.
    return answer.encode("utf-8", "backslashreplace")


class _Translation:
    """Translates one message and keeps count."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.words = 0
        self.unknown = 0
        self._dictionary = dictionary
        self._values = 0
        self._characters = 0

    def value(self, value: Any, depth: int = 0) -> Any:
        """What a pickle or JSON held, its strings translated. Raises ValueError."""
        self._values += 1
        self._characters += len(value) if isinstance(value, str | bytes) else 0
        if self._values > MOST_VALUES or self._characters > MOST_CHARACTERS or depth > DEEPEST:
            raise ValueError("too much in one message")
        match value:
            case str():
                return self.word(value) if depth else self.text(value)
            case bytes():
                return self.text(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
            case None | bool() | int() | float():
                return value
            case list() | tuple() | set() | frozenset():
                return type(value)(self.value(item, depth + 1) for item in value)
            case dict():
                return {key: self.value(item, depth + 1) for key, item in value.items()}
            case Record(arguments=(list() as items,)) if depth == 0 and value.name == "set":
                return {self.value(item, 1) for item in items}  # so protocols 0 to 3 write a set
            case Record():
                raise ValueError(f"it holds an object of class {value.name}")
        raise ValueError(f"it holds a {type(value).__name__}")

    def printed(self, text: str) -> str:
        """A list as Python prints it."""
        return _LITERALS.sub(lambda found: repr(self.word(_unescaped(found[0][1:-1]))), text)

    def text(self, text: str) -> str:
        """Lines of words; what separates them stays."""
        return _LINES.sub(lambda line: self._line(line[0]), text)

    def word(self, text: str) -> str:
        """One word or phrase, the blanks around it kept."""
        word = text.strip()
        if not word:
            return text
        self.words += 1
        self.unknown += word not in self._dictionary
        before, _, after = text.partition(word)
        return before + self._dictionary.translate(word) + after

    def _line(self, line: str) -> str:
        if re.search("[,;]", line):
            separated = "[^,;]+"
        else:
            # A phrase of several words may stand in the dictionary.
            separated = ".+" if line.strip() in self._dictionary else r"\S+"
        return re.sub(separated, lambda found: self.word(found[0]), line)


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        number = found[1] or found[2] or found[3]
        return chr(int(number, 16)) if number else {"n": "\n", "r": "\r", "t": "\t"}.get(found[4], found[4])

    return _ESCAPE.sub(character, text)
