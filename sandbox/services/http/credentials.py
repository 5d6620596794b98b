"""Names and passwords over HTTP: the Basic scheme (RFC 7617) and the Digest scheme (RFC 7616)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.stores.accounts import Accounts

ALGORITHMS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "SHA-512": lambda data: hashlib.sha512(data).hexdigest(),
}

_PARAMETER = re.compile(r'([A-Za-z0-9_*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')


@dataclass(frozen=True, slots=True)
class Basic:
    """A name and a password, as sent."""

    name: str
    password: str


def parse_basic(field: str | None) -> Basic | None:
    """The credentials of an Authorization field, or None if it has none of this scheme. UTF-8, else Latin-1."""
    scheme, _, encoded = (field or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        octets = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        name, colon, password = octets.decode().partition(":")
    except UnicodeDecodeError:
        name, colon, password = octets.decode("latin-1").partition(":")
    return Basic(name, password) if colon else None


def admits(given: Basic | None, users: Mapping[str, str], accounts: Accounts) -> bool:
    """Whether the credentials are those of one of the users, or of an account if no users are given."""
    if given is None:
        return False
    if users:
        password = users.get(given.name)
        return password is not None and hmac.compare_digest(password.encode(), given.password.encode())
    return accounts.login(given.name, given.password) is not None


def basic_challenge(realm: str) -> str:
    """The WWW-Authenticate or Proxy-Authenticate field."""
    return f'Basic realm="{quoted(realm)}"'


def parse_digest(field: str | None) -> dict[str, str] | None:
    """The parameters of an Authorization field, or None if it is not of this scheme."""
    scheme, _, rest = (field or "").strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    return {
        found[1].lower(): re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
        for found in _PARAMETER.finditer(rest)
    }


def digest_challenge(
    realm: str,
    nonce: str,
    algorithm: str,
    *,
    qop: Sequence[str] = ("auth",),
    opaque: str | None = None,
    stale: bool = False,
) -> str:
    """The WWW-Authenticate field; ``stale`` tells the client that only its nonce was wrong."""
    challenge = (
        f'Digest realm="{quoted(realm)}", nonce="{nonce}", algorithm={algorithm}, qop="{", ".join(qop)}"'
    )
    if opaque is not None:
        challenge += f', opaque="{opaque}"'
    return challenge + ", stale=true" if stale else challenge


def digest_fits(
    given: Mapping[str, str],
    *,
    method: str,
    target: str,
    realm: str,
    algorithm: str,
    password: str,
    qop: Sequence[str] = ("auth",),
    content: bytes = b"",
) -> bool:
    """Whether the response proves the password for this very request (RFC 7616 §3.4.1).

    ``target`` is the request target with its query, as on the request line; ``content`` the body, which auth-int
    protects. Without ``qop`` the older calculation of RFC 2069 counts.
    """
    if given.get("algorithm", "MD5").upper() != algorithm or given.get("realm") != realm:
        return False
    if given.get("uri") != target or "nonce" not in given or given.get("qop", qop[0]) not in qop:
        return False
    hashed = ALGORITHMS[algorithm]
    asked = f"{method}:{target}"
    if given.get("qop") == "auth-int":
        asked += f":{hashed(content)}"
    middle = given["nonce"]
    if "qop" in given:
        middle += f":{given.get('nc', '')}:{given.get('cnonce', '')}:{given['qop']}"
    secret = f"{given.get('username', '')}:{realm}:{password}"
    tail = f"{middle}:{hashed(_octets(asked))}"
    response = _octets(given.get("response", "").lower())
    # Older clients hash names and passwords in Latin-1 (RFC 7616 §4).
    secrets = (hashed(secret.encode(charset, "replace")) for charset in ("utf-8", "latin-1"))
    return any(
        hmac.compare_digest(hashed(_octets(f"{first}:{tail}")).encode(), response) for first in secrets
    )


def quoted(text: str) -> str:
    """The inside of a quoted string."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _octets(text: str) -> bytes:
    """A field or target as it stood on the wire."""
    return text.encode("utf-8", "surrogateescape")
