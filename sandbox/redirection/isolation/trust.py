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
from typing import TYPE_CHECKING

from sandbox.redirection.isolation.namespaces import mount_empty, replace

if TYPE_CHECKING:
    from cryptography import x509

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
_JAVA_PASSWORD = "changeit"  # everybody's: it comes with Java


def trust(certificate: Path, executable: str | None = None) -> None:
    """Put the authority in the place of those that the system, Java and the Python of ``executable`` trust.

    Only files that are there are replaced, and only for those who live in this mount namespace.
    """
    text = certificate.read_bytes()
    keystore = java_keystore(ssl.PEM_cert_to_DER_cert(text.decode("ascii")))
    contents = dict.fromkeys(_bundles(executable), text) | dict.fromkeys(_keystores(), keystore)
    if _HASHED.is_dir():
        _fill(_HASHED, contents, text)
    for path, content in contents.items():
        with contextlib.suppress(OSError):  # one that cannot be replaced is one that is not trusted
            replace(path, content)


def _fill(directory: Path, contents: dict[Path, bytes], certificate: bytes) -> None:
    """Hide the directory behind an empty one that holds the authority, and what else shall be replaced there."""
    inside = [path for path in contents if path.is_relative_to(directory)]
    with contextlib.suppress(OSError):
        mount_empty(directory)
        (directory / hashed_name(certificate)).write_bytes(certificate)
        for path in inside:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents.pop(path))


def _bundles(executable: str | None) -> Iterator[Path]:
    yield from (path.resolve() for path in map(Path, _BUNDLES) if path.is_file())
    pythons = (executable, sys.executable, shutil.which("python3"), shutil.which("python"))
    programs = [Path(program) for program in pythons if program]
    prefixes = {place.parents[1] for program in programs for place in (program.absolute(), program.resolve())}
    for prefix in (*prefixes, Path.home() / ".local"):
        for package in ("certifi", "pip/_vendor/certifi"):  # which bring a bundle of their own
            found = prefix.glob(f"lib/python*/*-packages/{package}/cacert.pem")
            yield from (path.resolve() for path in found)


def _keystores() -> Iterator[Path]:
    places = [Path(name) for name in _JAVA]
    homes = [Path(home) for home in (os.environ.get("JAVA_HOME"),) if home]
    if java := shutil.which("java"):
        homes.append(Path(java).resolve().parents[1])
    places += [home / below / "lib/security/cacerts" for home in homes for below in ("", "jre")]
    yield from (place.resolve() for place in places if place.is_file())


def hashed_name(certificate: bytes) -> str:
    """The file name by which OpenSSL finds an authority: a hash of its subject, spelled in the canonical way."""
    from cryptography import x509

    subject = x509.load_pem_x509_certificate(certificate).subject
    canonical = x509.Name([_canonical(each) for each in subject.rdns]).public_bytes()
    digest = hashlib.sha1(_content(canonical), usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}.0"


def _canonical(name: x509.RelativeDistinguishedName) -> x509.RelativeDistinguishedName:
    from cryptography import x509

    return x509.RelativeDistinguishedName(
        [x509.NameAttribute(each.oid, " ".join(str(each.value).lower().split())) for each in name]
    )


def _content(der: bytes) -> bytes:
    """What stands in a DER value, without tag and length (X.690 §8.1.3)."""
    return der[2 + (der[1] & 0x7F if der[1] & 0x80 else 0) :]


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
