"""The steps of one check on one listener, and what the program does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sandbox.probing import crash, endurance
from sandbox.probing.check import Check, Step
from sandbox.probing.dial import Dial, Listener
from sandbox.probing.server import LessonServer
from sandbox.probing.talk import Silent, Wrong
from sandbox.probing.verdict import Outcome, Verdict, shown
from sandbox.probing.wishes import Wishes

LAST_GASP = 0.2  # seconds in which a program that broke a connection off by its end has ended
ONE_CLIENT = "the program ends after its first client: put accept() and what follows into while True"
NOT_LISTENING = "the address is bound, but nobody takes connections on it: listen(), then accept() in a loop"
FIRST_ONLY = {
    "tcp": "the first client was answered, this one was not: when a client has gone recv() returns b'';"
    " leave the loop then, close(), and accept() the next one",
    "udp": "the first client was answered, this one was not: answer the address that each recvfrom() returns",
}
ENOUGH = 3  # ends of the program after which nothing new is to be learnt

_REST = Step("the rest", "not checked before this works", lambda _: None)


class Course:
    """Takes one step after the other. A program that ends is started again for the next one."""

    def __init__(
        self,
        server: LessonServer,
        listener: Listener,
        check: Check,
        wishes: Wishes,
        end: float,
        *,
        answered: bool = False,
    ) -> None:
        """``answered`` tells whether the server has spoken with a client already, before the first step."""
        self._server = server
        self._listener = listener
        self._check = check
        self._wishes = wishes
        self._end = end
        self._answered = answered
        self._memory: dict[str, bytes] = {}
        self._before: Step | None = None
        self._once = False
        self._told = False
        self._over = False
        self._crashes = 0

    def verdicts(self) -> Iterator[Verdict]:
        """The steps of the check, what every server must bear, and whether it still answers after all."""
        hard = endurance.steps(self._check) if self._check.transport == "tcp" else ()
        proof = self._check.proof
        again = Step("still answers", proof.expected, endurance.silently(proof.run), self._advice(""))
        for step in (*self._check.steps, *hard, again):
            verdict = None
            for attempt in (1, 2):
                yield from self._ended()
                if self._once and step not in self._check.steps:
                    return
                verdict = self._tried(step, last=attempt == 2)
                if verdict is not None:
                    break
            assert verdict is not None
            yield verdict
            if self._over:
                return
            useless = verdict.outcome == "FAIL" and step is self._check.proof
            if useless or self._crashes == ENOUGH:
                yield self._verdict(_REST, "note", hint=_REST.expected)
                return
            self._before = step
        yield from self._ended()

    def _tried(self, step: Step, last: bool) -> Verdict | None:
        """The verdict on one step; None if the program was about to end over the step before."""
        self._over = time.monotonic() >= self._end
        if self._over:
            return self._verdict(step, "FAIL", hint="not checked: the time is over (--timeout)")
        try:
            self._server.revive()
        except Wrong as wrong:
            self._over = True
            return self._verdict(step, "FAIL", came=wrong.came or "", hint=wrong.hint)
        self._told = False
        dial = Dial(self._server, self._listener, self._wishes.patience, self._end, self._memory)
        outcome, came, remark, refused = _taken(step, dial)
        if refused and self._server.alive():
            remark = NOT_LISTENING
        sent = shown(dial.record.sent)
        if outcome == "FAIL" and self._server.ended(LAST_GASP):
            untouched = refused and not dial.record.connections
            # A program that takes one client has ended with the one before.
            if not last and not dial.record.came and (untouched or self._left()):
                return None
            return self._failed_by_end(step, sent, remark)
        if outcome == "FAIL" and self._answered and self._before is None and not dial.record.came:
            remark = f"{FIRST_ONLY[self._check.transport]} (or: {remark})"
        if outcome == "FAIL" and step.mild:
            outcome = "note"
        return self._verdict(step, outcome, sent=sent, came=came, hint=remark)

    def _left(self) -> bool:
        """Whether the program has ended as one does that takes one client and no more."""
        return self._check.transport == "tcp" and self._server.status() == 0

    def _failed_by_end(self, step: Step, sent: str, remark: str) -> Verdict:
        """The program has ended in the middle of a step."""
        self._told = True
        outcome: Outcome
        if self._left():
            outcome = "note" if self._once or self._check.once else "FAIL"
            self._once = True
            return self._verdict(step, outcome, sent=sent, came="the program ended", hint=ONE_CLIENT)
        outcome = "note" if step.mild else "FAIL"
        self._crashes += 1
        hint = crash.hint(self._server.stderr()) or self._advice(remark)
        return self._verdict(step, outcome, sent=sent, came=self._end_of_program(), hint=hint)

    def _ended(self) -> Iterator[Verdict]:
        """What to say of a program that has ended after a step that went well."""
        outcome: Outcome
        if self._told or self._server.alive():
            return
        self._told = True
        after = Step("serves on", "the program goes on after a client", self._check.proof.run)
        if self._left():
            if not self._once:
                outcome = "note" if self._check.once else "FAIL"
                yield self._verdict(after, outcome, came="the program ended", hint=ONE_CLIENT)
            self._once = True
        else:  # before all steps it was a text that this kind of server never gets
            outcome = "note" if self._before is None or self._before.mild else "FAIL"
            self._crashes += 1
            hint = crash.hint(self._server.stderr()) or self._advice("")
            yield self._verdict(after, outcome, came=self._end_of_program(), hint=hint)

    def _advice(self, remark: str) -> str:
        return (
            endurance.SERVE_ON
            if self._check.transport == "tcp"
            else remark or "recvfrom() belongs into a loop"
        )

    def _end_of_program(self) -> str:
        if self._server.status() == 0:
            return "the program ended"
        return f"the program ended with status {self._server.status()}: {self._server.last_words()}"

    def _verdict(
        self, step: Step, outcome: Outcome, *, sent: str = "", came: str = "", hint: str = ""
    ) -> Verdict:
        return Verdict(
            str(self._listener), self._check.name, step.title, outcome, step.expected, sent, came, hint
        )


def _taken(step: Step, dial: Dial) -> tuple[Outcome, str, str, bool]:
    """What comes of a step: the outcome, what came, a remark, and whether nobody listened any more."""
    refused = False
    try:
        remark = step.run(dial)
    except Wrong as wrong:
        return "FAIL", (_came(dial) or "nothing") if wrong.came is None else wrong.came, wrong.hint, False
    except Silent:
        over = time.monotonic() >= dial.end
        span = "before the time was over" if over else f"in {dial.patience:g} s"
        dial.record.end = dial.record.end or f"nothing more {span}"
    except OSError as error:
        dial.record.end = (error.strerror or str(error)).lower()
        refused = isinstance(error, ConnectionRefusedError)
    else:
        return "ok" if remark is None else "note", _came(dial), remark or "", False
    return "FAIL", _came(dial), step.silent, refused


def _came(dial: Dial) -> str:
    return ", then ".join(filter(None, (shown(dial.record.came), dial.record.end)))
