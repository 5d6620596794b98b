"""Through a proxy with requests, in plain text and over TLS."""

import requests

PROXIES = dict.fromkeys(("http", "https"), "http://www.proxy.com:3128")

for scheme in PROXIES:
    answer = requests.get(f"{scheme}://example.com/", proxies=PROXIES)
    assert "Example Domain" in answer.text
