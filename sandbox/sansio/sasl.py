"""The server's side of SASL (RFC 4422): each mechanism is a generator of challenges that is sent the responses.

    exchange = begin("PLAIN", hostname)
    challenge = next(exchange)
    challenge = exchange.send(response)      # StopIteration brings the Credentials

What a protocol wraps around challenges and responses, and whether the credentials are good, is not known here.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeAlias

#: In the order in which clients should prefer them.
MECHANISMS = ("CRAM-MD5", "PLAIN", "LOGIN")

#: Those whose client speaks first, so that a command may carry an initial response.
CLIENT_FIRST = frozenset({"PLAIN", "LOGIN"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a client says it is. ``proof`` tells whether it knows a clear-text password.

    ``password`` is what it sent in clear, None for challenge-response mechanisms.
    """

    name: str
    proof: Callable[[str], bool] = field(repr=False)
    password: str | None = field(default=None, repr=False)


#: Yields challenges, is sent responses, returns the credentials. Raises ValueError for a malformed response.
Exchange: TypeAlias = Generator[bytes, bytes, Credentials]


def fresh() -> str:
    """What no challenge had before."""
    return secrets.token_hex(8)


def begin(mechanism: str, hostname: str, token: Callable[[], str] = fresh) -> Exchange | None:
    """The exchange of a mechanism, named in upper case, or None if we have none of that name.

    ``token`` is asked for what makes a challenge differ from all others.
    """
    match mechanism:
        case "PLAIN":
            return _plain()
        case "LOGIN":
            return _login()
        case "CRAM-MD5":
            return _cram_md5(f"<{token()}@{hostname}>".encode())
        case _:
            return None


def clear_text(name: str, password: str) -> Credentials:
    """The credentials of a client that sent its password in clear."""

    def proof(secret: str) -> bool:
        return hmac.compare_digest(secret.encode(), password.encode())

    return Credentials(name, proof, password)


def decode(line: bytes) -> bytes:
    """The octets of a response; ``=`` alone is the empty one (RFC 4959 §3). Raises ValueError if it is no base64."""
    return b"" if line == b"=" else base64.b64decode(line, validate=True)


def _plain() -> Exchange:
    """RFC 4616 §2."""
    response = yield b""
    identity, name, password = _texts(response.split(b"\0"), 3)
    if identity and identity.lower() != name.lower():
        raise ValueError("one user cannot act for another")
    return clear_text(name, password)


def _login() -> Exchange:
    """The mechanism nobody wrote down for good: draft-murchison-sasl-login."""
    name = yield b"Username:"
    password = yield b"Password:"
    return clear_text(*_texts([name, password], 2))


def _cram_md5(challenge: bytes) -> Exchange:
    """RFC 2195 §2."""
    response = yield challenge
    name, digest = _texts(response.rsplit(b" ", 1), 2)

    def proof(secret: str) -> bool:
        wanted = hmac.new(secret.encode(), challenge, "md5").hexdigest()
        return hmac.compare_digest(wanted.encode(), digest.lower().encode())

    return Credentials(name, proof)


def _texts(parts: list[bytes], count: int) -> list[str]:
    if len(parts) != count or not parts[-2]:
        raise ValueError("malformed response")
    return [part.decode("utf-8", "replace") for part in parts]
