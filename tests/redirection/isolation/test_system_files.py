"""Files of the system as an isolated program sees them."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import struct
import subprocess
from pathlib import Path

import pytest

from sandbox.net.authority import Authority
from sandbox.redirection.isolation.namespaces import local_name_services
from sandbox.redirection.isolation.run import resolving
from sandbox.redirection.isolation.trust import hashed_name, java_keystore
from sandbox.settings import Configuration


@pytest.fixture
def certificate(state_directory: Path) -> Path:
    return Authority(state_directory).certificate


def test_host_names_are_asked_of_no_daemon() -> None:
    text = (
        "# comment: hosts\n"
        "passwd:  files systemd\n"
        "hosts:   mymachines mdns4_minimal [NOTFOUND=return] files resolve [!UNAVAIL=return] myhostname dns\n"
    )
    assert local_name_services(text) == (
        "# comment: hosts\npasswd:  files systemd\nhosts: files myhostname dns\n"
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl program to compare with")
def test_the_hash_of_the_authority_is_the_one_of_openssl(certificate: Path) -> None:
    command = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(certificate)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    assert hashed_name(ssl.PEM_cert_to_DER_cert(certificate.read_text())) == f"{told}.0"


def test_openssl_finds_the_authority_by_its_hash(certificate: Path, tmp_path: Path) -> None:
    (tmp_path / hashed_name(ssl.PEM_cert_to_DER_cert(certificate.read_text()))).write_bytes(
        certificate.read_bytes()
    )
    server, client = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(capath=str(tmp_path))
    ours = context.wrap_bio(server, client, server_hostname="www.example.org")
    theirs = Authority(certificate.parents[1]).context().wrap_bio(client, server, server_side=True)
    with pytest.raises(ssl.SSLWantReadError):
        ours.do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        theirs.do_handshake()
    ours.do_handshake()  # raises unless the certificate is trusted


def test_a_java_key_store_holds_the_certificate_and_its_digest(certificate: Path) -> None:
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    store = java_keystore(der)
    assert struct.unpack_from(">IIII", store) == (0xFEEDFEED, 2, 1, 2)
    assert store[:-20].endswith(struct.pack(">I", len(der)) + der)
    key = "changeit".encode("utf-16-be") + b"Mighty Aphrodite"
    assert store[-20:] == hashlib.sha1(key + store[:-20], usedforsecurity=False).digest()


@pytest.mark.skipif(shutil.which("keytool") is None, reason="there is no Java to read it")
def test_java_reads_the_key_store(certificate: Path, tmp_path: Path) -> None:
    path = tmp_path / "cacerts"
    path.write_bytes(java_keystore(ssl.PEM_cert_to_DER_cert(certificate.read_text())))
    command = ["keytool", "-list", "-keystore", str(path), "-storepass", "changeit"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert "sandbox" in told.stdout
    assert "trustedCertEntry" in told.stdout


def test_a_configuration_without_a_name_server_gets_one() -> None:
    assert list(resolving(Configuration()).services) == ["dns"]
    with_dns = resolving(Configuration())
    assert resolving(with_dns) is with_dns
