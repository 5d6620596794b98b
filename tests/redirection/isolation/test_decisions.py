"""What the user is told of what a program asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sandbox.engine import Engine
from sandbox.redirection.isolation.decisions import Decisions
from tests.redirection.world import configuration, free_port


def test_who_tries_every_port_is_told_of_a_few(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decisions = Decisions(Engine(configuration(tmp_path)), tmp_path / "log")
    for port in range(2000, 2100):
        for _ in range(2):
            decisions.refused("tcp", "198.51.100.7", port)
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 21
    assert "198.51.100.7:2019 (TCP)" in told[-2]
    assert "--log" in told[-1]
    assert "refused tcp 198.51.100.7:2099" in (tmp_path / "log").read_text(encoding="utf-8")


def test_the_traceback_of_who_ends_over_it_is_not_torn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = Decisions(Engine(configuration(tmp_path)), tmp_path / "log")

    async def refuse() -> None:
        decisions.start()
        decisions.refused("tcp", "198.51.100.7", 2000)
        assert "refused tcp 198.51.100.7:2000" in (tmp_path / "log").read_text(encoding="utf-8")
        assert capsys.readouterr().err == ""
        decisions.stop()

    asyncio.run(refuse())
    assert "198.51.100.7:2000 (TCP)" in capsys.readouterr().err


def test_a_datagram_from_a_server_is_an_answer(tmp_path: Path) -> None:
    port = free_port()  # it also looks who has the port, on any address of this computer
    services = {"udp": {"listeners": {"echo": {"port": port, "behaviour": "echo"}}}}
    decisions = Decisions(Engine(configuration(tmp_path, services=services, routes={})))
    assert decisions.serves("127.0.0.1", port)
    assert not decisions.serves("198.51.100.7", port)
