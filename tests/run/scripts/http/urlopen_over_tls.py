"""A page over TLS, verified."""

from urllib.request import urlopen

with urlopen("https://example.com") as answer:
    assert b"Example Domain" in answer.read()
