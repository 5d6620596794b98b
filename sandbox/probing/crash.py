"""What the last words of a program mean: hints for tracebacks that learners meet."""

from __future__ import annotations

import re

_TRACEBACK = re.compile(
    r"^ *Traceback \(most recent call last\):\n(?:.*\n)*?([A-Za-z_][\w.]*(?:: .*)?)$", re.MULTILINE
)
# Clients that break off are part of every probe.
_EXPECTED = ("ConnectionResetError", "BrokenPipeError", "ConnectionAbortedError")

# What stands in the last line, and what to do about it; the first that fits counts.
_HINTS: tuple[tuple[str, str], ...] = (
    (r"Missing parentheses in call to 'print'", "PYTHON2"),
    (
        r"No module named '(?:SimpleXMLRPCServer|BaseHTTPServer|SimpleHTTPServer|SocketServer|urllib2|xmlrpclib|Queue|thread)'",
        "PYTHON2",
    ),
    (
        r"invalid syntax\. Perhaps you forgot a comma|multiple exception types must be parenthesized",
        "PYTHON2",
    ),
    (
        r"SyntaxError|IndentationError|TabError",
        "Python cannot read the program; look at the line it shows, and the one above",
    ),
    (
        r"Address already in use",
        "somebody has the port: end the older server, and set SO_REUSEADDR before bind() so that a restart works",
    ),
    (
        r"Connection refused",
        "the program connects, as a client does, and nobody is there: sandbox run is for clients;"
        " a server calls bind(), listen(), and accept() in a loop",
    ),
    (r"Permission denied", "the address or the port is not allowed to this user"),
    (r"No module named '(\w+)'", "the module {0} is not installed for this Python"),
    (r"bind\(\) takes", "the address is one tuple: bind((host, port))"),
    (
        r"EOFError",
        "the program asks for input(), and nobody types here; pass what it needs as arguments after --",
    ),
    (
        r"a bytes-like object is required, not 'str'"
        r"|can only concatenate str \(not \"bytes\"\) to str|can't concat (?:str to bytes|bytes to str)"
        r"|must be str, not bytes",
        "sockets carry bytes: send text.encode(), and compare with b'…'",
    ),
    (
        r"'utf-8' codec can't decode",
        "not all octets are UTF-8: recv() can cut a letter in two; decode(errors='replace') or catch it",
    ),
    (
        r"UnpicklingError|pickle data was truncated",
        "what arrives need not be a pickle: catch the error around pickle.loads()",
    ),
    (r"JSONDecodeError", "what arrives need not be JSON: catch the error around json.loads()"),
    (
        r"Connection reset by peer|ConnectionResetError|Broken pipe",
        "a client may break off at any time: catch OSError around each client",
    ),
)
_NO_LISTEN = "accept() wants a socket that listens: call listen() after bind()"
_PYTHON2 = (
    "this is Python 2, which this Python does not speak: print(…) needs parentheses, and modules have new names"
    " (http.server, xmlrpc.server, socketserver, queue); an editor's search and replace, or 2to3, translates it"
)


def last_words(stderr: str) -> str:
    """The exception of the last traceback, or the last line of what a program has written."""
    if found := _TRACEBACK.findall(stderr):
        return str(found[-1]).strip()
    lines = [line for line in stderr.splitlines() if line.strip() and not line.startswith("sandbox:")]
    return lines[-1].strip() if lines else ""


def hint(stderr: str) -> str:
    """What to do about the end of a program; empty if there is nothing to say."""
    words = last_words(stderr)
    if "[Errno 22]" in words and ".accept()" in stderr:  # EINVAL of accept(2)
        return _NO_LISTEN
    for pattern, text in _HINTS:
        if found := re.search(pattern, words):
            return _PYTHON2 if text == "PYTHON2" else text.format(*found.groups())
    return ""


def exceptions(stderr: str) -> list[str]:
    """The last line of each traceback, but for those of clients that broke off."""
    return [line for line in map(str, _TRACEBACK.findall(stderr)) if not line.startswith(_EXPECTED)]
