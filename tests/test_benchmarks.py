"""The benchmarks run, say what they measure, and count right; how quick anything is nobody asserts."""

from __future__ import annotations

import pytest

from benchmarks import fixture, startup
from benchmarks.__main__ import main
from benchmarks.measure import Plan, compare, rate
from benchmarks.servers import PACKAGES, Server

SMALL = ["--rounds", "1", "--scale", "0.001"]


def test_medians_and_ratios(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {"sandbox": iter([100.0, 900.0, 300.0]), "peer": iter([200.0, 100.0, 150.0])}
    servers = [Server(name, {}) for name in figures]
    compare(Plan(rounds=3), servers, "mails, per s", lambda server: next(figures[server.name]))
    assert " ".join(capsys.readouterr().out.split()) == "mails, per s sandbox 300 peer 150 (ratio 2.00)"


def test_a_rate_is_bounded_by_its_count() -> None:
    acts: list[int] = []
    assert rate(7, lambda: acts.append(1)) > 0
    assert len(acts) == 7


def test_tcp_beside_the_standard_library(capsys: pytest.CaptureFixture[str]) -> None:
    main(["tcp", *SMALL])
    _, name, *lines = capsys.readouterr().out.splitlines()
    assert name == "tcp"
    assert len(lines) == 3
    assert all(server in line for line in lines for server in ("sandbox", "asyncio-tcp", "socketserver-tcp"))


def test_startup(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "SETTLING", 0.0)
    main(["startup", *SMALL])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "sandbox, all services" in line and "start" in line]


def test_run(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *SMALL])
    text = capsys.readouterr().out
    for measured in ("from start to end", "connect", "sendto", "getaddrinfo"):
        (line,) = (line for line in text.splitlines() if line.startswith(f"  {measured}"))
        assert "with the shim" in line
        assert "(ratio" in line
    assert "sandbox run --no-isolate" in text


def test_fixture(capsys: pytest.CaptureFixture[str]) -> None:
    main(["fixture", *SMALL])
    text = capsys.readouterr().out
    (line,) = (line for line in text.splitlines() if line.startswith(f"  {fixture.UNRELATED}"))
    assert "with the plugin" in line
    assert "without" in line
    for measured in fixture.TITLES:
        (line,) = (line for line in text.splitlines() if line.startswith(f"  {measured}"))
        assert "sandbox" in line
    for peer in fixture.FIXTURES.keys() & PACKAGES:
        assert f"({peer} is not installed" in text or f"{peer} " in text


def test_an_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nonsense"])
    assert "there is no benchmark nonsense" in capsys.readouterr().err
