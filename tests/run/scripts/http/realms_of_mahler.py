"""Basic and digest authentication for another machine, another port and another realm."""

import urllib.request

URL = "https://mahler:8092/site-updates.py"

for handler in (urllib.request.HTTPBasicAuthHandler(), urllib.request.HTTPDigestAuthHandler()):
    handler.add_password("PDQ Application", URL, "klem", "kadidd!ehopper")
    with urllib.request.build_opener(handler).open(URL) as page:
        assert page.status == 200
        assert b"Welcome, klem" in page.read()
    with urllib.request.build_opener(handler).open("http://www.example.com/login.html") as page:
        assert page.read()
