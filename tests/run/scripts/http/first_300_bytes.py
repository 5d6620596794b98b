"""The beginning of a page, as bytes and as text."""

from urllib.request import urlopen

with urlopen("http://www.python.org/") as page:
    start = page.read(300)
assert len(start) == 300
assert start.lower().startswith(b"<!doctype html")

with urlopen("http://www.python.org/") as page:
    assert len(page.read(100).decode("utf-8")) == 100
