"""Reading a mailbox of 500 mails with poplib and imaplib; there is no peer that takes SMTP and serves both."""

from __future__ import annotations

import imaplib
import poplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.measure import Plan, compare, rate, seconds
from benchmarks.servers import HOST, Server, sandbox
from benchmarks.smtp import connected, letter

CONFIGURATION = "[mail]\nsamples = false\n[services.smtp]\nport = 0\n[services.pop3]\nport = 0\n[services.imap]\nport = 0\n"
MAILS = 500


@contextmanager
def mailbox(plan: Plan) -> Iterator[tuple[Sequence[Server], int]]:
    """A sandbox where bob has mail, and how much."""
    count = plan.count(MAILS)
    with sandbox(CONFIGURATION) as server:
        with connected(server) as dialogue:
            for _ in range(count):
                dialogue.send(letter(1000))
        yield [server], count


def pop3(plan: Plan) -> None:
    """Retrieve the mails one by one, and as many logins."""
    with mailbox(plan) as (servers, count):

        def session(server: Server) -> poplib.POP3:
            client = poplib.POP3(HOST, server.port("pop3"), timeout=30)
            client.user("bob")
            client.pass_("secret")
            return client

        def retrieved(server: Server) -> float:
            client = session(server)
            numbers = iter(range(1, count + 1))
            found = rate(count, lambda: client.retr(next(numbers)))
            client.quit()
            return found

        compare(plan, servers, f"{count} mails by RETR, per s", retrieved)
        logins = plan.count(100)
        compare(plan, servers, "logins, per s", lambda s: rate(logins, lambda: session(s).quit()))


def imap(plan: Plan) -> None:
    """Fetch the mails one by one and all at once, and search them."""
    with mailbox(plan) as (servers, count):

        def session(server: Server) -> imaplib.IMAP4:
            client = imaplib.IMAP4(HOST, server.port("imap"), timeout=30)
            client.login("bob", "secret")
            client.select()
            return client

        def fetched(server: Server) -> float:
            with session(server) as client:
                numbers = iter(range(1, count + 1))
                return rate(count, lambda: client.fetch(str(next(numbers)), "(RFC822)"))

        def at_once(server: Server) -> float:
            with session(server) as client:
                return count / seconds(lambda: client.fetch("1:*", "(RFC822)"))

        def searched(server: Server) -> float:
            with session(server) as client:
                return rate(plan.count(50), lambda: client.search(None, "TEXT", "benchmark"))

        compare(plan, servers, f"{count} mails by FETCH one by one, per s", fetched)
        compare(plan, servers, f"{count} mails by one FETCH, per s", at_once)
        compare(plan, servers, f"searches of the text of {count} mails, per s", searched)
