"""``dig`` as people use it. It comes with BIND: bind9-dnsutils on Debian, bind on Homebrew."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest

from tests.conftest import Serve
from tests.services.dns.test_service import port

pytestmark = pytest.mark.skipif(shutil.which("dig") is None, reason="dig is not installed")

HOSTS = {
    "www.example.org": "192.0.2.1",
    "shop.example.org": {"cname": "www.example.org"},
    "example.org": {"mx": ["10 mail.example.org"], "txt": ["v=spf1 mx -all"], "addresses": ["192.0.2.2"]},
    "_imap._tcp.example.org": {"srv": ["0 5 143 imap.example.org"]},
    "long.example.org": {"txt": [f"{number:03}" * 70 for number in range(12)]},
    "nothing.example.org": False,
}

Dig = Callable[[str], str]


@pytest.fixture
def dig(serve: Serve) -> Dig:
    """``dig("+short example.org")``: what it prints."""
    sandbox = serve(dns={"listeners": {"dot": {"tls": "implicit"}}}, hosts=HOSTS)

    def run(arguments: str) -> str:
        at = port(sandbox, "dot" if "+tls" in arguments else "main")
        command = ["dig", "-r", "@127.0.0.1", "-p", str(at), "+tries=1", "+time=5", *arguments.split()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        assert "WARNING" not in done.stdout
        return done.stdout

    return run


def test_short_answers(dig: Dig) -> None:
    for arguments, told in (
        ("www.example.org", "192.0.2.1"),
        ("+tcp www.example.org", "192.0.2.1"),
        ("+tls www.example.org", "192.0.2.1"),
        ("+noedns www.example.org", "192.0.2.1"),
        ("+edns=0 +cookie +nsid +dnssec +padding=128 www.example.org", "192.0.2.1"),
        ("+norecurse www.example.org", "192.0.2.1"),
        ("shop.example.org", "www.example.org.\n192.0.2.1"),
        ("-x 192.0.2.1", "www.example.org."),
        ("-x ::1", "localhost."),
        ("example.org MX", "10 mail.example.org."),
        ("example.org TXT", '"v=spf1 mx -all"'),
        ("_imap._tcp.example.org SRV", "0 5 143 imap.example.org."),
        ("example.net NS", "sandbox.test."),
        ("example.net SOA", "sandbox.test. hostmaster.example.net. 1 3600 600 604800 60"),
        ("example.org ANY", '"RFC8482" ""'),
        ("nothing.example.org", ""),
        ("version.bind CH TXT", ""),
    ):
        assert dig(f"+short {arguments}").strip() == told, arguments


def test_the_whole_answer(dig: Dig) -> None:
    text = dig("Www.Example.Org")
    assert "status: NOERROR" in text
    assert "flags: qr aa rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1" in text
    assert "; EDNS: version: 0, flags:; udp: 1232" in text
    assert ";Www.Example.Org." in text
    assert "(UDP)" in text


def test_no_such_name(dig: Dig) -> None:
    text = dig("nothing.example.org")
    assert "status: NXDOMAIN" in text
    assert "example.org.\t\t60\tIN\tSOA\tsandbox.test. hostmaster.example.org." in text


def test_truncation_leads_to_tcp(dig: Dig) -> None:
    text = dig("long.example.org TXT")
    assert "Truncated, retrying in TCP mode." in text
    assert "ANSWER: 12" in text
    assert "flags: qr aa tc rd ra" in dig("+ignore long.example.org TXT")


def test_refusals(dig: Dig) -> None:
    assert "Transfer failed" in dig("example.org AXFR")
    assert "status: REFUSED" in dig("version.bind CH TXT")
    assert "status: BADVERS" in dig("+edns=1 +noednsnegotiation www.example.org")
    assert "status: NOTIMP" in dig("+noedns +opcode=NOTIFY www.example.org")
