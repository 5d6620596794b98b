"""imaplib."""

from __future__ import annotations

import imaplib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from typing import Any

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.clients.registry import Library, RefusedError, Way

PASSWORD = "any password"
LETTER = b"Subject: Hello\r\n\r\nHello!\r\n"
NOT_SHARED = "mailboxes are not shared"


@contextmanager
def plain(env: Environment) -> Iterator[imaplib.IMAP4]:
    """Connected to the main listener."""
    client = imaplib.IMAP4(HOST, env.port("imap"), timeout=TIMEOUT)
    try:
        yield client
    finally:
        with suppress(OSError):  # it is shut down already
            client.shutdown()


@contextmanager
def secure(env: Environment) -> Iterator[imaplib.IMAP4]:
    """Connected to the listener with implicit TLS."""
    client = imaplib.IMAP4_SSL(HOST, env.port("imap", "imaps"), timeout=TIMEOUT, ssl_context=env.trust)
    try:
        yield client
    finally:
        with suppress(OSError):  # it is shut down already
            client.shutdown()


imap = Library(
    "imaplib",
    {"IMAP4": Way(plain, imaplib.IMAP4), "IMAP4_SSL": Way(secure, imaplib.IMAP4_SSL)},
    (imaplib.IMAP4.error,),
    "Ports 2143 and 2993. INBOX is new and holds the three sample mails.",
)


def ok(answer: tuple[str, list[Any]]) -> str:
    """The status of an answer. Raises RefusedError for NO and BAD."""
    status, data = answer
    if status in ("NO", "BAD"):
        raise RefusedError(f"{status} {data[-1].decode(errors='replace')}")
    return status


def text(answer: tuple[str, list[Any]]) -> str:
    """Status and data of an answer of one line."""
    return f"{ok(answer)}, {answer[1][-1].decode(errors='replace')}"


def logged_in(client: imaplib.IMAP4, env: Environment) -> imaplib.IMAP4:
    """The client after its login."""
    client.login(env.user, PASSWORD)
    return client


def selected(client: imaplib.IMAP4, env: Environment) -> imaplib.IMAP4:
    """The client with INBOX selected."""
    logged_in(client, env).select()
    return client


def deliver(env: Environment) -> None:
    """A mail arrives."""
    env.sandbox.call(lambda world: world.mail.deliver(world.mail.new_message(LETTER), [env.user]))


def mailboxes(env: Environment) -> set[str]:
    """The names of the user's mailboxes."""
    return env.sandbox.call(lambda world: {mailbox.name for mailbox in world.mail.home(env.user)})


def count(env: Environment, mailbox: str = "INBOX") -> int:
    """How many messages a mailbox holds."""
    return env.sandbox.call(lambda world: len(world.mail.home(env.user).get(mailbox) or ()))


@imap.operation("open(host, port)")
def open_(client: imaplib.IMAP4, env: Environment) -> str:
    client.shutdown()
    client.open(HOST, env.port("imap", "imaps" if env.way == "IMAP4_SSL" else "main"))
    return " ".join(client.readline().decode().split()[:2])


@imap.operation("capability()", note="LOGIN needs no TLS by default")
def capability(client: imaplib.IMAP4, env: Environment) -> str:
    names = client.capability()[1][0].decode().split()
    shown = ("IMAP4rev1", "STARTTLS", "AUTH=CRAM-MD5", "IDLE", "MOVE", "SORT", "UIDPLUS", "LOGINDISABLED")
    return ", ".join(name for name in shown if name in names)


@imap.operation(
    "starttls(ssl_context)", on_purpose={"IMAP4_SSL": "TLS is on already; the client refuses by itself"}
)
def starttls(client: imaplib.IMAP4, env: Environment) -> str:
    return f"{ok(client.starttls(env.trust))}, then {ok(client.noop())} under TLS"


@imap.operation("login(user, password)")
def login(client: imaplib.IMAP4, env: Environment) -> str:
    return f"{ok(client.login(env.user, PASSWORD))}, state {client.state}"


