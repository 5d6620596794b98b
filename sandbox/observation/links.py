"""The addresses a mail asks its reader to follow, out of its text and its HTML."""

from __future__ import annotations

import re
from html.entities import html5
from html.parser import HTMLParser

_URL = re.compile(r"\b(?:https?|ftp)://[^\s<>\"'\\^`{|}]+", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?|ftp):", re.IGNORECASE)
_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]*)(?![A-Za-z0-9;])(=?)")
_TRAILING = ".,;:!?…»”’*"
_BRACKETS = {")": "(", "]": "["}


def links_of_text(text: str) -> list[str]:
    """The URLs in plain text, without the punctuation that follows them."""
    return [_trimmed(found[0]) for found in _URL.finditer(text)]


def links_of_html(html: str) -> list[str]:
    """Where ``<a>`` and ``<area>`` lead, entities decoded; relative and script references are left out."""
    reader = _References()
    reader.feed(_REFERENCE.sub(_meant, html))
    return reader.found


def _meant(reference: re.Match[str]) -> str:
    """In attributes ``&region=eu`` is no ``&reg;``, whatever Python's parser says (HTML, 13.2.5.73)."""
    is_one = reference[1] in html5 and not reference[2]
    return reference[0] if is_one else f"&amp;{reference[0][1:]}"


def _trimmed(url: str) -> str:
    while url:
        last = url[-1]
        unopened = last in _BRACKETS and url.count(_BRACKETS[last]) < url.count(last)
        if last not in _TRAILING and not unopened:
            break
        url = url[:-1]
    return url


class _References(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = (dict(attrs).get("href") or "").strip() if tag in ("a", "area") else ""
        if _SCHEME.match(target):
            self.found.append(target)


def text_of_html(html: str) -> str:
    """What a reader sees of an HTML text, roughly: a line for each block."""
    reader = _Words()
    reader.feed(html)
    return re.sub(r"[ \t]*\n\s*", "\n", "".join(reader.words)).strip()


class _Words(HTMLParser):
    _LINES = frozenset(("p", "div", "br", "tr", "li", "td", "th", "table", "h1", "h2", "h3", "h4", "title"))
    _HIDDEN = frozenset(("style", "script", "head"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self._HIDDEN
        if tag in self._LINES:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in self._HIDDEN))
        if tag in self._LINES:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
