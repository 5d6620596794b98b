"""The table of a sandbox on free ports."""

from __future__ import annotations

import json
import socket

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.redirection.table import table_of
from sandbox.settings import load_mapping


def test_ports_of_the_configuration_lead_to_those_that_were_free() -> None:
    configuration = load_mapping(
        {
            "hosts": {"gone.example.org": False, "www.onego.ru": "195.161.136.4"},
            "services": {"tcp": {"listeners": {"echo": {"behaviour": "echo", "port": 12345}}}},
        },
        REGISTRY,
    )
    with BackgroundEngine(Engine(configuration, free_ports=True)) as sandbox:
        table = sandbox.call(lambda world: table_of(world, allow=["api.example.com"]))
        (local, classic) = table["routes"]
        assert local[:3] == ("tcp", "localhost", 12345)
        assert classic[:3] == ("tcp", "*", 7)
        assert local[3:] == classic[3:] == ("127.0.0.1", local[4], "tcp.echo")
        assert local[4] != 12345
        assert table["hosts"]["gone.example.org"] is None
        assert table["hosts"]["www.onego.ru"] == ["195.161.136.4"]
        assert table["wanted"]["25"] == "smtp"
        assert json.loads(json.dumps(table))["allow"] == ["api.example.com"]
        with socket.create_connection((local[3], local[4]), timeout=5) as client:
            client.sendall(b"hello")
            assert client.recv(10) == b"hello"


def test_aliases_and_both_transports_of_one_listener() -> None:
    hosts = {
        "alias.example.org": {"cname": "www.onego.ru"},
        "nowhere.example.org": {"cname": "x.invalid"},
        "www.onego.ru": "195.161.136.4",
    }
    configuration = load_mapping({"hosts": hosts, "services": {"dns": {}}}, REGISTRY)
    with BackgroundEngine(Engine(configuration, free_ports=True)) as sandbox:
        table = sandbox.call(table_of)
        assert table["hosts"]["alias.example.org"] == ["195.161.136.4"]
        assert table["hosts"]["nowhere.example.org"] is None
        assert table["hosts"]["sandbox.test"] == ["127.0.0.1", "::1"]
        assert {row[:3] for row in table["routes"]} == {
            (transport, host, port)
            for transport in ("tcp", "udp")
            for host, port in (("localhost", 2053), ("*", 53))
        }
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            _, _, _, host, port, _ = next(row for row in table["routes"] if row[0] == "udp")
            client.sendto(b"\x12\x34" + bytes(10), (host, port))
            assert client.recv(100)[:2] == b"\x12\x34"
