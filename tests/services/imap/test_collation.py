"""How texts are compared: by SEARCH and by SORT."""

from __future__ import annotations

import unicodedata

from sandbox.services.imap import search
from tests.services.imap.mails import NEW_YEAR, numbered, stored, tokens


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
