"""A page of windows-1251 and its header fields, read as a file is."""

from urllib.request import urlopen

with urlopen("http://python.onego.ru/") as page:
    assert len(page.read(40)) == 40

with urlopen("http://python.onego.ru/") as page:
    fields = page.info()
    assert fields["Content-Type"] == "text/html; charset=windows-1251"
    assert fields["Content-Length"] == "4291"
    assert fields["Date"]
    assert fields["Server"].startswith("Apache")
    assert page.fileno() > 0
    text = page.readline() + b"".join(page.readlines())
assert len(text) == 4291
assert any("а" <= letter <= "я" for letter in text.decode("windows-1251"))
