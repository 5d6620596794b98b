"""The exceptions of ftplib."""

from __future__ import annotations

import ftplib
import io

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.exceptions.registry import Provocation, Section


def _logged_in(environment: Environment) -> ftplib.FTP:
    ftp = ftplib.FTP(timeout=TIMEOUT)
    try:
        ftp.connect(HOST, environment.port("ftp"))
        ftp.login(environment.user, "secret")
    except BaseException:
        ftp.close()
        raise
    return ftp


def log_in(environment: Environment) -> None:
    """connects and logs in."""
    _logged_in(environment).close()


def change(environment: Environment) -> None:
    """changes the directory."""
    with _logged_in(environment) as ftp:
        ftp.cwd("/pub")


def upload(environment: Environment) -> None:
    """stores a file."""
    with _logged_in(environment) as ftp:
        ftp.storbinary("STOR letter.txt", io.BytesIO(b"Hello!\r\n" * 1000))


def download(environment: Environment) -> None:
    """stores a file and retrieves it."""
    with _logged_in(environment) as ftp:
        ftp.storbinary("STOR letter.txt", io.BytesIO(b"Hello!\r\n" * 1000))
        ftp.retrbinary("RETR letter.txt", bytes)


def _rule(on: str, effect: str, rest: str = "") -> str:
    return f'{{ on = "{on}", {rest}effect = {{ {effect} }} }}'


def _reply(on: str, text: str) -> str:
    return _rule(on, f'kind = "reply", text = "{text}"')


FTP = Section(
    "ftplib",
    (
        Provocation(ftplib.error_reply, _reply("ftp.cwd", "350 And then?"), change),
        Provocation(ftplib.error_temp, _reply("ftp", "421 Too many users"), log_in),
        Provocation(ftplib.error_temp, _reply("ftp.retr", "425 Cannot open data connection"), download),
        Provocation(ftplib.error_temp, _reply("ftp.stor", "451 Local error in processing"), upload),
        Provocation(
            ftplib.error_temp,
            _rule("ftp.data", 'kind = "limit", octets = 1000', 'argument = "retr *", '),
            download,
        ),
        Provocation(ftplib.error_perm, _reply("ftp.pass", "530 Login incorrect"), log_in),
        Provocation(ftplib.error_perm, _reply("ftp.stor", "552 Quota exceeded"), upload),
        Provocation(ftplib.error_proto, _reply("ftp.cwd", "600 What?"), change),
        Provocation(EOFError, _rule("ftp.stor", 'kind = "disconnect"'), upload),
        Provocation(ConnectionRefusedError, _rule("ftp.pasv", 'kind = "refuse-port"'), upload),
    ),
)
