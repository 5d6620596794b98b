"""TLS as faults want it: certificates that do not verify, versions that are too old."""

from __future__ import annotations

import ssl
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.faults.effects import Effect
from sandbox.faults.effects.tls import BadCertificate, Flaw, OldTls

if TYPE_CHECKING:
    import trustme

WRONG_HOST = "somebody-else.invalid"

_PAST = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC)
_FUTURE = datetime(2100, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)


def flaw_of(effect: Effect | None) -> Flaw | None:
    """What is wrong with the certificate."""
    return effect.flaw if isinstance(effect, BadCertificate) else None


def flawed(ca: trustme.CA, flaw: Flaw, names: tuple[str, ...]) -> trustme.LeafCert:
    """A certificate for these names, signed by ``ca`` but for the flaws that forbid it."""
    import trustme

    match flaw:
        case "expired":
            return ca.issue_cert(*names, not_before=_PAST[0], not_after=_PAST[1])
        case "not-yet-valid":
            return ca.issue_cert(*names, not_before=_FUTURE[0], not_after=_FUTURE[1])
        case "wrong-host":
            return ca.issue_cert(WRONG_HOST)
        case "unknown-authority":
            return trustme.CA(organization_name="Somebody else").issue_cert(*names)
    itself = trustme.CA(organization_name="Itself")
    return trustme.LeafCert(itself.private_key_pem.bytes(), itself.cert_pem.bytes(), [])


def age(context: ssl.SSLContext, effect: Effect | None) -> None:
    """Let the context speak old versions alone if that is the effect."""
    if not isinstance(effect, OldTls):
        return
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
