"""Servers as the lessons have them pass, each under the check that is meant for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.probing.conftest import Result, probe_all

SERIAL = "second client"

# The checks that are made, and remarks that must be made; others may be.
SERVERS: dict[str, tuple[set[str], set[str]]] = {
    "chat_12345": ({"chat"}, set()),
    "echo_5555": ({"echo"}, set()),
    "echo_asyncio": ({"echo"}, {"ends"}),
    "file_5566": ({"file"}, set()),
    "greeter_12345": ({"greeting"}, set()),
    "handler_8080": ({"http"}, {"HEAD /", SERIAL}),
    "handler_hello": ({"http"}, {"HEAD /", "unknown path", SERIAL}),
    "hello_client_5000": ({"reply"}, {SERIAL, "reset"}),
    "keep_alive_8099": ({"http"}, {"unknown path"}),
    "one_client_5000": ({"reply"}, set()),
    "received_8888": ({"reply"}, {SERIAL}),
    "reverse_33333": ({"reverse"}, {SERIAL}),
    "roster_pickle": ({"roster"}, {"takes users in"}),
    "rpc": ({"xmlrpc"}, set()),
    "rpc_plain": ({"xmlrpc"}, {"system.listMethods", "two calls at once", SERIAL}),
    "steps_8080": ({"reply"}, {SERIAL}),
    "time_5566": ({"time"}, set()),
    "time_6789": ({"time"}, set()),
    "two_servers": ({"udp-reply", "greeting"}, set()),
    "udp_12345": ({"udp-reply"}, set()),
    "udp_6789": ({"udp-echo"}, set()),
    "web_on_port_80": ({"http"}, set()),
    "words_comma": ({"words"}, {"translates"}),
    "words_pickle": ({"words"}, {"translates"}),
    "wsgi_hello": ({"http"}, {"HEAD /", "unknown path", SERIAL}),
}
WISHES: dict[str, dict[str, Any]] = {"roster_pickle": {"check": "roster"}}


def test_good_servers_pass(pool: ThreadPoolExecutor) -> None:
    running = probe_all(pool, {f"good/{name}.py": WISHES.get(name, {}) for name in SERVERS})
    results = {name: running[f"good/{name}.py"].result() for name in SERVERS}
    assert {name: _failures(result) for name, result in results.items() if _failures(result)} == {}
    checks = {name: {verdict.check for verdict in result.verdicts} - {""} for name, result in results.items()}
    assert checks == {name: expected for name, (expected, _) in SERVERS.items()}
    for name, (_, remarks) in SERVERS.items():
        noted = {step for _, step in results[name].outcomes("note")}
        assert remarks - noted == set(), name
        assert not results[name].running
    assert not any(verdict.step == "tracebacks" for result in results.values() for verdict in result.verdicts)
    _remarks(results)


def _failures(result: Result) -> list[Any]:
    return [verdict for verdict in result.verdicts if verdict.outcome == "FAIL"]


def _remarks(results: dict[str, Result]) -> None:
    hints = {
        (name, verdict.step): verdict.hint for name, result in results.items() for verdict in result.verdicts
    }
    assert "one client at a time" in hints["handler_8080", SERIAL]
    assert hints["words_pickle", "translates"] == "understood: pickle"
    assert hints["roster_pickle", "takes users in"] == "understood: pickled object"
    assert "The server ended over" in hints["words_comma", "translates"]
    assert hints["rpc", "two calls at once"] == ""
    one_client = [
        verdict.hint for verdict in results["one_client_5000"].verdicts if verdict.outcome == "note"
    ]
    assert any("ends after its first client" in hint for hint in one_client)
    assert "web_on_port_80" in results
    assert {verdict.listener for verdict in results["web_on_port_80"].verdicts} == {"tcp 192.168.0.102:80"}
