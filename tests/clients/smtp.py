"""smtplib."""

from __future__ import annotations

import io
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from email.message import EmailMessage

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.clients.registry import Library, RefusedError, Way

PASSWORD = "any password"
LETTER = "Subject: Hello\r\n\r\nHello!\r\n"
EXTENSIONS = (
    "auth",
    "starttls",
    "size",
    "8bitmime",
    "smtputf8",
    "pipelining",
    "chunking",
    "enhancedstatuscodes",
)


@contextmanager
def plain(env: Environment) -> Iterator[smtplib.SMTP]:
    """Connected to the main listener."""
    client = smtplib.SMTP(HOST, env.port("smtp"), timeout=TIMEOUT)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def secure(env: Environment) -> Iterator[smtplib.SMTP]:
    """Connected to the listener with implicit TLS."""
    client = smtplib.SMTP_SSL(HOST, env.port("smtp", "smtps"), timeout=TIMEOUT, context=env.trust)
    try:
        yield client
    finally:
        client.close()


smtp = Library(
    "smtplib",
    {"SMTP": Way(plain, smtplib.SMTP), "SMTP_SSL": Way(secure, smtplib.SMTP_SSL)},
    (smtplib.SMTPException,),
    "Ports 2025 and 2465. The certificate is verified.",
)


def code(reply: tuple[int, bytes]) -> str:
    """The code of a reply. Raises RefusedError for one that is a refusal."""
    number, text = reply
    if number >= 400:
        raise RefusedError(f"{number} {text.decode(errors='replace')}")
    return str(number)


def arrived(env: Environment, user: str | None = None) -> int:
    """How many mails the user's mailbox holds beside the samples."""
    owner = user or env.user
    return env.sandbox.call(
        lambda world: sum(bool(stored.message.envelope) for stored in world.mail.home(owner).inbox)
    )


def told(count: int) -> str:
    """The outcome of sending: mails that are in the mailbox afterwards."""
    return f"accepted, {count} in the mailbox"


def ready(client: smtplib.SMTP, env: Environment) -> smtplib.SMTP:
    """A client that has said who it is and whom the mail is for."""
    client.ehlo()
    client.mail("ann@example.org")
    client.rcpt(f"{env.user}@example.org")
    return client


def authenticated(client: smtplib.SMTP, env: Environment, mechanism: str) -> str:
    """Log in by one mechanism, as :meth:`smtplib.SMTP.login` does with the best one."""
    client.ehlo()
    client.user, client.password = env.user, PASSWORD
    method = getattr(client, "auth_" + mechanism.lower().replace("-", "_"))
    return code(client.auth(mechanism, method))


@smtp.operation("connect(host, port)")
def connect(client: smtplib.SMTP, env: Environment) -> str:
    client.close()
    return code(client.connect(HOST, env.port("smtp", "smtps" if env.way == "SMTP_SSL" else "main")))


@smtp.operation("ehlo()")
def ehlo(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.ehlo())


@smtp.operation("helo()")
def helo(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.helo())


@smtp.operation("ehlo_or_helo_if_needed()")
def ehlo_or_helo_if_needed(client: smtplib.SMTP, env: Environment) -> str:
    client.ehlo_or_helo_if_needed()
    return "EHLO" if client.does_esmtp else "HELO"


@smtp.operation("has_extn(name)", note="STARTTLS is gone where TLS is on")
def has_extn(client: smtplib.SMTP, env: Environment) -> str:
    client.ehlo()
    return ", ".join(name.upper() for name in EXTENSIONS if client.has_extn(name))


@smtp.operation("starttls(context=…)", on_purpose={"SMTP_SSL": "TLS is on already"})
def starttls(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.starttls(context=env.trust)) + f", then {code(client.ehlo())} under TLS"


@smtp.operation("login(user, password)", note="by the first mechanism offered, CRAM-MD5")
def login(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.login(env.user, PASSWORD))


@smtp.operation("auth(mechanism, authobject)")
def auth(client: smtplib.SMTP, env: Environment) -> str:
    client.ehlo()
    return code(client.auth("PLAIN", lambda challenge=None: f"\0{env.user}\0{PASSWORD}"))


@smtp.operation("auth_plain()")
def auth_plain(client: smtplib.SMTP, env: Environment) -> str:
    return authenticated(client, env, "PLAIN")


@smtp.operation("auth_login()")
def auth_login(client: smtplib.SMTP, env: Environment) -> str:
    return authenticated(client, env, "LOGIN")


