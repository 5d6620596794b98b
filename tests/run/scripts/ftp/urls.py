"""Files and directories by URL, with and without a cache of connections."""

import urllib.request

with urllib.request.urlopen("ftp://ftp.example.com/pub/hello.txt") as file:
    assert file.read() == b"Hello, world!\n"

with urllib.request.urlopen("ftp://ftp.example.com/pub/") as listing:
    assert b"hello.txt" in listing.read()

cached = urllib.request.CacheFTPHandler()
opener = urllib.request.build_opener(cached)
with opener.open("ftp://ftp.example.com/pub/hello.txt") as file:
    assert file.read() == b"Hello, world!\n"
cached.clear_cache()
urllib.request.urlcleanup()
