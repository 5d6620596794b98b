"""One-time codes: four to eight digits that the words around them call a code."""

from __future__ import annotations

import re

_DIGITS = re.compile(
    r"(?<![\w.,:/@#%+=&?-])(?:[A-Z]-)?(\d{3}[ -]\d{3,4}|\d{4,8}|(?<!\d )\d(?: \d){3,7}(?! \d))"
    r"(?![\w@%/=-]|[.,:]\d)"
)
_WORDS = re.compile(
    r"\b(?:\w*codes?|pin|otp|tan|one[- ]time|verif\w+|confirm\w*|token|password|security|2fa"
    r"|c[oó]digos?|codice|codici|kode?n?|kennwort|passwort"
    r"|код\w*|парол\w+|пин|подтвержд\w+)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:\b(?:order|invoice|phone|tel|fax|year|since|copyright|ref|ticket|case|account"
    r"|\w*(?:zip|post|bar)(?:[- ]?codes?)?|plz"
    r"|bestell\w*|rechnung\w*|заказ\w*|сч[её]т\w*|тел|номер|год\w*)\b[\s.:№#]*|[©$€£₽№]\s*)$",
    re.IGNORECASE,
)
_BLANKS = re.compile("[\u00a0\u2007\u202f]")  # which do not break
BEFORE, BEHIND = 80, 40  # characters in which a word may stand that tells what the digits are


def codes_of(text: str) -> list[str]:
    """The codes, the likeliest first: nearest to such a word, or alone on their line in a text that has one."""
    text = _BLANKS.sub(" ", text)
    about_codes = _WORDS.search(text) is not None
    scored: dict[str, float] = {}
    for found in _DIGITS.finditer(text):
        score = _score(text, found, about_codes=about_codes)
        code = re.sub(r"[ -]", "", found[1])
        if score > scored.get(code, 0):
            scored[code] = score
    return sorted(scored, key=lambda code: -scored[code])


def _score(text: str, found: re.Match[str], *, about_codes: bool) -> float:
    before = text[max(0, found.start() - BEFORE) : found.start()]
    behind = text[found.end() : found.end() + BEHIND]
    if _OTHERS.search(before):
        return 0
    distances = [len(before) - word.end() for word in _WORDS.finditer(before)]
    distances += [2 * word.start() + BEHIND for word in _WORDS.finditer(behind.partition("\n")[0])]
    alone = not before.rpartition("\n")[2].strip() and not behind.partition("\n")[0].strip()
    is_year = re.fullmatch(r"(?:19|20)\d\d", found[1]) is not None
    if not distances:
        return 0.5 if alone and about_codes and not is_year else 0
    nearest = min(distances)
    if is_year and nearest > 15:
        return 0
    return 1 + 1 / (1 + nearest) + alone
