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


class Course:
    """Takes one step after the other. A program that ends is started again for the next one."""

    def __init__(
        self, server: LessonServer, listener: Listener, check: Check, wishes: Wishes, end: float
    ) -> None:
        self._server = server
        self._listener = listener
        self._check = check
        self._wishes = wishes
        self._end = end
        self._memory: dict[str, bytes] = {}
        self._before: Step | None = None
        self._once = False
        self._told = False

    def verdicts(self) -> Iterator[Verdict]:
        """The steps of the check, what every server must bear, and whether it still answers after all."""
        hard = endurance.steps(self._check) if self._check.transport == "tcp" else ()
        proof = self._check.proof
        again = Step("still answers", proof.expected, endurance.silently(proof.run), endurance.SERVE_ON)
        for step in (*self._check.steps, *hard, again):
            yield from self._ended()
            if self._once and step not in self._check.steps:
                return
            if time.monotonic() >= self._end:
                yield self._verdict(step, "FAIL", hint="not checked: the time is over (--timeout)")
                return
            try:
                self._server.revive()
            except Wrong as wrong:
                yield self._verdict(step, "FAIL", came=wrong.came or "", hint=wrong.hint)
                return
            self._told = False
            yield self._taken(step)
            self._before = step
        yield from self._ended()

    def _taken(self, step: Step) -> Verdict:
        dial = Dial(self._server, self._listener, self._wishes.patience, self._end, self._memory)
        came: str | None = None
        outcome: Outcome = "FAIL"
        try:
            remark = step.run(dial)
            outcome = "ok" if remark is None else "note"
        except Wrong as wrong:
            remark, came = wrong.hint, wrong.came
        except Silent:
            remark = step.silent
            dial.record.end = dial.record.end or f"nothing more in {dial.patience:g} s"
        except OSError as error:
            remark, dial.record.end = step.silent, (error.strerror or str(error)).lower()
        if came is None:
            came = ", then ".join(filter(None, (shown(dial.record.came), dial.record.end)))
        sent = shown(dial.record.sent)
        if outcome == "FAIL" and self._server.ended(LAST_GASP):
            return self._failed_by_end(step, sent)
        return self._verdict(step, outcome, sent=sent, came=came, hint=remark or "")

    def _failed_by_end(self, step: Step, sent: str) -> Verdict:
        """The program has ended in the middle of a step."""
        self._told = True
        outcome: Outcome
        if self._server.status() == 0:
            outcome = "note" if self._once or self._check.once else "FAIL"
            self._once = True
            return self._verdict(step, outcome, sent=sent, came="the program ended", hint=ONE_CLIENT)
        outcome = "note" if step.mild else "FAIL"
        return self._verdict(step, outcome, sent=sent, came=self._end_of_program(), hint=self._why())

    def _ended(self) -> Iterator[Verdict]:
        """What to say of a program that has ended after a step that went well."""
        outcome: Outcome
        if self._told or self._server.alive():
            return
        self._told = True
        after = Step("serves on", "the program goes on after a client", self._check.proof.run)
        if self._server.status() == 0:
            if not self._once:
                outcome = "note" if self._check.once else "FAIL"
                yield self._verdict(after, outcome, came="the program ended", hint=ONE_CLIENT)
            self._once = True
        else:  # before all steps it was a text that this kind of server never gets
            outcome = "note" if self._before is None or self._before.mild else "FAIL"
            yield self._verdict(after, outcome, came=self._end_of_program(), hint=self._why())

    def _end_of_program(self) -> str:
        return f"the program ended with status {self._server.status()}: {self._server.last_words()}"

    def _why(self) -> str:
        return crash.hint(self._server.stderr()) or endurance.SERVE_ON

    def _verdict(
        self, step: Step, outcome: Outcome, *, sent: str = "", came: str = "", hint: str = ""
    ) -> Verdict:
        return Verdict(
            str(self._listener), self._check.name, step.title, outcome, step.expected, sent, came, hint
        )
