"""What every TCP server must bear: clients that come at the same time, go at once, or break off."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from sandbox.probing.check import Check, Step
from sandbox.probing.dial import Dial
from sandbox.probing.talk import Silent, Wrong

SERVE_ON = (
    "one client's end must not be the server's: recv() returns b'' or raises, so put each client into"
    " try … except OSError … finally close()"
)


def steps(check: Check) -> tuple[Step, ...]:
    """The general steps for one TCP server; after each of them it must still answer as the check has it."""
    return (
        Step("second client", "an answer while the first client is connected", _second(check), SERVE_ON),
        Step("goes at once", "the next client is answered", _after(check, _goes_at_once), SERVE_ON),
        Step("half a message", "the next client is answered", _after(check, _breaks_off), SERVE_ON),
        Step("reset", "the next client is answered", _after(check, _resets), SERVE_ON, mild=True),
    )


def silently(run: Callable[[Dial], str | None]) -> Callable[[Dial], None]:
    """The same without its remark, which has been made already."""

    def silent(dial: Dial) -> None:
        run(dial)

    return silent


def _second(check: Check) -> Callable[[Dial], str | None]:
    def second(dial: Dial) -> str | None:
        with dial.tcp():
            if _answered(dial, check):
                return None
        check.proof.run(dial)
        return "serves one client at a time: the others wait until it has gone (threading would help)"

    return second


def _answered(dial: Dial, check: Check) -> bool:
    """Whether a client gets an answer within the patience; what is wrong with it is not asked here."""
    try:
        check.proof.run(dial.impatient(0.5))
    except (Silent, OSError):
        return False
    except Wrong:
        return bool(dial.record.came)
    return True


def _after(check: Check, trouble: Callable[[Dial, Check], None]) -> Callable[[Dial], str | None]:
    def run(dial: Dial) -> None:
        with contextlib.suppress(Silent, OSError):
            trouble(dial, check)
        dial.record.came.clear()
        try:
            check.proof.run(dial)
        except Wrong:
            raise Wrong(f"the next client is not served as the first one was: {SERVE_ON}") from None

    return run


def _goes_at_once(dial: Dial, check: Check) -> None:
    dial.tcp().close()


def _breaks_off(dial: Dial, check: Check) -> None:
    question = dial.memory.get("question", b"")
    with dial.tcp() as talk:
        talk.send(question[: len(question) // 2] or check.partial)


def _resets(dial: Dial, check: Check) -> None:
    dial.tcp().reset()
