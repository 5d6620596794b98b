"""A responder without a socket, and what tests ask it."""

from __future__ import annotations

from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from sandbox.addressing import Names
from sandbox.services.dns.responder import Responder
from sandbox.services.dns.zone import Zone
from sandbox.settings import GlobalSettings

HOSTS = {
    "www.example.org": {"cname": "web.example.org"},
    "web.example.org": ["192.0.2.1", "2001:db8::1"],
    "example.org": {
        "addresses": ["192.0.2.10"],
        "mx": ["5 mail.example.org", "backup.example.net"],
        "txt": ["v=spf1 mx -all", 'quotes " and \\, snow ☃'],
        "ns": ["ns1.example.org"],
        "soa": {"serial": 7, "minimum": 30},
        "ttl": 3600,
    },
    "sub.example.org": {"soa": {"mname": "ns.sub.example.org", "rname": "ann.example.org"}},
    "gone.example.org": False,
    "astray.example.org": {"cname": "gone.example.org"},
    "one.circle.example": {"cname": "two.circle.example"},
    "two.circle.example": {"cname": "one.circle.example"},
    "_imap._tcp.example.org": {"srv": ["0 5 143 imap.example.org"]},
    "_pop3._tcp.example.org": {"srv": []},
    "silent.example.org": {"mx": ["0 ."]},
    "nomail.example.org": {"mx": []},
    "*.wild.example.org": {"addresses": ["192.0.2.77"], "txt": ["wild"]},
    "long.example.org": {"txt": ["x" * 300, "y" * 900]},
}
SETTINGS = GlobalSettings.model_validate({"hosts": HOSTS}).hosts


class World:
    """``ports`` are those of services at every host but ``bare.example``."""

    def __init__(self, max_datagram: int = 1232) -> None:
        self.names = Names(SETTINGS, "sandbox.test")
        self.facts: list[tuple[str, dict[str, Any]]] = []
        self.responder = Responder(Zone(self.names, "sandbox.test", 60, self.port_of), max_datagram)

    def port_of(self, service: str, transport: str, host: str) -> int | None:
        return 143 if (service, transport) == ("imap", "tcp") and host != "bare.example" else None

    def note(self, name: str, /, **details: object) -> None:
        self.facts.append((name, details))

    def octets(self, query: bytes, *, datagram: bool = True) -> bytes | None:
        return self.responder.answer(query, self.note, datagram=datagram)

    def ask(self, query: dns.message.Message, *, datagram: bool = True) -> dns.message.Message:
        wire = self.octets(query.to_wire(), datagram=datagram)
        assert wire is not None
        response = dns.message.from_wire(wire)
        assert query.is_response(response)
        return response

    def look_up(self, name: str, kind: str = "A", **options: Any) -> dns.message.Message:
        return self.ask(dns.message.make_query(name, kind, **options))


def rows(section: list[Any]) -> list[str]:
    """The records of a section as lines of a zone file, without class and time to live."""
    return [
        f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} {rdata.to_text()}"
        for rrset in section
        for rdata in rrset
    ]


def answers(response: dns.message.Message) -> list[str]:
    """The data of the answer section, behind the code if that is none of success."""
    found = [rdata.to_text() for rrset in response.answer for rdata in rrset]
    return found if response.rcode() == dns.rcode.NOERROR else [dns.rcode.to_text(response.rcode()), *found]
