"""FTP over TLS: AUTH TLS with every public method of FTP_TLS, implicit TLS, and the traps of data connections."""

from __future__ import annotations

import asyncio
import ftplib
import io
import select
import socket
import ssl

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from sandbox.net.tap import Tap
from sandbox.services.ftp import files
from sandbox.services.ftp.streams import Outlet
from tests.conftest import Serve, raw_client, read_until
from tests.services.ftp.client import RawClient, connected, insecure, put, stored


class ImplicitFTP(ftplib.FTP_TLS):
    """ftplib knows AUTH TLS only; this is how its users come to implicit TLS."""

    _sock: socket.socket | None = None

    @property
    def sock(self) -> socket.socket | None:  # type: ignore[override]
        return self._sock

    @sock.setter
    def sock(self, value: socket.socket | None) -> None:
        if value is not None and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value, server_hostname="localhost")
        self._sock = value


def ftps(sandbox: BackgroundEngine, *, private: bool = True) -> ftplib.FTP_TLS:
    """ftplib's TLS client, verifying the server, logged in."""
    endpoint = sandbox.endpoint("ftp")
    context = sandbox.call(lambda s: s.authority.client_context())
    client = ftplib.FTP_TLS(context=context, timeout=5)
    client.connect(endpoint.host, endpoint.port)
    client.login("ann", "secret")
    if private:
        client.prot_p()
    return client


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    return serve(
        ftp={"listeners": {"ftps": {"tls": "implicit"}, "plain": {"tls": "none"}}}, accounts={"mode": "any"}
    )


def test_explicit_tls_with_a_verified_certificate(sandbox: BackgroundEngine) -> None:
    with ftps(sandbox) as client:
        assert isinstance(client.sock, ssl.SSLSocket)
        content = bytes(range(256)) * 4000
        client.storbinary("STOR file", io.BytesIO(content))
        assert stored(sandbox, "/home/ann/file") == content
        back: list[bytes] = []
        client.retrbinary("RETR file", back.append)
        assert b"".join(back) == content
        client.storlines("STOR text", io.BytesIO(b"one\ntwo\n"))
        lines: list[str] = []
        client.retrlines("RETR text", lines.append)
        assert lines == ["one", "two"]
        assert client.nlst() == ["file", "text"]
        assert [name for name, _ in client.mlsd()] == ["file", "text"]


def test_auth_by_hand_prot_c_and_ccc(sandbox: BackgroundEngine) -> None:
    client = ftplib.FTP_TLS(context=insecure(), timeout=5)
    endpoint = sandbox.endpoint("ftp")
    client.connect(endpoint.host, endpoint.port)
    assert client.auth().startswith("234")
    client.login("ann", "secret", secure=False)
    assert client.prot_p() == "200 Data protection level is Private"
    assert client.nlst() == []
    assert client.prot_c() == "200 Data protection level is Clear"
    client.storbinary("STOR file", io.BytesIO(b"in the clear"))
    assert client.nlst() == ["file"]
    with pytest.raises(ftplib.error_perm, match=r"^534"):
        client.ccc()
    client.voidcmd("REIN")
    client.login("ann", "secret")
    assert client.nlst() == ["file"]
    client.quit()


def test_active_mode_under_tls(sandbox: BackgroundEngine) -> None:
    with ftps(sandbox) as client:
        client.set_pasv(False)
        client.storbinary("STOR file", io.BytesIO(b"content"))
        assert client.nlst() == ["file"]


def test_abort_under_tls(sandbox: BackgroundEngine) -> None:
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    with ftps(sandbox) as client:
        client.voidcmd("TYPE I")
        connection = client.transfercmd("RETR big")
        assert connection.recv(1)
        assert client.abort().startswith("426")
        assert client.voidresp().startswith("226")
        connection.close()
        assert client.nlst() == ["big"]


@pytest.mark.parametrize("private", [True, False])
def test_implicit_tls(sandbox: BackgroundEngine, private: bool) -> None:
    client = ImplicitFTP(context=insecure(), timeout=5)
    endpoint = sandbox.endpoint("ftp", "ftps")
    client.connect(endpoint.host, endpoint.port)
    client.login("ann", "secret", secure=False)
    if private:
        client.prot_p()
    client.storbinary("STOR file", io.BytesIO(b"content"))
    assert client.nlst() == ["file"]
    with pytest.raises(ftplib.error_perm, match=r"^503"):
        client.sendcmd("AUTH TLS")
    features = client.sendcmd("FEAT")
    assert "AUTH" not in features
    assert "PROT" in features
    client.quit()


