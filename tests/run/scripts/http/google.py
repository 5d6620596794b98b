"""A page whose host sends the reader to its other name."""

import urllib.request

request = urllib.request.Request("http://google.com")
with urllib.request.urlopen(request) as answer:
    assert answer.geturl().endswith("www.google.com/")
    assert b"href=" in answer.read()
