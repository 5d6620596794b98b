"""``bad-certificate`` and ``old-tls``: TLS that no client should accept."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from sandbox.faults.effects.effect import Effect

Flaw: TypeAlias = Literal["expired", "not-yet-valid", "wrong-host", "self-signed", "unknown-authority"]

_WHERE = ("*.tls",)


class BadCertificate(Effect):
    """Presents a certificate that does not verify; a client that goes on all the same is served as ever."""

    where: ClassVar[tuple[str, ...]] = _WHERE

    kind: Literal["bad-certificate"]
    flaw: Flaw = "expired"
    """What is wrong with it."""


class OldTls(Effect):
    """Speaks no version of TLS that is not deprecated (RFC 8996): 1.0 and 1.1 alone."""

    where: ClassVar[tuple[str, ...]] = _WHERE

    kind: Literal["old-tls"]
