"""A probe from start to end: wait for the program to bind, look at each listener, choose a check and take its course."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sandbox.probing import crash, registry
from sandbox.probing.course import Course
from sandbox.probing.dial import Dial, Listener
from sandbox.probing.observation import observe
from sandbox.probing.server import LessonServer
from sandbox.probing.talk import Wrong
from sandbox.probing.verdict import Verdict
from sandbox.probing.wishes import Wishes
from sandbox.redirection.program import Program

SETTLED = 1.0  # seconds after its first address in which a program may bind others, from a thread that is slow to start
NOT_REDIRECTED = 97  # the exit status of the hook that could not be installed


def probe(server: LessonServer, wishes: Wishes) -> Iterator[Verdict]:
    """Each verdict as soon as it is found. The server has been started, and is not stopped here."""
    end = time.monotonic() + wishes.timeout
    if not server.wait(wishes.timeout):
        yield _not_started(server, wishes)
        return
    settled = min(time.monotonic() + SETTLED, end)
    seen: set[Listener] = set()
    while (new := server.another(seen, settled)) is not None:
        seen.add(new)
        if _wanted(new, wishes):
            yield from _listener(server, new, wishes, end)
    if wishes.check is not None and not any(_wanted(listener, wishes) for listener in seen):
        yield _nothing_to_check(wishes.check, seen)
    yield from _tracebacks(server)


def _not_started(server: LessonServer, wishes: Wishes) -> Verdict:
    stderr, status = server.stderr(), server.status()
    if status is None:
        came = f"nothing in {wishes.timeout:g} s"
        hint = "the program runs, but calls no bind(); does it wait for something?"
    elif status == NOT_REDIRECTED:
        came = stderr.strip().rpartition("\n")[2]
        hint = "the program itself has not begun: it could not be redirected, and that is not its fault"
    elif status == 0:
        came, hint = "the program ended", "a server calls bind(), listen(), and accept() in a loop"
    else:
        came = f"the program ended with status {status}: {crash.last_words(stderr)}"
        hint = _python2(server.program) or crash.hint(stderr)
    return Verdict("", "", "starts", "FAIL", "the program binds an address", came=came, hint=hint)


def _python2(program: Program) -> str:
    """What is Python 2 in a script that has failed."""
    if program.source is None or program.interpreter is None:
        return ""
    from sandbox.redirection.python2 import judge

    verdict = judge(*program.source, program.interpreter)
    if verdict is None or not verdict.certain:
        return ""
    lines = [f"line {line}: {what} → {instead}" for line, what, instead in verdict.findings[:3]]
    return f"this is Python 2; in Python 3 it says: {'; '.join(lines)}"


def _listener(server: LessonServer, listener: Listener, wishes: Wishes, end: float) -> Iterator[Verdict]:
    try:
        server.revive()
    except Wrong as wrong:
        yield Verdict(str(listener), "", "starts again", "FAIL", "", came=wrong.came or "", hint=wrong.hint)
        return
    seen = observe(Dial(server, listener, wishes.patience, end, {}), wishes.quiet)
    check = registry.choose(listener, seen) if wishes.check is None else registry.named(wishes.check)
    if check is None:
        yield _unknown(server, listener)
    else:
        answered = bool(seen.unasked or seen.answer) and server.alive()
        yield from Course(server, listener, check, wishes, end, answered=answered).verdicts()


def _wanted(listener: Listener, wishes: Wishes) -> bool:
    return wishes.check is None or registry.named(wishes.check).transport == listener.transport


def _nothing_to_check(name: str, seen: set[Listener]) -> Verdict:
    bound = ", ".join(sorted(map(str, seen)))
    transport = registry.named(name).transport.upper()
    hint = f"{name} is a check for {transport} servers: SOCK_STREAM makes TCP sockets, SOCK_DGRAM makes UDP sockets"
    return Verdict("", name, "binds", "FAIL", f"a {transport} address", came=bound, hint=hint)


def _unknown(server: LessonServer, listener: Listener) -> Verdict:
    calls = "recvfrom() and sendto()" if listener.transport == "udp" else "listen(), accept() and an answer"
    came = "nothing" if server.alive() else f"the program ended: {server.last_words()}"
    why = "" if server.alive() else crash.hint(server.stderr())
    hint = why or f"a server needs {calls}; if it is one of --list, name it with --as"
    return Verdict(
        str(listener), "", "answers", "FAIL", "a word without being asked, or an answer", came=came, hint=hint
    )


def _tracebacks(server: LessonServer) -> Iterator[Verdict]:
    """A program can live on after an exception, but somebody's connection ended by it."""
    told = [*server.last_exceptions, *([] if server.alive() else [server.last_words()])]
    found = [line for line in crash.exceptions(server.stderr()) if line not in told]
    if found:
        hint = crash.hint(found[-1])
        remark = f"the server printed a traceback and went on: {found[-1]}" + (f"; {hint}" if hint else "")
        yield Verdict("", "", "tracebacks", "note", "none", came="\n".join(found), hint=remark)
