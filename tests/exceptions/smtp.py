"""The exceptions of smtplib."""

from __future__ import annotations

import smtplib

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.exceptions.registry import Provocation, Section

MAIL = "Subject: Hello\r\n\r\nHello!\r\n"


def _connect(environment: Environment) -> smtplib.SMTP:
    return smtplib.SMTP(HOST, environment.port("smtp"), timeout=TIMEOUT)


def _send(environment: Environment, *recipients: str) -> dict[str, tuple[int, bytes]]:
    with _connect(environment) as smtp:
        return smtp.sendmail("ann@example.org", recipients or ("bob@example.org",), MAIL)


def connect(environment: Environment) -> None:
    """connects."""
    _connect(environment).close()


def hello(environment: Environment) -> None:
    """sends a mail."""
    _send(environment)


def send_to_magic(environment: Environment) -> None:
    """sends a mail to 451@example.org."""
    _send(environment, "451@example.org")


def log_in(environment: Environment) -> None:
    """logs in."""
    with _connect(environment) as smtp:
        smtp.login(environment.user, "secret")


def start_tls(environment: Environment) -> None:
    """starts TLS."""
    with _connect(environment) as smtp:
        smtp.starttls(context=environment.trust)


def _rule(on: str, text: str, rest: str = "") -> str:
    return f'{{ on = "{on}", {rest}effect = {{ kind = "reply", text = "{text}" }} }}'


SMTP = Section(
    "smtplib",
    (
        Provocation(smtplib.SMTPConnectError, _rule("smtp", "554 5.3.2 No service here"), connect),
        Provocation(smtplib.SMTPHeloError, _rule("smtp.[eh]*", "550 5.7.1 I do not know you"), hello),
        Provocation(smtplib.SMTPSenderRefused, _rule("smtp.mail", "451 4.7.1 Not from you"), hello),
        Provocation(smtplib.SMTPRecipientsRefused, _rule("smtp.rcpt", "550 5.1.1 User unknown"), hello),
        Provocation(smtplib.SMTPRecipientsRefused, "", send_to_magic),
        Provocation(smtplib.SMTPDataError, _rule("smtp.data", "451 4.3.0 Not now"), hello),
        Provocation(smtplib.SMTPDataError, _rule("smtp.message", "554 5.6.0 That is spam"), hello),
        Provocation(
            smtplib.SMTPServerDisconnected, '{ on = "smtp.mail", effect = { kind = "disconnect" } }', hello
        ),
        Provocation(
            smtplib.SMTPServerDisconnected,
            '{ on = "smtp.data", effect = { kind = "limit", direction = "to_server", octets = 10 } }',
            hello,
        ),
        Provocation(
            smtplib.SMTPAuthenticationError,
            _rule("smtp.auth", "535 5.7.8 Authentication credentials invalid"),
            log_in,
        ),
        Provocation(
            smtplib.SMTPResponseException,
            _rule("smtp.starttls", "454 4.7.0 TLS not available due to temporary reason"),
            start_tls,
        ),
        Provocation(ConnectionRefusedError, '{ on = "smtp", effect = { kind = "refuse" } }', connect),
        Provocation(smtplib.SMTPNotSupportedError, _rule("smtp.ehlo", "250 sandbox.test"), start_tls),
    ),
)
