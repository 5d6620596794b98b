"""Each verdict can be seen to fail."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.probing.conftest import Result, probe_all

# The first failure of each: its check and step, and what its hint says.
BROKEN: dict[str, tuple[str, str, str]] = {
    "asks": ("", "starts", "nobody types here"),
    "chat_breaks_when_one_goes": ("chat", "", "who has gone"),
    "chat_leaves_out_the_speaker": ("chat", "the speaker hears itself", "to all clients"),
    "crash": ("", "starts", "one tuple"),
    "deaf_udp": ("udp-echo", "echoes", "s.sendto(answer, address)"),
    "dies_over_half_a_letter": ("reverse", "serves on", "not all octets are UTF-8"),
    "echo_as_str": ("echo", "echoes", "not str(data)"),
    "echo_ends": ("echo", "", "while True"),
    "echo_once_and_die": ("echo", "", "must not be the server's"),
    "ends": ("", "starts", "accept() in a loop"),
    "frozen_time": ("time", "reads the clock each time", "after accept()"),
    "greets_without_closing": ("greeting", "closes", "waits for ever"),
    "never_listens": ("reply", "answers", "listen()"),
    "no_do_get": ("http", "GET /", "do_GET"),
    "no_status": ("http", "GET /", "status line"),
    "not_base64": ("file", "hands out a file", "not base64"),
    "reply_wants_a_line": ("reply", "answers", "line end"),
    "reverses_octets": ("reverse", "reverses UTF-8", "data.decode()[::-1].encode()"),
    "reverses_once": ("reverse", "takes several messages", "only 1 of 3"),
    "stuck_after_one": ("echo", "echoes", "send back"),
    "truncated_file": ("file", "hands out a file", "sendall()"),
    "udp_ends_on_nothing": ("udp-echo", "empty datagram", "do not break"),
    "udp_from_elsewhere": ("udp-reply", "answers", "another socket"),
    "waits": ("", "starts", "no bind()"),
    "words_too_few": ("words", "translates", "as many parts"),
    "wrong_length": ("http", "GET /", "count octets"),
    "wrong_pow": ("xmlrpc", "functions", "pow(2, 3) is 8"),
    "wrong_time": ("time", "tells the time", "no date"),
}
WISHES: dict[str, dict[str, Any]] = {"waits": {"timeout": 0.5}}


@pytest.fixture(scope="module")
def results(pool: ThreadPoolExecutor) -> dict[str, Future[Result]]:
    """All of them start with the first test: they wait most of their time."""
    wishes = {
        f"broken/{name}.py": {"patience": 0.7, "to_the_end": False} | WISHES.get(name, {}) for name in BROKEN
    }
    return probe_all(pool, wishes)


@pytest.fixture
def result(results: dict[str, Future[Result]]) -> Callable[[str], Result]:
    return lambda name: results[f"broken/{name}.py"].result()


@pytest.mark.parametrize("name", BROKEN)
def test_broken_servers_fail(name: str, result: Callable[[str], Result]) -> None:
    check, step, hint = BROKEN[name]
    failed = [verdict for verdict in result(name).verdicts if verdict.outcome == "FAIL"]
    assert failed, name
    assert failed[0].check == check
    assert failed[0].step == step or not step
    assert hint in failed[0].hint
    assert not result(name).running


def test_what_was_sent_and_what_came_is_told(result: Callable[[str], Result]) -> None:
    verdict = next(verdict for verdict in result("reverses_octets").verdicts if verdict.outcome == "FAIL")
    assert verdict.listener == "tcp localhost:33333"
    assert verdict.sent == "'ПАЛИНДРОМ'"
    assert verdict.expected == "'МОРДНИЛАП'"
    assert verdict.came.startswith(r"b'\x9c\xd0\x9e")


def test_who_answers_nobody_after_the_first_client_is_told_so(result: Callable[[str], Result]) -> None:
    verdict = next(verdict for verdict in result("stuck_after_one").verdicts if verdict.outcome == "FAIL")
    assert verdict.hint.startswith("the first client was answered, this one was not")


def test_the_output_of_the_server_is_kept(result: Callable[[str], Result]) -> None:
    assert result("ends").stdout == "nothing to do\n"
    assert "EOFError" in result("asks").stderr
