"""Writes down every address and name that Python hands to the operating system, below any redirection.

Stands on the PYTHONPATH of the tests' user: so it also shows that what the redirection hides is still loaded.
"""

import os
import sys

_EVENTS = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}


def _look(event, arguments):
    if event in _EVENTS:
        what = arguments[_EVENTS[event]]
        host = what[0] if isinstance(what, tuple) else what
        line = f"{event} {host}\n".encode("utf-8", "replace")
        file = os.open(os.environ["WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, line)
        os.close(file)


if "WITNESS" in os.environ:
    sys.addaudithook(_look)
