"""A name and its address, each by the other."""

import socket

assert socket.gethostbyname("www.onego.ru") == "195.161.136.4"
assert socket.gethostbyname_ex("www.onego.ru") == ("www.onego.ru", [], ["195.161.136.4"])
assert socket.gethostbyaddr("195.161.136.4")[0] == "www.onego.ru"
assert socket.getfqdn("195.161.136.4") == "www.onego.ru"
assert socket.getnameinfo(("195.161.136.4", 80), 0) == ("www.onego.ru", "http")
assert socket.gethostname()
