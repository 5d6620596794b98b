"""Recipients whose name says what goes wrong with them, without any configuration.

A local part that is a reply code or ``delay`` with a number counts at every domain: nobody is called so. Words, that
somebody might be called, count only at the domains that RFC 2606 reserves for tests and examples.
"""

from __future__ import annotations

import re

from sandbox.faults.effects import Effect
from sandbox.faults.effects.delay import Delay
from sandbox.faults.effects.disconnect import Disconnect
from sandbox.faults.effects.reply import Reply

_CODE = re.compile(r"4[25][0-9]|5[0235][0-9]")
_DELAY = re.compile(r"delay([0-9]{1,3}(?:\.[0-9]{1,3})?)")
_RESERVED = re.compile(r"(?:.+\.)?(?:test|example|invalid|localhost|example\.(?:com|net|org))")

#: What the codes say that servers use most (RFC 5321 §4.2.3, RFC 3463); the others say that they were asked for.
_TEXTS = {
    "421": "4.3.2 Service not available, closing transmission channel",
    "450": "4.2.0 Mailbox unavailable, try again later",
    "451": "4.3.0 Local error in processing, try again later",
    "452": "4.2.2 Mailbox full, try again later",
    "521": "5.3.2 This host does not accept mail",
    "550": "5.1.1 User unknown",
    "551": "5.1.6 User not local",
    "552": "5.2.2 Mailbox full",
    "553": "5.1.3 Mailbox name not allowed",
    "554": "5.7.1 Rejected",
}


def reserved_word(address: str) -> str:
    """The local part in lower case, if the domain is one for tests and examples; else ""."""
    local, _, domain = address.lower().rpartition("@")
    return local if _RESERVED.fullmatch(domain) else ""


def is_greylisted(address: str) -> bool:
    """Whether mail to the recipient is accepted at the second try."""
    return reserved_word(address) == "greylist"


def effect_of(address: str) -> Effect | None:
    """What goes wrong with a recipient, if anything."""
    local = address.lower().rpartition("@")[0]
    if _CODE.fullmatch(local):
        text = _TEXTS.get(local, f"{local[0]}.0.0 As you asked")
        return Reply(kind="reply", text=f"{local} {text}: <{address}>")
    if found := _DELAY.fullmatch(local):
        return Delay(kind="delay", seconds=float(found[1]))
    match reserved_word(address):
        case "disconnect" | "drop":
            return Disconnect(kind="disconnect")
        case "full":
            return Reply(kind="reply", text=f"452 {_TEXTS['452']}: <{address}>")
    return None
