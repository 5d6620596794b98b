"""Makes the sandbox' authority the only one this mount namespace trusts, whatever a program's environment says."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import ssl
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from sandbox.redirection.isolation.namespaces import mount_empty, replace

#: Where systems keep the authorities they trust in one file: Debian and Arch, Fedora twice, openSUSE, Alpine.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
#: And where OpenSSL looks one up by the hash of its name (openssl-rehash(1)).
_HASHED = Path("/etc/ssl/certs")
_JAVA = (
    "/etc/ssl/certs/java/cacerts",
    "/etc/pki/java/cacerts",
    "/etc/pki/ca-trust/extracted/java/cacerts",
)
_OBJECT_ID, _UTF8_STRING, _SEQUENCE, _SET = 0x06, 0x0C, 0x30, 0x31
_JAVA_PASSWORD = "changeit"  # everybody's: it comes with Java


def trust(certificate: Path, executable: str | None = None) -> None:
    """Put the authority in the place of those that the system, Java and the Python of ``executable`` trust.

    Only files that are there are replaced, and only for those who live in this mount namespace.
    """
    text = certificate.read_bytes()
    der = ssl.PEM_cert_to_DER_cert(text.decode("ascii"))
    contents = dict.fromkeys(_bundles(executable), text) | dict.fromkeys(_keystores(), java_keystore(der))
    with contextlib.suppress(OSError):  # what cannot be replaced is not trusted
        if _HASHED.is_dir():
            _fill(_HASHED, contents, {hashed_name(der): text})
        replace(contents)


def _fill(directory: Path, contents: dict[Path, bytes], more: dict[str, bytes]) -> None:
    """Hide the directory behind an empty one, with what shall be replaced in there, and more."""
    inside = [path for path in contents if path.is_relative_to(directory)]
    mount_empty(directory)
    for path, content in [(path, contents.pop(path)) for path in inside]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, content in more.items():
        (directory / name).write_bytes(content)


def _bundles(executable: str | None) -> Iterator[Path]:
    yield from (path.resolve() for path in map(Path, _BUNDLES) if path.is_file())
    pythons = (executable, sys.executable, shutil.which("python3"), shutil.which("python"))
    programs = [Path(program) for program in pythons if program]
    prefixes = {place.parents[1] for program in programs for place in (program.absolute(), program.resolve())}
    for prefix in (*prefixes, Path.home() / ".local"):
        for package in ("certifi", "pip/_vendor/certifi"):  # which bring a bundle of their own
            with contextlib.suppress(OSError):  # what cannot be read is trusted by nobody
                found = prefix.glob(f"lib/python*/*-packages/{package}/cacert.pem")
                yield from [path.resolve() for path in found]


def _keystores() -> Iterator[Path]:
    places = [Path(name) for name in _JAVA]
    homes = [Path(home) for home in (os.environ.get("JAVA_HOME"),) if home]
    if java := shutil.which("java"):
        homes.append(Path(java).resolve().parents[1])
    places += [home / below / "lib/security/cacerts" for home in homes for below in ("", "jre")]
    yield from (place.resolve() for place in places if place.is_file())


def hashed_name(certificate: bytes) -> str:
    """The file name by which OpenSSL finds an authority, given as DER: a hash of its subject in a canonical spelling.

    Read by hand (X.690, RFC 5280 §4.1), for the sandbox' own certificate, whose names are short: the library that
    could is dear to load.
    """
    (_, whole), *_ = _values(certificate)
    (_, signed), *_ = _values(whole)
    _, subject = list(_values(signed))[5]
    canonical = b"".join(_value(_SET, _canonical(names)) for _, names in _values(subject))
    digest = hashlib.sha1(canonical, usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}.0"


def _canonical(names: bytes) -> bytes:
    found = []
    for _, name in _values(names):
        (_, kind), (_, text) = _values(name)
        spelled = b" ".join(text.lower().split())
        found.append(_value(_SEQUENCE, _value(_OBJECT_ID, kind) + _value(_UTF8_STRING, spelled)))
    return b"".join(found)


def _values(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each DER value."""
    while der:
        tag, length, begin = der[0], der[1], 2
        if length & 0x80:  # then so many octets tell it
            begin += length & 0x7F
            length = int.from_bytes(der[2:begin], "big")
        yield tag, der[begin : begin + length]
        der = der[begin + length :]


def _value(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content


def java_keystore(certificate: bytes) -> bytes:
    """A Java key store (JKS) that trusts one certificate, given as DER; its password is Java's own."""
    entry = b"".join(
        [
            struct.pack(">I", 2),  # a trusted certificate, not a key
            _java_text("sandbox"),
            struct.pack(">Q", 0),  # made in 1970
            _java_text("X.509"),
            struct.pack(">I", len(certificate)),
            certificate,
        ]
    )
    store = struct.pack(">III", 0xFEEDFEED, 2, 1) + entry
    key = _JAVA_PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite"
    return store + hashlib.sha1(key + store, usedforsecurity=False).digest()


def _java_text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode("ascii")
