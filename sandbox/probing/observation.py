"""What a server does when nothing is known about it yet: whether it speaks first, and what it answers."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from sandbox.probing.dial import Dial
from sandbox.probing.talk import Silent, Talk, Wrong

QUESTION = b"GET / HTTP/1.0\r\n\r\n"  # every HTTP server answers it, and to any other it is a line of text
DATAGRAM = b"Hello, server!"


@dataclass(frozen=True, slots=True)
class Observation:
    """What came without a question and after one, and what the program wrote if it ended over it."""

    unasked: bytes = b""
    asked: bytes = QUESTION
    answer: bytes = b""
    hung_up: bool = False
    """Whether the server closed over the question without an answer."""
    last_words: str = ""


def observe(dial: Dial, quiet: float) -> Observation:
    """Look at a listener as a client that does not know what it is. A server that speaks first does so in ``quiet``."""
    unasked, answer, hung_up = b"", b"", False
    asked = DATAGRAM if dial.listener.transport == "udp" else QUESTION
    with contextlib.suppress(Silent, OSError, Wrong):
        if dial.listener.transport == "udp":
            with dial.udp() as client:
                client.send(asked)
                answer = client.receive()
        else:
            with dial.tcp() as talk:
                unasked = _until_quiet(talk, quiet)
                if not unasked and not dial.record.end:
                    talk.send(asked)
                    answer = talk.receive()
                    hung_up = not answer
                    answer += _until_quiet(talk, quiet)
    return Observation(
        unasked, asked, answer, hung_up, "" if dial.server.alive() else dial.server.last_words()
    )


def _until_quiet(talk: Talk, quiet: float) -> bytes:
    data = b""
    with contextlib.suppress(Silent, ConnectionResetError):
        while len(data) < 1_000_000 and (chunk := talk.receive(quiet)):
            data += chunk
    return data