@smtp.operation("auth_cram_md5()")
def auth_cram_md5(client: smtplib.SMTP, env: Environment) -> str:
    return authenticated(client, env, "CRAM-MD5")


@smtp.operation("noop()")
def noop(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.noop())


@smtp.operation("help()")
def help_(client: smtplib.SMTP, env: Environment) -> str:
    return "a text that names DATA" if b"DATA" in client.help() else "something else"


@smtp.operation("verify(address)", note="every address is somebody's, so 252")
def verify(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.verify("bob@example.org"))


@smtp.operation("vrfy(address)")
def vrfy(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.vrfy("bob@example.org"))


@smtp.operation("expn(list)")
def expn(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.expn("everybody"))


@smtp.operation("docmd('ETRN', domain)")
def docmd(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.docmd("ETRN", "example.org"))


@smtp.operation("putcmd(command)")
def putcmd(client: smtplib.SMTP, env: Environment) -> str:
    client.putcmd("noop")
    client.putcmd("noop")
    return f"{code(client.getreply())} and {code(client.getreply())}, pipelined"


@smtp.operation("getreply()")
def getreply(client: smtplib.SMTP, env: Environment) -> str:
    client.putcmd("help")
    return code(client.getreply())


@smtp.operation("send(bytes)", note="a chunk by BDAT (RFC 3030)")
def send(client: smtplib.SMTP, env: Environment) -> str:
    ready(client, env)
    chunk = LETTER.encode()
    client.send(b"BDAT %d LAST\r\n%b" % (len(chunk), chunk))
    return f"{code(client.getreply())}, {arrived(env)} in the mailbox"


@smtp.operation("mail(sender)")
def mail(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.mail("ann@example.org"))


@smtp.operation("rcpt(recipient)")
def rcpt(client: smtplib.SMTP, env: Environment) -> str:
    client.mail("ann@example.org")
    return code(client.rcpt("bob@example.org"))


@smtp.operation("data(text)")
def data(client: smtplib.SMTP, env: Environment) -> str:
    return f"{code(ready(client, env).data(LETTER))}, {arrived(env)} in the mailbox"


@smtp.operation("rset()")
def rset(client: smtplib.SMTP, env: Environment) -> str:
    return code(ready(client, env).rset())


@smtp.operation("sendmail(sender, recipients, text)")
def sendmail(client: smtplib.SMTP, env: Environment) -> str:
    refused = client.sendmail("ann@example.org", [f"{env.user}@example.org"], LETTER)
    return told(arrived(env)) if not refused else f"refused for {len(refused)}"


@smtp.operation("sendmail(sender, [one, two], bytes)", note="8-bit octets, kept as they are")
def sendmail_to_two(client: smtplib.SMTP, env: Environment) -> str:
    letter = LETTER.encode() + "Привет".encode("koi8-r") + b"\r\n"
    other = f"{env.user}-too"
    refused = client.sendmail("ann@example.org", [env.user, other], letter)
    return f"accepted, {arrived(env)} in each mailbox" if not refused and arrived(env, other) else "lost"


@smtp.operation("send_message(message)")
def send_message(client: smtplib.SMTP, env: Environment) -> str:
    client.send_message(letter_to(f"{env.user}@example.org"))
    return told(arrived(env))


@smtp.operation("send_message(message) to пример@…", note="SMTPUTF8 (RFC 6531)")
def send_message_utf8(client: smtplib.SMTP, env: Environment) -> str:
    recipient = f"пример-{env.user}@example.org"
    client.send_message(letter_to(recipient))
    return told(arrived(env, recipient))


@smtp.operation("set_debuglevel(1)")
def set_debuglevel(client: smtplib.SMTP, env: Environment) -> str:
    client.set_debuglevel(1)
    with redirect_stderr(io.StringIO()) as dialogue:
        client.noop()
    return f"{len(dialogue.getvalue().splitlines())} lines on stderr"


@smtp.operation("quit()")
def quit_(client: smtplib.SMTP, env: Environment) -> str:
    return code(client.quit())


@smtp.operation("close()", note="without QUIT: the mail sent before is kept")
def close(client: smtplib.SMTP, env: Environment) -> str:
    client.sendmail("ann@example.org", [env.user], LETTER)
    client.close()
    return f"{arrived(env)} in the mailbox"


def letter_to(recipient: str) -> EmailMessage:
    """A letter in Russian."""
    letter = EmailMessage()
    letter["Subject"] = "Тема письма"
    letter["From"] = "ann@example.org"
    letter["To"] = recipient
    letter.set_content("Привет!\n")
    return letter
