"""Through a proxy that is named, through none, and through the one of the environment; TLS and FTP as well."""

import os
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

PROXY = "http://www.proxy.com:3128"
PAGES = {
    "http://www.python.org/": b"<!doctype html",
    "https://www.python.org/": b"<!doctype html",
    "ftp://ftp.example.com/pub/hello.txt": b"Hello, world!",
}


def first(opener, url):
    with opener.open(url) as page:
        return page.read(20).lower()


explicit = build_opener(ProxyHandler({"http": PROXY, "https": PROXY, "ftp": PROXY}), HTTPSHandler())
direct = build_opener(ProxyHandler({}))
os.environ["http_proxy"] = os.environ["https_proxy"] = os.environ["ftp_proxy"] = PROXY
usual = build_opener()
for opener in (explicit, direct, usual):
    for url, start in PAGES.items():
        assert first(opener, url).startswith(start.lower()), url
