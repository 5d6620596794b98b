"""poplib."""

from __future__ import annotations

import io
import poplib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.clients.registry import Library, Way

PASSWORD = "any password"


@contextmanager
def plain(env: Environment) -> Iterator[poplib.POP3]:
    """Connected to the main listener."""
    client = poplib.POP3(HOST, env.port("pop3"), timeout=TIMEOUT)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def secure(env: Environment) -> Iterator[poplib.POP3]:
    """Connected to the listener with implicit TLS."""
    client = poplib.POP3_SSL(HOST, env.port("pop3", "pop3s"), timeout=TIMEOUT, context=env.trust)
    try:
        yield client
    finally:
        client.close()


pop3 = Library(
    "poplib",
    {"POP3": Way(plain, poplib.POP3), "POP3_SSL": Way(secure, poplib.POP3_SSL)},
    (poplib.error_proto,),
    "Ports 2110 and 2995. The mailbox is new and holds the sample mails.",
)


def logged_in(client: poplib.POP3, env: Environment) -> poplib.POP3:
    """The client after its login."""
    client.user(env.user)
    client.pass_(PASSWORD)
    return client


def status(response: bytes) -> str:
    """``+OK``, and the numbers behind it."""
    first, *rest = response.split()
    return " ".join([first.decode(), *(word.decode() for word in rest if word.isdigit())])


def listed(answer: tuple[bytes, list[bytes], int]) -> str:
    """Status and number of lines of an answer of many lines."""
    response, lines, _ = answer
    return f"{response.split()[0].decode()}, {len(lines)} lines"


def left(env: Environment) -> str:
    """How many messages the mailbox holds now."""
    return f"{env.sandbox.call(lambda world: len(world.mail.home(env.user).inbox))} messages left"


@pop3.operation("getwelcome()")
def getwelcome(client: poplib.POP3, env: Environment) -> str:
    banner = client.getwelcome()
    return status(banner) + (", with the timestamp of APOP" if banner.endswith(b">") else "")


@pop3.operation("capa()")
def capa(client: poplib.POP3, env: Environment) -> str:
    return ", ".join(sorted(client.capa()))


@pop3.operation("stls(context=…)", on_purpose={"POP3_SSL": "TLS is on already; the client refuses by itself"})
def stls(client: poplib.POP3, env: Environment) -> str:
    return f"{status(client.stls(env.trust))}, then {status(logged_in(client, env).noop())} under TLS"


@pop3.operation("user(name)")
def user(client: poplib.POP3, env: Environment) -> str:
    return status(client.user(env.user))


@pop3.operation("pass_(password)")
def pass_(client: poplib.POP3, env: Environment) -> str:
    client.user(env.user)
    return status(client.pass_(PASSWORD)) + " messages"


@pop3.operation("apop(user, password)")
def apop(client: poplib.POP3, env: Environment) -> str:
    return status(client.apop(env.user, PASSWORD)) + " messages"


@pop3.operation("rpop(user)", on_purpose="obsolete: it asks the server to trust the client's host")
def rpop(client: poplib.POP3, env: Environment) -> str:
    return status(client.rpop(env.user))


@pop3.operation("utf8()")
def utf8(client: poplib.POP3, env: Environment) -> str:
    return status(client.utf8())


@pop3.operation("stat()")
def stat(client: poplib.POP3, env: Environment) -> str:
    count, octets = logged_in(client, env).stat()
    return f"{count} messages, {'some' if octets else 'no'} octets"


@pop3.operation("list()")
def list_(client: poplib.POP3, env: Environment) -> str:
    return listed(logged_in(client, env).list())


@pop3.operation("list(1)")
def list_one(client: poplib.POP3, env: Environment) -> str:
    return status(logged_in(client, env).list(1).rpartition(b" ")[0]) + " and its octets"


@pop3.operation("uidl()")
def uidl(client: poplib.POP3, env: Environment) -> str:
    return listed(logged_in(client, env).uidl())


@pop3.operation("uidl(1)", note="UIDVALIDITY and UID of IMAP")
def uidl_one(client: poplib.POP3, env: Environment) -> str:
    answer, number, identifier = logged_in(client, env).uidl(1).decode().split()
    return f"{answer} {number}, UID {identifier.partition('.')[2]}"


@pop3.operation("retr(1)", note="a line that is a single dot arrives as one")
def retr(client: poplib.POP3, env: Environment) -> str:
    response, lines, octets = logged_in(client, env).retr(1)
    whole = octets == int(response.split()[1]) == int(client.list(1).split()[2])
    return "+OK, the whole message" if whole and b"." in lines else "+OK, but not the message"


@pop3.operation("retr(4)", on_purpose="there are three")
def retr_missing(client: poplib.POP3, env: Environment) -> str:
    return listed(logged_in(client, env).retr(4))


@pop3.operation("top(3, 0)", note="the message has more than 32,000 octets")
def top(client: poplib.POP3, env: Environment) -> str:
    logged_in(client, env)
    header = client.top(3, 0)[1]
    whole = client.retr(3)[1]
    return f"+OK, the header, {'' if header == whole[: len(header)] else 'not '}as RETR has it"


@pop3.operation("dele(1)")
def dele(client: poplib.POP3, env: Environment) -> str:
    deleted = status(logged_in(client, env).dele(1))
    client.quit()
    return f"{deleted}, {left(env)} after QUIT"


@pop3.operation("rset()")
def rset(client: poplib.POP3, env: Environment) -> str:
    logged_in(client, env).dele(1)
    restored = status(client.rset())
    client.quit()
    return f"{restored}, {left(env)} after DELE, RSET, QUIT"


@pop3.operation("noop()")
def noop(client: poplib.POP3, env: Environment) -> str:
    return status(logged_in(client, env).noop())


@pop3.operation("quit()")
def quit_(client: poplib.POP3, env: Environment) -> str:
    return status(logged_in(client, env).quit())


@pop3.operation("close()", note="without QUIT nothing is deleted (RFC 1939 §6)")
def close(client: poplib.POP3, env: Environment) -> str:
    logged_in(client, env).dele(1)
    client.close()
    return left(env)


@pop3.operation("set_debuglevel(1)")
def set_debuglevel(client: poplib.POP3, env: Environment) -> str:
    client.set_debuglevel(1)
    with redirect_stdout(io.StringIO()) as dialogue:
        client.utf8()
    return "the dialogue on stdout" if "*cmd* 'UTF8'" in dialogue.getvalue() else "nothing"