def test_the_order_of_rfc_4217(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        assert client.say("PBSZ 0").startswith("503")
        assert client.say("AUTH GSSAPI").startswith("504")
        assert client.say("AUTH TLS").startswith("234")
        client.sock = insecure().wrap_socket(client.sock)
        assert client.say("AUTH TLS").startswith("503")
        assert client.say("PWD").startswith("530")  # the login has to be repeated
        client.say("USER ann")
        assert client.say("PASS secret").startswith("230")
        assert client.say("PROT P").startswith("503")
        assert client.say("PBSZ big").startswith("501")
        assert client.say("PBSZ 1024") == "200 PBSZ=0"
        assert client.say("PROT S").startswith("536")
        assert client.say("PROT X").startswith("504")
        assert client.say("PROT P").startswith("200")
    with RawClient(sandbox, "plain") as client:
        assert client.say("AUTH TLS").startswith("502")
        assert "AUTH" not in client.say("FEAT")


def test_logins_only_under_tls(serve: Serve) -> None:
    sandbox = serve(ftp={"login_requires_tls": True})
    with RawClient(sandbox, login=False) as client:
        assert client.say("USER ann").startswith("530")
    with ftps(sandbox) as client:
        assert client.pwd() == "/home/ann"


def test_plain_text_behind_auth_is_dropped(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        client.send(b"AUTH TLS\r\nUSER mallory\r\nPASS x\r\nDELE /everything\r\n" + b"x" * 10_000)
        assert client.reply().startswith("234")
        client.sock = insecure().wrap_socket(client.sock)
        assert client.say("NOOP").startswith("200")
        assert client.say("PASS x").startswith("503")  # USER was never heard


def test_uploads_keep_their_tail_without_close_notify(sandbox: BackgroundEngine) -> None:
    content = bytes(3_000_000) + b"the end"
    with ftps(sandbox) as client:
        client.voidcmd("TYPE I")
        for attempt in range(3):
            connection = client.transfercmd(f"STOR file{attempt}")
            connection.sendall(content)
            connection.close()  # no unwrap: curl and many others do so
            assert client.voidresp().startswith("226")
            assert client.size(f"file{attempt}") == len(content)


def test_downloads_do_not_wait_for_close_notify(sandbox: BackgroundEngine) -> None:
    put(sandbox, "/home/ann/file", bytes(300_000))
    with ftps(sandbox) as client:
        client.voidcmd("TYPE I")
        client.sock.settimeout(1)
        with client.transfercmd("RETR file") as connection:
            assert sum(len(block) for block in iter(lambda: connection.recv(65536), b"")) == 300_000
            assert client.voidresp().startswith("226")  # while our end is open, and silent


def test_a_slow_tls_client_gets_the_end_of_its_file(
    sandbox: BackgroundEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SlowLink(Outlet):
        """The kernel takes little at a time, so the last block stays with us while we close."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)

    monkeypatch.setattr(files, "Outlet", SlowLink)
    # What asyncio would give a client to read the rest, if nobody said otherwise.
    monkeypatch.setitem(Tap.__init__.__kwdefaults__, "shutdown_timeout", 0.02)
    size = 2_000_000
    put(sandbox, "/home/ann/big", bytes(size))
    with ftps(sandbox) as client:
        client.voidcmd("TYPE I")
        with client.transfercmd("RETR big") as connection:
            received = 0
            while not select.select([client.sock], [], [], 0)[0]:
                received += len(connection.recv(16384))
            assert client.voidresp().startswith("226")  # so the server has closed
            assert received < size
            sandbox.run(lambda: asyncio.sleep(0.1))
            received += sum(len(block) for block in iter(lambda: connection.recv(65536), b""))
        assert received == size


def test_a_failed_handshake_costs_the_transfer_only(sandbox: BackgroundEngine) -> None:
    with RawClient(sandbox) as client:
        client.say("AUTH TLS")
        client.sock = insecure().wrap_socket(client.sock)
        client.say("USER ann")
        client.say("PASS secret", "PBSZ 0", "PROT P")
        with client.passive() as data:
            assert client.say("STOR file").startswith("150")
            data.sendall(b"this is no ClientHello\r\n")
            assert client.reply().startswith("426")
        assert client.say("PWD").startswith("257")
    names = sandbox.call(lambda s: [e.event.name for e in s.journal if isinstance(e.event, Fact)])
    assert "tls.failed" in names


def test_tls_on_the_plain_port_and_the_reverse(sandbox: BackgroundEngine) -> None:
    with raw_client(sandbox, "ftp") as sock, pytest.raises(OSError):  # SSLError is one
        insecure().wrap_socket(sock)
    with raw_client(sandbox, "ftp", "ftps") as sock:
        sock.sendall(b"USER ann\r\n")
        assert b"220" not in read_until(sock, b"never")
    with connected(sandbox, ftplib.FTP) as client:
        assert client.login("ann", "secret")
