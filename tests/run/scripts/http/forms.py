"""A form sent by GET and by POST, and one in KOI8-R."""

from urllib.parse import urlencode
from urllib.request import urlopen

query = urlencode({"search": "Python"})
for page in (
    urlopen(f"http://searchengine.com/search?{query}"),
    urlopen("http://searchengine.com/search", query.encode("ascii")),
):
    with page:
        assert b"Python" in page.read()

query = urlencode({"n": [1, 3, 4], "button": "Привет".encode("koi8-r")}, doseq=True)
assert query == "n=1&n=3&n=4&button=%F0%D2%C9%D7%C5%D4"
with urlopen("http://searchengine.com/search", query.encode("ascii")) as page:
    assert "Привет" in page.read().decode("utf-8")
