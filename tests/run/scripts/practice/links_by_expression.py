"""Every link of a page, found by regular expressions; those that fail are counted."""

import re
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import urlopen

URL = "http://google.com"

with urlopen(URL) as page:
    base = page.geturl()
    text = page.read().decode("utf-8")

links = re.findall(r'href="(.*?)"', text)
assert links == re.findall(r'href="([^"]*)">', text), "href is the last attribute"
whole = re.findall(r'href="(h.*?)"', text)
assert {link.partition(":")[0] for link in links} >= {"http", "https", "mailto", "javascript"}
assert len(set(links)) < len(links), "one is there twice"

outcome = {}
for link in {urljoin(base, link).partition("#")[0] for link in links} | set(whole):
    if link.startswith("http"):
        try:
            with urlopen(link, timeout=10) as answer:
                outcome[link] = answer.status
        except HTTPError as error:
            outcome[link] = error.code
            error.close()
        except URLError:
            outcome[link] = None
assert set(outcome.values()) == {200, 404, 500, None}, outcome
