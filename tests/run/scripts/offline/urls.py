"""URLs taken apart and put together."""

from urllib.parse import parse_qs, quote, unquote, urlencode, urljoin, urlparse, urlsplit

parts = urlparse("https://www.example.com:8443/a/b;x?q=1&q=2#end")
assert (parts.scheme, parts.hostname, parts.port) == ("https", "www.example.com", 8443)
assert parse_qs(parts.query) == {"q": ["1", "2"]}
assert urlsplit("ftp://user1:secret@ftp.example.com/pub").username == "user1"
assert urljoin("http://www.example.com/a/b", "../c") == "http://www.example.com/c"
assert unquote(quote("Привет, мир")) == "Привет, мир"
assert urlencode({"button": "Привет".encode("koi8-r")}) == "button=%F0%D2%C9%D7%C5%D4"
