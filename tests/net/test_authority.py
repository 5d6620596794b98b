"""One authority for each state directory, certificates for every name, and keys nobody else reads."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from sandbox.errors import AuthorityError
from sandbox.net.authority import MOST_EXPECTED, Authority


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> str | None:
    """Shake hands over a socket pair; returns the version."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with contextlib.suppress(ssl.SSLError), server.wrap_socket(ours, server_side=True) as tls:
            tls.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(theirs, server_hostname=name) as tls:
            tls.send(b"x")
            return tls.version()
    finally:
        thread.join()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "smtp.example.com", "xn--e1afmkfd.test"])
def test_every_name_verifies(tmp_path: Path, name: str) -> None:
    authority = Authority(tmp_path)
    assert handshake(authority.context(), authority.client_context(), name) == "TLSv1.3"


def test_only_the_state_directory_need_be_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container whose own files are read-only there is no other place for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "read-only"))
    authority = Authority(tmp_path)
    assert handshake(authority.context(), authority.client_context(), "localhost") == "TLSv1.3"
    assert {path.name for path in tmp_path.iterdir()} == {"ca"}


def test_an_address_the_certificate_does_not_name_fails(tmp_path: Path) -> None:
    authority = Authority(tmp_path, names=("localhost",))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority.context(), authority.client_context(), "127.0.0.1")


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_addresses_that_clients_go_to_verify(tmp_path: Path, address: str) -> None:
    """Clients send no name when they were given an address (RFC 6066 §3)."""
    authority = Authority(tmp_path, names=("localhost",))
    served = authority.context()
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(served, authority.client_context(), address)
    Authority(tmp_path).expect(address)
    assert handshake(served, authority.client_context(), address) == "TLSv1.3"
    assert handshake(served, authority.client_context(), "localhost") == "TLSv1.3"


def test_only_the_last_addresses_are_kept(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    for number in range(MOST_EXPECTED + 5):
        authority.expect(f"192.0.2.{number}")
        os.utime(authority.expected / f"192.0.2.{number}", (number, number))
    assert handshake(authority.context(), authority.client_context(), f"192.0.2.{MOST_EXPECTED}") == "TLSv1.3"
    assert len(list(authority.expected.iterdir())) == MOST_EXPECTED


def test_made_once_and_kept(tmp_path: Path) -> None:
    first = Authority(tmp_path).certificate.read_bytes()
    second = Authority(tmp_path)
    assert second.certificate.read_bytes() == first
    assert handshake(second.context(), Authority(tmp_path).client_context(), "a.test")


def test_the_key_is_private(tmp_path: Path) -> None:
    certificate = Authority(tmp_path / "deep" / "state").certificate
    key = certificate.with_name("ca.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "deep" / "state").stat().st_mode) == 0o700
    assert b"PRIVATE" not in certificate.read_bytes()


def test_two_that_start_together_end_with_one(tmp_path: Path) -> None:
    authorities = [Authority(tmp_path) for _ in range(4)]
    threads = [threading.Thread(target=authority.load) for authority in authorities]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({authority.certificate.read_bytes() for authority in authorities}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]
    assert handshake(authorities[0].context(), authorities[3].client_context(), "a.test")


def test_a_directory_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AuthorityError, match="certificate authority in"):
        Authority(tmp_path / "file").load()
    broken = tmp_path / "broken" / "ca"
    broken.mkdir(parents=True)
    (broken / "ca.pem").write_text("nonsense")
    (broken / "ca.key").write_text("nonsense")
    with pytest.raises(AuthorityError):
        Authority(tmp_path / "broken").load()


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    Authority(tmp_path).context()
    assert list(tmp_path.iterdir()) == []


def test_a_name_no_certificate_can_have_gets_the_default_one(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    client = authority.client_context()
    client.check_hostname = False
    assert handshake(authority.context(), client, "your_mail_server.com")
