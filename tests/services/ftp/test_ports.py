"""Data connections: where they may come from and go to, and what becomes of those that do not come."""

from __future__ import annotations

import re
import socket

import pytest

from sandbox.net import idleness
from tests.conftest import Serve
from tests.services.ftp.client import RawClient, facts, ftp, put


def port_of(answer: str) -> int:
    found = re.search(r"\(\|\|\|(\d+)\|\)", answer)
    assert found, answer
    return int(found[1])


def two_free_ports() -> tuple[int, int]:
    """Neighbours below the range from which the kernel gives clients their ports."""
    for first in range(21000, 32000, 2):
        try:
            with socket.create_server(("127.0.0.1", first)), socket.create_server(("127.0.0.1", first + 1)):
                return first, first + 1
        except OSError:
            continue
    raise AssertionError("all are taken")


def test_passive_replies(serve: Serve) -> None:
    with RawClient(serve(ftp={})) as client:
        found = re.fullmatch(r"227 Entering Passive Mode \(127,0,0,1,(\d+),(\d+)\)\.", client.say("PASV"))
        assert found
        socket.create_connection(("127.0.0.1", int(found[1]) * 256 + int(found[2]))).close()
        assert re.fullmatch(r"229 Entering Extended Passive Mode \(\|\|\|\d+\|\)", client.say("EPSV"))
        assert client.say("EPSV 1").startswith("229")
        assert client.say("EPSV 2") == "522 Network protocol not supported, use (1)"
        assert client.say("EPSV 3").startswith("522")
        assert client.say("EPSV x").startswith("501")


def test_epsv_all_leaves_epsv_only(serve: Serve) -> None:
    with RawClient(serve(ftp={})) as client:
        assert client.say("EPSV ALL").startswith("200")
        for line in ("PASV", "PORT 127,0,0,1,200,1", "EPRT |1|127.0.0.1|50000|"):
            assert client.say(line).startswith("503"), line
        assert client.fetch("NLST") == b""


def test_epsv_over_ipv6(serve: Serve) -> None:
    with RawClient(serve(ftp={"host": "::1"})) as client:
        assert client.say("EPSV 2").startswith("229")
        assert client.say("EPSV 1") == "522 Network protocol not supported, use (2)"
        assert client.say("PORT 127,0,0,1,200,1").startswith("504")
        assert client.say("EPRT |2|0:0:0:0:0:0:0:1|50000|").startswith("200")


def test_another_passive_port_replaces_the_one_before(serve: Serve) -> None:
    with RawClient(serve(ftp={})) as client:
        first, second = (port_of(client.say("EPSV")) for _ in range(2))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", first))
        socket.create_connection(("127.0.0.1", second)).close()


def test_passive_ports_of_a_range(serve: Serve) -> None:
    first, last = two_free_ports()
    sandbox = serve(ftp={"passive_ports": [first, last]})
    with RawClient(sandbox) as one, RawClient(sandbox) as two, RawClient(sandbox) as three:
        assert {port_of(one.say("EPSV")), port_of(two.say("EPSV"))} == {first, last}
        assert three.say("EPSV").startswith("425 No passive port")
        assert two.fetch("NLST") == b""  # and so its port is free again
        assert port_of(three.say("EPSV")) in (first, last)


def test_an_advertised_host(serve: Serve) -> None:
    sandbox = serve(ftp={"advertised_host": "192.0.2.7"})
    with RawClient(sandbox) as client:
        assert "(192,0,2,7," in client.say("PASV")
    with ftp(sandbox) as client:
        assert client.nlst() == []  # ftplib connects to the host it knows


