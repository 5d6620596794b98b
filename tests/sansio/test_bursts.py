"""A burst at a time: long answers wait for the client, and nothing is worked off after the end."""

from __future__ import annotations

from sandbox.sansio import (
    MAX_BURST,
    MAX_STEPS,
    Action,
    BurstCore,
    Close,
    LineBuffer,
    Send,
    StartTls,
    WhenDrained,
)
from tests.play import play

HALF = b"x" * (MAX_BURST // 2)


class Toy(BurstCore):
    def __init__(self) -> None:
        super().__init__()
        self.lines = LineBuffer(100)

    def take_in(self, data: bytes) -> None:
        self.lines.feed(data)

    def step(self) -> list[Action] | None:
        line = self.lines.next_line()
        match line:
            case None:
                return None
            case b"quiet":
                return []
            case b"half":
                return [Send(HALF)]
            case b"quit":
                return [Send(b"bye\r\n"), Close()]
            case b"tls":
                self.lines.clear()
                return [Send(HALF + HALF), StartTls()]
            case _:
                return [Send(line + b"\r\n")]


def test_steps_are_played_in_order() -> None:
    play(
        Toy,
        """
        C: one
        C: quiet
        C: two
        S: one
        S: two
        C: quit
        S: bye
        S: <close>
    """,
    )


def test_a_burst_waits_for_the_client() -> None:
    toy = Toy()
    actions = list(toy.receive(b"half\r\nhalf\r\nthird\r\n"))
    assert actions == [Send(HALF), Send(HALF), WhenDrained(hears=False)]
    assert list(toy.receive(b"fourth\r\n")) == []
    assert list(toy.drained()) == [Send(b"third\r\n"), Send(b"fourth\r\n")]
    assert list(toy.drained()) == []


def test_others_have_their_turn_however_short_the_answers_are() -> None:
    toy = Toy()
    assert list(toy.receive(b"quiet\r\n" * MAX_STEPS + b"last\r\n")) == [WhenDrained(hears=False)]
    assert list(toy.drained()) == [Send(b"last\r\n")]


def test_others_have_their_turn_after_each_step_that_takes_long() -> None:
    toy = Toy()
    toy.turn_is_over = lambda: True
    assert list(toy.receive(b"one\r\ntwo\r\n")) == [Send(b"one\r\n"), WhenDrained(hears=False)]
    assert list(toy.drained()) == [Send(b"two\r\n"), WhenDrained(hears=False)]
    assert list(toy.drained()) == []


def test_the_end_of_input_waits_as_well() -> None:
    toy = Toy()
    list(toy.receive(b"half\r\nhalf\r\nthird\r\n"))
    assert list(toy.eof()) == []
    assert list(toy.drained()) == [Send(b"third\r\n"), Close()]


def test_nothing_follows_a_close() -> None:
    toy = Toy()
    assert list(toy.receive(b"quit\r\nmore\r\n")) == [Send(b"bye\r\n"), Close()]
    assert list(toy.receive(b"more\r\n")) == []


def test_an_upgrade_is_not_held_up() -> None:
    assert isinstance(list(Toy().receive(b"tls\r\n"))[-1], StartTls)
