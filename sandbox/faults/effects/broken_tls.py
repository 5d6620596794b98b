"""``broken-tls``: TLS is announced, and then there is none."""

from __future__ import annotations

from typing import ClassVar, Literal

from sandbox.faults.effects.effect import Effect


class BrokenTls(Effect):
    """Gives the go-ahead for TLS if there is one, answers the client's first record with nonsense, and closes."""

    where: ClassVar[tuple[str, ...]] = ("smtp.starttls", "pop3.stls", "imap.starttls", "ftp.auth", "*.tls")

    kind: Literal["broken-tls"]