def test_strangers_cannot_fetch_the_data(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/file", b"for ann")
    with RawClient(sandbox) as client:
        port = port_of(client.say("EPSV"))
        with socket.create_connection(
            ("127.0.0.1", port), timeout=5, source_address=("127.0.0.2", 0)
        ) as stranger:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as own:
                assert client.say("RETR file").startswith("150")
                assert own.recv(100) == b"for ann"
            assert stranger.recv(100) == b""
        assert client.reply().startswith("226")
    assert len(facts(sandbox, "data.refused")) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("PORT 192,0,2,1,200,1", "504"),
        ("PORT 127,0,0,2,200,1", "504"),
        ("PORT 127,0,0,1,0,25", "504"),
        ("PORT 127,0,0,1,3,255", "504"),
        ("EPRT |1|192.0.2.1|50000|", "504"),
        ("EPRT |1|127.0.0.1|80|", "504"),
        ("EPRT |2|::1|50000|", "504"),
        ("EPRT |3|x|50000|", "522"),
        ("EPRT |1|localhost|50000|", "501"),
        ("EPRT |1|127.0.0.1|70000|", "501"),
        ("EPRT |1|127.0.0.1|5", "501"),
        ("EPRT 1", "501"),
        ("PORT 127,0,0,1,200", "501"),
        ("PORT 127,0,0,1,256,1", "501"),
        ("PORT 127,0,0,1,-1,1", "501"),
        ("PORT a,b,c,d,e,f", "501"),
        ("PORT ١٢٧,0,0,1,200,1", "501"),
    ],
)
def test_nobody_else_can_be_reached(serve: Serve, line: str, code: str) -> None:
    with RawClient(serve(ftp={})) as client:
        assert client.say(line).startswith(code)
        assert client.say("NLST").startswith("425")


def test_a_refused_port_leaves_the_arrangement_before(serve: Serve) -> None:
    with RawClient(serve(ftp={})) as client:
        with client.passive() as data:
            assert client.say("PORT 192,0,2,1,200,1").startswith("504")
            assert client.say("NLST").startswith("150")
            assert data.recv(10) == b""
        assert client.reply().startswith("226")


def test_an_active_client_that_does_not_listen(serve: Serve) -> None:
    with RawClient(serve(ftp={})) as client, socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        assert client.say(f"EPRT |1|127.0.0.1|{port}|").startswith("200")
        assert client.say("NLST").startswith("425 Cannot open data connection: ")
        assert client.say("PWD").startswith("257")


def test_a_client_that_does_not_connect(serve: Serve) -> None:
    sandbox = serve(ftp={"data_timeout": 0.05})
    put(sandbox, "/home/ann/file", b"old")
    with RawClient(sandbox) as client:
        for command in ("NLST", "STOR file", "RETR file"):
            client.say("EPSV")
            assert client.say(command).startswith("425 Cannot open data connection: nobody connected in time")
        assert client.say("SIZE file") == "213 3"  # not emptied for nothing
        assert client.say("NLST").startswith("425 Use PASV")


@pytest.mark.parametrize("command", ["STOR new", "RETR big"])
def test_a_transfer_that_stands_still(serve: Serve, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idleness, "GOODBYE_TIMEOUT", 0.05)
    sandbox = serve(ftp={"data_timeout": 0.1, "limits": {"idle_timeout": 30.0}})
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    with RawClient(sandbox) as client, client.passive():
        assert client.say(command).startswith("150")
        assert client.reply() == "426 Data connection broken, transfer aborted: nothing moved for too long"
        assert client.say("PWD").startswith("257")


def test_idle_sessions_are_said_goodbye_but_not_busy_ones(serve: Serve) -> None:
    sandbox = serve(ftp={"limits": {"idle_timeout": 0.1}, "data_timeout": 0.5})
    with RawClient(sandbox) as client:
        with client.passive():
            assert client.say("STOR new").startswith("150")
            assert client.reply().startswith("426")
        assert client.reply().startswith("421 Timeout")
        assert client.reply() == ""


def test_a_unix_domain_socket_has_no_data_connections(
    serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("s") / "ftp"
    sandbox = serve(ftp={"path": str(path)})
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(str(path))
        client = RawClient.__new__(RawClient)
        client.sock, client._buffer = sock, b""
        assert client.reply().startswith("220")
        client.say("USER ann")
        assert client.say("PASS x").startswith("230")
        for line in ("EPSV", "PASV", "PORT 127,0,0,1,200,1"):
            assert client.say(line)[:3] in ("425", "504"), line
        assert client.say("NLST").startswith("425")
    assert sandbox
