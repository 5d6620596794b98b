"""A name that nobody has."""

import socket
from urllib.error import URLError
from urllib.request import urlopen

try:
    socket.gethostbyname("no-such-host.invalid")
except socket.gaierror as error:
    assert error.errno == socket.EAI_NONAME
else:
    raise AssertionError("it has an address")

try:
    urlopen("http://no-such-host.invalid/")
except URLError as error:
    assert isinstance(error.reason, socket.gaierror)
else:
    raise AssertionError("it has a page")
