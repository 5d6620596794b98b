"""The dialogue player tells a good scene from a bad one."""

from __future__ import annotations

import pytest

from sandbox.sansio import Actions, Close, Core, Send, StartTls
from tests.play import play


class Goodbye(Core):
    """Sends whole lines and then acts, in one step."""

    def __init__(self, *actions: StartTls | Close) -> None:
        self._actions = actions

    def receive(self, data: bytes) -> Actions:
        return (Send(b"one\r\ntwo\r\n"), *self._actions) if data.endswith(b"\n") else ()


def test_lines_in_front_of_an_action_are_lines() -> None:
    play(lambda: Goodbye(Close()), "C: x\nS: one\nS: two\nS: <close>")
    play(lambda: Goodbye(StartTls(), Close(reset=True)), "C: x\nS: one\nS: two\nS: <starttls>\nS: <reset>")


@pytest.mark.parametrize(
    "scene", ["C: x\nS: one", "C: x\nS: one\nS: three", "C: x\nS: one\nS: two\nS: <close>"]
)
def test_a_scene_that_goes_otherwise_fails(scene: str) -> None:
    with pytest.raises(AssertionError):
        play(Goodbye, scene)
