"""The ports of well-known services."""

import socket

names = ("http", "ftp", "imap", "pop3", "smtp")
assert [socket.getservbyname(name, "tcp") for name in names] == [80, 21, 143, 110, 25]
