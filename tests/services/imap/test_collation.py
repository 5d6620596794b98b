"""How texts are compared: by SEARCH, and by SORT."""

from __future__ import annotations

import unicodedata

import pytest

from sandbox.services.imap import search, sort
from tests.services.imap.mails import NEW_YEAR, numbered, outcome, stored, tokens


def test_a_subject_is_found_however_its_letters_are_composed() -> None:
    # as with Dovecot; clients on macOS send what they search for decomposed
    messages = numbered(
        *(
            stored(f"Subject: {form}\n\n{form}\n")
            for form in ("Café", unicodedata.normalize("NFD", "Café"), "Caff")
        )
    )
    for key in ("SUBJECT", "BODY", "TEXT"):
        for text in ("café", unicodedata.normalize("NFD", "CAFÉ"), "cafe"):
            query = search.parse(tokens("CHARSET", "UTF-8", key, text.encode()))
            found = [one[0] for one in search.scan(query, messages, recent=frozenset(), now=NEW_YEAR) if one]
            assert found == [1, 2]


@pytest.mark.parametrize("criterion", ["SUBJECT", "FROM"])
def test_texts_are_sorted_by_the_casemap(criterion: str) -> None:
    # RFC 5256 asks for i;unicode-casemap: capitals and marks make no order of their own
    names = ("_x", "z", "Äb", "ac", "aa", "ж")
    messages = numbered(*(stored(f"From: {name}@x.test\nSubject: {name}\n\n") for name in names))
    query = sort.parse(tokens([criterion], "UTF-8", "ALL"))
    found = outcome(sort.run(query, messages, recent=frozenset(), now=NEW_YEAR))
    assert [names[number - 1] for number, _ in found] == ["aa", "ac", "Äb", "z", "_x", "ж"]
