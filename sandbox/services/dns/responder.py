"""A query in, its answer out. The messages are dnspython's; this module is loaded by the first query or before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from sandbox.services.dns.header import Header
from sandbox.services.dns.zone import Records, Zone

LARGEST = 65_535
WITHOUT_EDNS = 512

TRANSFERS = (dns.rdatatype.AXFR, dns.rdatatype.IXFR)

#: Puts a fact on the timeline.
Note = Callable[..., None]


class Responder:
    """Answers for every name. ``max_datagram`` is the size we offer for answers by UDP, in octets."""

    def __init__(self, zone: Zone, max_datagram: int) -> None:
        self._zone = zone
        self._max_datagram = max_datagram

    def answer(self, query: bytes, note: Note, *, datagram: bool) -> bytes | None:
        """The answer to any octets; None for what is no question at all, so that nobody is led to answer answers."""
        header = Header.parse(query)
        if header is None or header.is_response:
            note("question.refused", rcode="", reason="too short" if header is None else "an answer")
            return None
        if not header.is_standard_query:
            return _refusal(header, dns.rcode.NOTIMP, "not a standard query", note)
        if header.questions != 1:
            return _refusal(header, dns.rcode.FORMERR, f"{header.questions} questions", note)
        try:
            message = dns.message.from_wire(query)
        except dns.message.UnknownTSIGKey:
            return _refusal(header, dns.rcode.NOTAUTH, "an unknown key", note)
        except (dns.exception.DNSException, ValueError) as error:
            return _refusal(header, dns.rcode.FORMERR, str(error) or type(error).__name__, note)
        size = LARGEST if not datagram else max(WITHOUT_EDNS, min(message.payload, self._max_datagram))
        response = self._answered(message, note)
        return response.to_wire(max_size=size, prefer_truncation=True, want_shuffle=False)

    def _answered(self, message: dns.message.Message, note: Note) -> dns.message.Message:
        response = dns.message.make_response(
            message, recursion_available=True, our_payload=self._max_datagram
        )
        response.flags |= message.flags & dns.flags.CD  # RFC 4035 §3.2.2
        if message.edns >= 0:
            response.want_dnssec(bool(message.ednsflags & dns.flags.DO))  # RFC 3225 §3
        refused = _refused(message)
        if refused is None:
            self._fill(response, note)
        else:
            rcode, reason = refused
            response.set_rcode(rcode)
            note("question.refused", rcode=dns.rcode.to_text(rcode), reason=reason)
        return response

    def _fill(self, response: dns.message.Message, note: Note) -> None:
        (question,) = response.question
        name, kind = _text(question.name), dns.rdatatype.to_text(question.rdtype)
        finding = self._zone.find(name, kind)
        response.flags |= dns.flags.AA
        if finding.circular:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif not finding.exists:
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.answer = _rrsets(finding.records)
        if response.answer and finding.records[0].name == name:
            response.answer[0].name = question.name
        if not finding.complete and not finding.circular:
            response.authority = _rrsets([self._zone.authority(finding.name)])
        response.additional = self._addresses(finding.records)
        note(
            "question.answered",
            name=name,
            type=kind,
            rcode=dns.rcode.to_text(response.rcode()),
            answers=[text for records in finding.records for text in records.data],
        )

    def _addresses(self, records: Iterable[Records]) -> list[dns.rrset.RRset]:
        targets = dict.fromkeys(target.removesuffix(".") for each in records for target in each.targets)
        return [
            rrset
            for target in targets
            for kind in ("A", "AAAA")
            for rrset in _rrsets(self._zone.find(target, kind).records)
        ]


def _refusal(header: Header, rcode: dns.rcode.Rcode, reason: str, note: Note) -> bytes:
    note("question.refused", rcode=dns.rcode.to_text(rcode), reason=reason)
    return header.refusal(rcode)


def _refused(message: dns.message.Message) -> tuple[dns.rcode.Rcode, str] | None:
    """Why a question that was understood is not answered."""
    (question,) = message.question
    if message.edns > 0:
        return dns.rcode.BADVERS, f"EDNS version {message.edns}"
    if question.rdclass != dns.rdataclass.IN:
        return dns.rcode.REFUSED, f"class {dns.rdataclass.to_text(question.rdclass)}"
    if question.rdtype in TRANSFERS:
        return dns.rcode.REFUSED, "a zone transfer"
    return None


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)


def _rrsets(found: Iterable[Records]) -> list[dns.rrset.RRset]:
    return [rrset for records in found if (rrset := _rrset(records)) is not None]


def _rrset(records: Records) -> dns.rrset.RRset | None:
    """None if a name in the records cannot be said in DNS; names in programs may have any form."""
    try:
        owner = dns.name.from_text(records.name)
        return dns.rrset.from_text(owner, records.ttl, "IN", records.type, *records.data)
    except (dns.exception.DNSException, ValueError):
        return None
