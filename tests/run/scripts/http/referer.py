"""A request with a header field of one's own."""

import urllib.request

request = urllib.request.Request("http://www.example.com/")
request.add_header("Referer", "http://www.python.org/")
with urllib.request.urlopen(request) as answer:
    assert answer.status == 200
    assert answer.read()
