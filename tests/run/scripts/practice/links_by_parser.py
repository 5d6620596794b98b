"""Every link of a page, found by a parser and asked for with requests; no path is joined cleverly."""

from html.parser import HTMLParser

import requests

URL = "http://www.google.com"


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found += [value for name, value in attributes if name == "href"]


parser = Links()
parser.feed(requests.get(URL).text)
codes = {}
for link in parser.found:
    if link.startswith("/") and not link.startswith("//"):
        link = URL + link
    if link.startswith("http"):
        try:
            codes[link] = requests.get(link).status_code
        except requests.ConnectionError:
            codes[link] = 0
assert codes[URL + "/missing"] == 404
assert codes[URL + "/broken"] == 500
assert codes[URL + "/services"] == 200
assert list(codes.values()).count(0) == 1
