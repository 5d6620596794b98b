"""What goes wrong on purpose with FTP's commands and data connections."""

from __future__ import annotations

import ftplib
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from tests.conftest import Serve, raw_client, read_until

FILE = b"0123456789" * 1000


def serving(serve: Serve, *rules: dict[str, Any], **settings: Any) -> BackgroundEngine:
    return serve(faults=[*rules], ftp=settings)


@contextmanager
def logged_in(sandbox: BackgroundEngine, timeout: float = 5) -> Iterator[ftplib.FTP]:
    endpoint = sandbox.endpoint("ftp")
    ftp = ftplib.FTP(timeout=timeout)
    try:
        ftp.connect(endpoint.host, endpoint.port)
        ftp.login("ann", "secret")
        yield ftp
    finally:
        ftp.close()


def store(ftp: ftplib.FTP) -> str:
    return ftp.storbinary("STOR digits", io.BytesIO(FILE))


def retrieve(ftp: ftplib.FTP) -> bytes:
    received = io.BytesIO()
    ftp.retrbinary("RETR digits", received.write)
    return received.getvalue()


def on(event: str, kind: str, /, **effect: Any) -> dict[str, Any]:
    return {"on": f"ftp.{event}", "effect": {"kind": kind, **effect}}


@pytest.mark.parametrize("code", ["425", "426", "450", "451", "550", "552"])
def test_a_refused_upload(serve: Serve, code: str) -> None:
    rule = on("stor", "reply", text=f"{code} Not now") | {"times": 1, "argument": "digits"}
    with logged_in(serving(serve, rule)) as ftp:
        with pytest.raises((ftplib.error_temp, ftplib.error_perm), match=f"{code} Not now"):
            store(ftp)
        assert store(ftp) == "226 Transfer complete"


def test_421_closes(serve: Serve) -> None:
    sandbox = serving(serve, on("cwd", "reply", text="421 Going\ndown"))
    with raw_client(sandbox, "ftp") as client:
        client.sendall(b"USER ann\r\nPASS x\r\nCWD /pub\r\nNOOP\r\n")
        assert read_until(client, b"never").endswith(b"421-Going\r\n421 down\r\n")


def test_the_password_is_nowhere(serve: Serve) -> None:
    sandbox = serving(serve, on("pass", "reply", text="530 No") | {"times": 1})
    with pytest.raises(ftplib.error_perm), logged_in(sandbox):
        pass
    facts = sandbox.call(lambda world: [each.event for each in world.journal if isinstance(each.event, Fact)])
    (hit,) = [fact.details["argument"] for fact in facts if fact.name == "fault.hit"]
    assert hit == "ann"


def test_the_user_is_known_while_logged_in(serve: Serve) -> None:
    sandbox = serving(serve, on("pwd", "reply", text="550 Not you") | {"user": "ann"})
    with logged_in(sandbox) as ftp:
        with pytest.raises(ftplib.error_perm, match="Not you"):
            ftp.pwd()
        ftp.login("bob", "secret")
        assert ftp.pwd() == "/home/bob"


def test_the_port_is_closed(serve: Serve) -> None:
    rule = on("[pe]*v", "refuse-port") | {"times": 1}
    with logged_in(serving(serve, rule)) as ftp:
        with pytest.raises(ConnectionRefusedError):
            store(ftp)
        assert store(ftp) == "226 Transfer complete"


def test_no_transfer_without_the_port(serve: Serve) -> None:
    with logged_in(serving(serve, on("pasv", "refuse-port"))) as ftp:
        ftp.sendcmd("PASV")
        with pytest.raises(ftplib.error_temp, match="425"):
            ftp.sendcmd("NLST")


def test_sizes_are_wrong(serve: Serve) -> None:
    with logged_in(serving(serve, on("*", "miscount", by=-1))) as ftp:
        store(ftp)
        ftp.voidcmd("TYPE I")
        assert ftp.size("digits") == len(FILE) - 1
        data, size = ftp.ntransfercmd("RETR digits")
        data.close()
        assert size == len(FILE) - 1


def test_a_download_is_cut_off(serve: Serve) -> None:
    rule = on("data", "limit", octets=1000) | {"argument": "retr *", "user": "ann"}
    received = io.BytesIO()
    with logged_in(serving(serve, rule)) as ftp:
        store(ftp)
        with pytest.raises(ftplib.error_temp, match="426"):
            ftp.retrbinary("RETR digits", received.write)
        assert ftp.voidcmd("NOOP") == "200 Zzz"
    assert received.getvalue() == FILE[:1000]


def test_a_slow_download_is_complete(serve: Serve) -> None:
    rule = on("data", "bandwidth", rate=40_000) | {"argument": "retr *"}
    with logged_in(serving(serve, rule)) as ftp:
        store(ftp)
        start = time.monotonic()
        assert retrieve(ftp) == FILE
        assert time.monotonic() - start > 0.2


def test_a_slow_upload_is_complete(serve: Serve) -> None:
    rule = on("data", "latency", seconds=0.2, direction="both") | {"argument": "stor *"}
    with logged_in(serving(serve, rule)) as ftp:
        store(ftp)
        assert retrieve(ftp) == FILE


@pytest.mark.parametrize("kind", ["disconnect", "reset"])
def test_a_data_connection_ends_at_once(serve: Serve, kind: str) -> None:
    sandbox = serving(serve, on("data", kind) | {"times": 1})
    with logged_in(sandbox) as ftp, pytest.raises((ftplib.error_temp, OSError)):
        store(ftp)


def test_a_silent_data_connection(serve: Serve) -> None:
    sandbox = serving(serve, on("data", "silence", direction="both"))
    with logged_in(sandbox, timeout=0.3) as ftp, pytest.raises(TimeoutError):
        ftp.retrlines("NLST")


def test_a_rule_for_clients_is_none_for_data_connections(serve: Serve) -> None:
    rule = {"on": "ftp", "after": 1, "effect": {"kind": "disconnect"}}
    with logged_in(serving(serve, rule)) as ftp:
        assert store(ftp) == "226 Transfer complete"


def test_over_tls(serve: Serve) -> None:
    rule = on("data", "slicer", size=1000, direction="both")
    sandbox = serving(serve, rule)
    context = sandbox.call(lambda world: world.authority.client_context())
    ftp = ftplib.FTP_TLS(timeout=5, context=context)
    try:
        ftp.connect("localhost", sandbox.endpoint("ftp").port)
        ftp.login("ann", "secret")
        ftp.prot_p()
        store(ftp)
        assert retrieve(ftp) == FILE
    finally:
        ftp.close()


def test_nothing_is_done_after_a_disconnection(serve: Serve) -> None:
    sandbox = serving(serve, on("noop", "disconnect"))
    with raw_client(sandbox, "ftp") as client:
        client.sendall(b"USER ann\r\nPASS x\r\nNOOP\r\nMKD later\r\n")
        assert b"257" not in read_until(client, b"never")
    with logged_in(sandbox) as ftp:
        assert ftp.nlst() == []
