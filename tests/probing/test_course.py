"""What is not the server's doing: time limits, new starts, the check that was asked for, the Python it is for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sandbox.probing import registry
from sandbox.probing.course import Course
from sandbox.probing.server import LessonServer
from sandbox.probing.wishes import Wishes
from sandbox.redirection.program import find
from tests.probing.conftest import HERE, probed

ANY_PORT = """
import socket
server = socket.create_server(("", 0))
print(server.getsockname()[1])
for _ in range(3):
    client, _ = server.accept()
    client.sendall(client.recv(1024))
    client.close()
raise SystemError("three are enough")
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "server.py"


def test_the_whole_is_bounded_in_time() -> None:
    began = time.monotonic()
    result = probed(HERE / "broken" / "stuck_after_one.py", timeout=1.5, patience=60)
    assert time.monotonic() - began < 60  # it did not wait for the patience
    failed = [verdict for verdict in result.verdicts if verdict.outcome == "FAIL"]
    assert failed
    assert failed[0].step == "starts" or "the time was over" in failed[0].came
    assert not result.running


def test_what_there_is_no_time_for_is_not_passed() -> None:
    with LessonServer(find([str(HERE / "good" / "greeter_12345.py")])) as server:
        assert server.wait(20)
        (listener,) = server.listeners()
        course = Course(server, listener, registry.named("greeting"), Wishes(), time.monotonic())
        (verdict,) = course.verdicts()
    assert (verdict.step, verdict.outcome) == ("speaks first", "FAIL")
    assert "the time is over" in verdict.hint


def test_a_redirection_that_fails_is_not_the_server_s_fault(script: Path) -> None:
    script.write_text("import os\nos.write(2, b'sandbox: cannot redirect this program\\n')\nos._exit(97)\n")
    (verdict,) = probed(script).verdicts
    assert verdict.came == "sandbox: cannot redirect this program"
    assert "not its fault" in verdict.hint


def test_python_2_is_recognized(script: Path) -> None:
    script.write_text("import socket\ns = socket.socket()\ns.bind(('', 33333))\nprint 'bound', s\n")
    (verdict,) = probed(script).verdicts
    assert verdict.step == "starts"
    assert "SyntaxError" in verdict.came
    assert "this is Python 2" in verdict.hint
    assert "print('bound', s)" in verdict.hint


def test_port_0_is_one_listener_through_all_starts(script: Path) -> None:
    script.write_text(ANY_PORT)
    result = probed(script)
    assert len({verdict.listener for verdict in result.verdicts if verdict.listener}) == 1
    assert len(result.stdout.split()) > 1


def test_a_check_for_the_other_transport_is_a_failure() -> None:
    (verdict,) = probed(HERE / "good" / "udp_6789.py", check="chat").verdicts
    assert (verdict.outcome, verdict.step) == ("FAIL", "binds")
    assert "SOCK_DGRAM" in verdict.hint


def test_the_check_can_be_named() -> None:
    result = probed(HERE / "good" / "two_servers.py", check="greeting")
    assert {verdict.check for verdict in result.verdicts} == {"greeting"}


def test_no_process_survives_and_none_is_disturbed(script: Path) -> None:
    """Two servers of one address run beside each other, each in a place of its own."""
    with LessonServer(find([str(HERE / "good" / "greeter_12345.py")])) as one:
        with LessonServer(find([str(HERE / "good" / "greeter_12345.py")])) as two:
            assert one.wait(10)
            assert two.wait(10)
            (listener,) = one.listeners()
            assert one.address(listener) != two.address(listener)
        assert one.alive()
        assert not two.alive()
    assert not one.alive()


def test_what_follows_from_the_first_failure_is_not_repeated() -> None:
    verdicts = probed(HERE / "broken" / "echo_as_str.py").verdicts
    assert [(verdict.step, verdict.outcome) for verdict in verdicts] == [
        ("echoes", "FAIL"),
        ("the rest", "note"),
    ]


TWO_ADDRESSES = """
import socket, time
thanks = socket.socket(type=socket.SOCK_DGRAM)
thanks.bind(("127.0.0.1", 12345))
time.sleep(0.5)
server = socket.create_server(("127.0.0.1", 12346))
time.sleep(60)
"""


def test_an_address_may_be_bound_later_than_the_first_is_checked(script: Path) -> None:
    script.write_text(TWO_ADDRESSES)
    with LessonServer(find([str(script)])) as server:
        assert server.wait(20)
        (first,) = server.listeners()
        second = server.another({first}, time.monotonic() + 20)
        assert str(second) == "tcp localhost:12346"
        assert server.another({first, second}, time.monotonic()) is None
