"""Records of the domain name system as the configuration writes them: what follows the type in a zone file."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from sandbox.settings.models import Model

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_LONGEST = 253  # octets of a name as it is written (RFC 1035 §2.3.4)
_LARGEST = 65_535

ROOT = "."
PREFERENCE = "10"  # of a mail exchange for which none is given


def absolute_name(text: str) -> str:
    """A domain name in ASCII with the dot at its end. Raises ValueError with a sentence for the user."""
    name = text.strip().removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise ValueError(f"{text!r} is no domain name: {error}") from error
    if is_address(name):
        raise ValueError(f"{text!r} is an address, but a name belongs here")
    if len(name) > _LONGEST or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError(f"{text!r} is no domain name")
    return f"{name}."


def _pattern(text: str) -> str:
    absolute_name(text.removeprefix("*."))
    return text


def _exchange(text: str) -> str:
    """``10 mail.example.org`` or the name alone; ``0 .`` takes no mail (RFC 7505)."""
    *numbers, name = text.split() or [""]
    preference = _numbers(numbers or [PREFERENCE], 1, text, "preference name")
    return f"{preference} {_target(name)}"


def _service(text: str) -> str:
    *numbers, name = text.split() or [""]
    return f"{_numbers(numbers, 3, text, 'priority weight port name')} {_target(name)}"


def _numbers(words: list[str], count: int, text: str, form: str) -> str:
    if len(words) != count or not all(_is_number(word) for word in words):
        raise ValueError(f"must have the form {form!r} with numbers up to {_LARGEST}, not {text!r}")
    return " ".join(str(int(word)) for word in words)


def _is_number(word: str) -> bool:
    return re.fullmatch("[0-9]{1,5}", word) is not None and int(word) <= _LARGEST


def _target(text: str) -> str:
    return ROOT if text == ROOT else absolute_name(text)


def is_address(text: str) -> bool:
    """Whether a host is an IPv4 or IPv6 address, not a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


#: A name or ``*.`` before one.
HostPattern: TypeAlias = Annotated[str, AfterValidator(_pattern)]
#: A domain name; once read it ends with a dot.
DomainName: TypeAlias = Annotated[str, AfterValidator(absolute_name)]
#: "10 mail.example.org" (RFC 1035 section 3.3.9).
MailExchange: TypeAlias = Annotated[str, AfterValidator(_exchange)]
#: "priority weight port name" (RFC 2782).
ServiceLocation: TypeAlias = Annotated[str, AfterValidator(_service)]
#: One text; in UTF-8, and in strings of 255 octets where it is longer.
Text: TypeAlias = Annotated[str, Field(max_length=16_000)]
#: Seconds that an answer may be kept (RFC 2181 section 8).
TimeToLive: TypeAlias = Annotated[int, Field(ge=0, le=2**31 - 1)]
_Count: TypeAlias = Annotated[int, Field(ge=0, le=2**32 - 1)]


class SoaSettings(Model):
    """The start of a zone of authority, its fields named as in RFC 1035 section 3.3.13."""

    mname: DomainName | None = None
    """The primary name server; the sandbox itself if not given."""
    rname: DomainName | None = None
    """The mailbox of whoever is responsible, a dot in place of its @; hostmaster of the zone if not given."""
    serial: _Count = 1
    """The version of the zone."""
    refresh: _Count = 3600
    """Seconds after which secondary servers look for a newer version."""
    retry: _Count = 600
    """Seconds after which they try again."""
    expire: _Count = 604_800
    """Seconds after which they give the zone up."""
    minimum: TimeToLive = 60
    """Seconds that a resolver may remember that something does not exist (RFC 2308)."""