@imap.operation("login_cram_md5(user, password)")
def login_cram_md5(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(client.login_cram_md5(env.user, PASSWORD))


@imap.operation("authenticate('PLAIN', authobject)")
def authenticate(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(client.authenticate("PLAIN", lambda challenge: f"\0{env.user}\0{PASSWORD}".encode()))


@imap.operation("proxyauth(user)", on_purpose="one user is not another; no administrator is configured")
def proxyauth(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(logged_in(client, env).proxyauth("somebody"))


@imap.operation("enable('UTF8=ACCEPT')")
def enable(client: imaplib.IMAP4, env: Environment) -> str:
    return (
        f"{ok(logged_in(client, env).enable('UTF8=ACCEPT'))}, UTF-8 {'on' if client.utf8_enabled else 'off'}"
    )


@imap.operation("noop()")
def noop(client: imaplib.IMAP4, env: Environment) -> str:
    selected(client, env)
    deliver(env)
    return f"{ok(client.noop())}, tells of {client.response('EXISTS')[1][-1].decode()} messages"


@imap.operation("xatom('ID', 'NIL')")
def xatom(client: imaplib.IMAP4, env: Environment) -> str:
    return f"{ok(client.xatom('ID', 'NIL'))}, {client.response('ID')[1][0].split()[1].decode()}"


@imap.operation("namespace()")
def namespace(client: imaplib.IMAP4, env: Environment) -> str:
    return text(logged_in(client, env).namespace())


@imap.operation("list()")
def list_(client: imaplib.IMAP4, env: Environment) -> str:
    answer = logged_in(client, env).list()
    return f"{ok(answer)}, {len(answer[1])} mailboxes"


@imap.operation("lsub()")
def lsub(client: imaplib.IMAP4, env: Environment) -> str:
    answer = logged_in(client, env).lsub()
    return f"{ok(answer)}, {len(answer[1])} mailboxes"


@imap.operation("subscribe(mailbox)")
def subscribe(client: imaplib.IMAP4, env: Environment) -> str:
    logged_in(client, env).create("Lessons")
    return f"{ok(client.subscribe('Lessons'))}, {len(client.lsub()[1])} subscribed"


@imap.operation("unsubscribe(mailbox)")
def unsubscribe(client: imaplib.IMAP4, env: Environment) -> str:
    return f"{ok(logged_in(client, env).unsubscribe('Junk'))}, {len(client.lsub()[1])} subscribed"


@imap.operation("create(mailbox)", note="a name in modified UTF-7, `&BB8EPgRHBEIEMA-`")
def create(client: imaplib.IMAP4, env: Environment) -> str:
    answer = ok(logged_in(client, env).create('"&BB8EPgRHBEIEMA-/2024"'))
    return f"{answer}, {(mailboxes(env) - {'INBOX', 'Drafts', 'Sent', 'Trash', 'Junk'}).pop()}"


@imap.operation("rename(old, new)")
def rename(client: imaplib.IMAP4, env: Environment) -> str:
    logged_in(client, env).create("Old")
    answer = ok(client.rename("Old", "New"))
    return f"{answer}, {'New' if 'New' in mailboxes(env) and 'Old' not in mailboxes(env) else 'unchanged'}"


@imap.operation("delete(mailbox)")
def delete(client: imaplib.IMAP4, env: Environment) -> str:
    return f"{ok(logged_in(client, env).delete('Junk'))}, {'still there' if 'Junk' in mailboxes(env) else 'gone'}"


@imap.operation("status(mailbox, '(MESSAGES UNSEEN)')")
def status(client: imaplib.IMAP4, env: Environment) -> str:
    return text(logged_in(client, env).status("INBOX", "(MESSAGES UNSEEN)"))


@imap.operation("append(mailbox, flags, date_time, message)")
def append(client: imaplib.IMAP4, env: Environment) -> str:
    logged_in(client, env)
    answer = ok(client.append("Drafts", r"(\Draft)", '"29-Feb-2024 01:02:03 +0300"', LETTER))
    return f"{answer}, {count(env, 'Drafts')} in Drafts"


@imap.operation("select('inbox')")
def select(client: imaplib.IMAP4, env: Environment) -> str:
    return text(logged_in(client, env).select("inbox")) + " messages"


@imap.operation("select(readonly=True)", note="sends EXAMINE")
def select_readonly(client: imaplib.IMAP4, env: Environment) -> str:
    answer = text(logged_in(client, env).select(readonly=True))
    return f"{answer} messages, {client.response('READ-ONLY')[0]}"


@imap.operation("response('UIDVALIDITY')")
def response(client: imaplib.IMAP4, env: Environment) -> str:
    number = selected(client, env).response("UIDVALIDITY")[1][0]
    return "a number" if number.isdigit() else repr(number)


@imap.operation("recent()")
def recent(client: imaplib.IMAP4, env: Environment) -> str:
    selected(client, env)
    deliver(env)
    return f"{text(client.recent())} recent"


@imap.operation("check()")
def check(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(selected(client, env).check())


@imap.operation("search(None, 'ALL')")
def search(client: imaplib.IMAP4, env: Environment) -> str:
    return text(selected(client, env).search(None, "ALL"))


@imap.operation("search('UTF-8', 'SUBJECT', …)", note="a Russian word, sent as a literal")
def search_utf8(client: imaplib.IMAP4, env: Environment) -> str:
    selected(client, env).literal = "Письмо".encode()
    return text(client.search("UTF-8", "SUBJECT"))


@imap.operation("fetch('1', '(RFC822)')")
def fetch(client: imaplib.IMAP4, env: Environment) -> str:
    answer = selected(client, env).fetch("1", "(RFC822)")
    whole = answer[1][0][1] == env.sandbox.call(lambda w: next(iter(w.mail.home(env.user).inbox)).content)
    return f"{ok(answer)}, {'the message octet for octet' if whole else 'something else'}"


@imap.operation("fetch('1:*', '(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])')")
def fetch_header(client: imaplib.IMAP4, env: Environment) -> str:
    answer = selected(client, env).fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    parts = [part for part in answer[1] if isinstance(part, tuple)]
    return f"{ok(answer)}, {len(parts)} headers, the first {parts[0][1].decode().strip()}"


@imap.operation("fetch('2', '(BODYSTRUCTURE)')")
def fetch_structure(client: imaplib.IMAP4, env: Environment) -> str:
    answer = selected(client, env).fetch("2", "(BODYSTRUCTURE)")
    kinds = re.findall(rb'\("(TEXT)" "(\w+)"', answer[1][0].upper())
    return f"{ok(answer)}, " + " + ".join(b"/".join(kind).decode().lower() for kind in kinds)


@imap.operation("partial('1', 'RFC822', 1, 10)", note="IMAP4 without rev1; BODY[]<0.10> is its successor")
def partial(client: imaplib.IMAP4, env: Environment) -> str:
    answer = selected(client, env).partial("1", "RFC822", "1", "10")
    return f"{ok(answer)}, {len(answer[1][0][1])} octets"


@imap.operation("store('1', '+FLAGS', r'\\Flagged')")
def store(client: imaplib.IMAP4, env: Environment) -> str:
    return text(selected(client, env).store("1", "+FLAGS", r"\Flagged"))


@imap.operation("copy('1:2', mailbox)")
def copy(client: imaplib.IMAP4, env: Environment) -> str:
    return f"{ok(selected(client, env).copy('1:2', 'Sent'))}, {count(env, 'Sent')} in Sent"


@imap.operation("sort('(REVERSE SIZE)', 'UTF-8', 'ALL')")
def sort(client: imaplib.IMAP4, env: Environment) -> str:
    return text(selected(client, env).sort("(REVERSE SIZE)", "UTF-8", "ALL"))


@imap.operation("thread('REFERENCES', 'UTF-8', 'ALL')")
def thread(client: imaplib.IMAP4, env: Environment) -> str:
    return text(selected(client, env).thread("REFERENCES", "UTF-8", "ALL"))


@imap.operation("uid('FETCH', '1:*', '(UID FLAGS)')")
def uid(client: imaplib.IMAP4, env: Environment) -> str:
    answer = selected(client, env).uid("FETCH", "1:*", "(UID FLAGS)")
    return f"{ok(answer)}, {len(answer[1])} messages"


@imap.operation("uid('MOVE', '1', mailbox)")
def uid_move(client: imaplib.IMAP4, env: Environment) -> str:
    answer = ok(selected(client, env).uid("MOVE", "1", "Trash"))
    return f"{answer}, {count(env)} left, {count(env, 'Trash')} in Trash"


@imap.operation("expunge()")
def expunge(client: imaplib.IMAP4, env: Environment) -> str:
    selected(client, env).store("1,3", "+FLAGS", r"(\Deleted)")
    answer = client.expunge()
    return f"{ok(answer)}, {b' '.join(answer[1]).decode()} expunged, {count(env)} left"


@imap.operation("close()", note="what is marked as deleted goes with it")
def close(client: imaplib.IMAP4, env: Environment) -> str:
    selected(client, env).store("1", "+FLAGS", r"(\Deleted)")
    return f"{ok(client.close())}, {count(env)} left"


@imap.operation("unselect()", note="as close(), but nothing is expunged")
def unselect(client: imaplib.IMAP4, env: Environment) -> str:
    selected(client, env).store("1", "+FLAGS", r"(\Deleted)")
    return f"{ok(client.unselect())}, {count(env)} left"


@imap.operation(
    "idle()", ways=tuple(imap.ways), note="a method since Python 3.14; before, by send() and readline()"
)
def idle(client: imaplib.IMAP4, env: Environment) -> str:
    selected(client, env)
    if hasattr(client, "idle"):
        with client.idle(duration=TIMEOUT) as changes:
            deliver(env)
            kind, (data, *_) = next(iter(changes))
            return f"tells of {data.decode()} messages" if kind == "EXISTS" else kind
    client.send(b"hand IDLE\r\n")
    assert client.readline().startswith(b"+")
    deliver(env)
    told = client.readline().split()
    client.send(b"DONE\r\n")
    return f"tells of {told[1].decode()} messages" if told[2] == b"EXISTS" else repr(told)


@imap.operation("getquotaroot(mailbox)")
def getquotaroot(client: imaplib.IMAP4, env: Environment) -> str:
    answer, (roots, quotas) = logged_in(client, env).getquotaroot("INBOX")
    return f"{answer}, {roots[0].decode()}, {'STORAGE' if b'STORAGE' in quotas[0] else 'no limit'}"


@imap.operation("getquota('\"\"')")
def getquota(client: imaplib.IMAP4, env: Environment) -> str:
    return re.sub(r"\d+", "n", text(logged_in(client, env).getquota('""')))


@imap.operation("setquota(root, limits)", on_purpose="the limit stands in the configuration")
def setquota(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(logged_in(client, env).setquota('""', "(STORAGE 512)"))


@imap.operation("myrights(mailbox)")
def myrights(client: imaplib.IMAP4, env: Environment) -> str:
    return text(logged_in(client, env).myrights("INBOX"))


@imap.operation("getacl(mailbox)", note="the owner alone")
def getacl(client: imaplib.IMAP4, env: Environment) -> str:
    return text(logged_in(client, env).getacl("INBOX"))


@imap.operation("setacl(mailbox, who, rights)", on_purpose=NOT_SHARED)
def setacl(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(logged_in(client, env).setacl("INBOX", "bob", "lr"))


@imap.operation("deleteacl(mailbox, who)", on_purpose=NOT_SHARED)
def deleteacl(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(logged_in(client, env).deleteacl("INBOX", "bob"))


@imap.operation(
    "getannotation(mailbox, entry, attribute)", note="there are none: a draft that never became an RFC"
)
def getannotation(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(logged_in(client, env).getannotation("INBOX", "/comment", "value.priv"))


@imap.operation("setannotation(mailbox, entry, values)", on_purpose="a draft that never became an RFC")
def setannotation(client: imaplib.IMAP4, env: Environment) -> str:
    return ok(logged_in(client, env).setannotation("INBOX", "/comment", '("value.priv" "x")'))


@imap.operation("send(bytes)")
def send(client: imaplib.IMAP4, env: Environment) -> str:
    client.send(b"one NOOP\r\ntwo NOOP\r\n")
    return f"{client.readline().split()[1].decode()} and {client.readline().split()[1].decode()}, pipelined"


@imap.operation("readline()")
def readline(client: imaplib.IMAP4, env: Environment) -> str:
    client.send(b"tag NOOP\r\n")
    return client.readline()[:6].decode()


@imap.operation("read(size)")
def read(client: imaplib.IMAP4, env: Environment) -> str:
    client.send(b"tag NOOP\r\n")
    return client.read(6).decode()


@imap.operation("socket()")
def socket(client: imaplib.IMAP4, env: Environment) -> str:
    return "connected" if client.socket().getpeername()[1] else "not connected"


@imap.operation("print_log()", note="not under `python -O`")
def print_log(client: imaplib.IMAP4, env: Environment) -> str:
    client.noop()
    with redirect_stderr(io.StringIO()) as dialogue:
        client.print_log()
    return "the dialogue on stderr" if "NOOP" in dialogue.getvalue() else "nothing"


@imap.operation("error(…)", note="raised for NO and BAD; here for a command that is none")
def error(client: imaplib.IMAP4, env: Environment) -> str:
    try:
        client.xatom("NONSENSE")
    except client.error as raised:
        return "raised: BAD" if "BAD" in str(raised) else str(raised)
    return "not raised"


@imap.operation("abort(…)", note="raised when the server has gone; here after a LOGOUT by hand")
def abort(client: imaplib.IMAP4, env: Environment) -> str:
    client.send(b"tag LOGOUT\r\n")
    try:
        client.noop()
    except client.abort:
        return "raised"
    return "not raised"


@imap.operation(
    "readonly(…)", note="raised when a mailbox has become read-only; here after an EXAMINE by hand"
)
def readonly(client: imaplib.IMAP4, env: Environment) -> str:
    logged_in(client, env).xatom("EXAMINE", "INBOX")
    try:
        client.noop()
    except client.readonly:
        return "raised"
    return "not raised"


@imap.operation("logout()")
def logout(client: imaplib.IMAP4, env: Environment) -> str:
    return client.logout()[0]


@imap.operation("shutdown()", note="without LOGOUT")
def shutdown(client: imaplib.IMAP4, env: Environment) -> str:
    client.shutdown()
    return "closed" if client.socket().fileno() == -1 else "open"
