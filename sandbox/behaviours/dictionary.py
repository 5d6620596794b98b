"""A dictionary of words, and what to do with a word it does not have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

Unknown: TypeAlias = Literal["mark", "keep", "reverse", "caesar"]

SAMPLE = {
    "hello": "привет",
    "world": "мир",
    "server": "сервер",
    "client": "клиент",
    "socket": "сокет",
    "network": "сеть",
    "address": "адрес",
    "Мск": "Москва",
    "СПб": "Санкт-Петербург",
    "НН": "Нижний Новгород",
}

_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя")


class Dictionary:
    """Translates words; upper and lower case count only where two entries differ in nothing else.

    ``unknown`` says what becomes of other words: ``mark`` puts ``mark`` behind them, ``keep`` returns them as they
    are, ``reverse`` back to front, ``caesar`` with each letter moved ``shift`` places on in its alphabet.
    """

    def __init__(
        self, entries: Mapping[str, str], *, unknown: Unknown = "mark", mark: str = "?", shift: int = 3
    ) -> None:
        self._entries = dict(entries)
        self._folded = {word.casefold(): translation for word, translation in entries.items()}
        self._unknown = unknown
        self._mark = mark
        self._shift = shift

    def __contains__(self, word: str) -> bool:
        return word.casefold() in self._folded

    def translate(self, word: str) -> str:
        """The translation, or what the rule for unknown words makes of it."""
        if word in self._entries:
            return self._entries[word]
        known = self._folded.get(word.casefold())
        return self._guess(word) if known is None else known

    def _guess(self, word: str) -> str:
        match self._unknown:
            case "mark":
                return word + self._mark
            case "keep":
                return word
            case "reverse":
                return word[::-1]
            case "caesar":
                return "".join(_moved(letter, self._shift) for letter in word)


def read_dictionary(path: Path) -> dict[str, str]:
    """The entries of a file: a JSON object, or one ``word = translation`` on each line.

    Empty lines and lines that start with ``#`` are skipped. Raises ValueError that names what is wrong, OSError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8") from error
    if path.suffix == ".json":
        return _from_json(path, text)
    entries: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        word, equals, translation = line.partition("=")
        if not equals or not word.strip():
            raise ValueError(f"{path}:{number} must have the form word = translation")
        entries[word.strip()] = translation.strip()
    return entries


def _from_json(path: Path, text: str) -> dict[str, str]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ValueError(f"{path} must hold one JSON object whose values are strings")
    return data


def _moved(letter: str, shift: int) -> str:
    for alphabet in _ALPHABETS:
        at = alphabet.find(letter.lower())
        if at >= 0:
            moved = alphabet[(at + shift) % len(alphabet)]
            return moved.upper() if letter.isupper() else moved
    return letter
