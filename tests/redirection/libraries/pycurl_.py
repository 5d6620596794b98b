"""libcurl: one transfer after the other, and several at once."""

import io
import json
from typing import Any

import pycurl

RESULTS: dict[str, Any] = {}


def transfer(url: str) -> tuple[Any, io.BytesIO]:
    curl, body = pycurl.Curl(), io.BytesIO()
    curl.setopt(curl.TIMEOUT, 5)
    curl.setopt(curl.URL, url)
    curl.setopt(curl.WRITEDATA, body)
    return curl, body


for name, url in (
    ("HTTPS", "https://www.python.org/"),
    ("an address", "http://192.0.2.7/"),
    ("nothing there", "http://www.python.org:4711/"),
    ("no such name", "http://name.invalid/"),
    ("FTP", "ftp://ftp.example.com/"),
):
    curl, body = transfer(url)
    try:
        curl.perform()
        RESULTS[name] = curl.getinfo(curl.RESPONSE_CODE)
    except pycurl.error as error:
        RESULTS[name] = f"error {error.args[0]}"
    curl.reset()
    curl.close()

multi = pycurl.CurlMulti()
transfers = [transfer("https://www.python.org/") for _ in range(2)]
for curl, _ in transfers:
    multi.add_handle(curl)
while multi.perform()[1]:
    multi.select(1)
RESULTS["several"] = [curl.getinfo(curl.RESPONSE_CODE) for curl, _ in transfers]
print(json.dumps(RESULTS))
