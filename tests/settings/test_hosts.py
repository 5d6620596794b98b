"""The table of host names: short forms, records, and every mistake at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.engine import REGISTRY
from sandbox.errors import SettingsError
from sandbox.settings import HostSettings, load_file, load_mapping


def hosts(table: dict[str, Any]) -> dict[str, HostSettings]:
    return load_mapping({"hosts": table, "services": {"dns": {}}}, REGISTRY).general.hosts


def test_short_forms() -> None:
    read = hosts({"a.example": "192.0.2.1", "b.example": ["192.0.2.2", "2001:DB8::2"], "*.c.example": False})
    assert read["a.example"].addresses == ("192.0.2.1",)
    assert read["b.example"].addresses == ("192.0.2.2", "2001:db8::2")
    assert not read["*.c.example"].exists


def test_records_in_their_normal_form() -> None:
    read = hosts(
        {
            "a.example": {
                "mx": ["05  mail.example.org.", "backup.example.org", "0 ."],
                "srv": ["0 5 143 imap.example.org", "1 0 0 ."],
                "ns": ["Ns1.example.org", "сервер.рф"],
                "soa": {"mname": "ns1.example.org"},
                "txt": [""],
                "ttl": 0,
            },
            "b.example": {"cname": "_service.a.example"},
        }
    )["a.example"]
    assert read.mx == ("5 mail.example.org.", "10 backup.example.org.", "0 .")
    assert read.srv == ("0 5 143 imap.example.org.", "1 0 0 .")
    assert read.ns == ("Ns1.example.org.", "xn--b1afb6bcb.xn--p1ai.")
    assert read.soa is not None
    assert (read.soa.mname, read.soa.rname, read.soa.serial) == ("ns1.example.org.", None, 1)


MISTAKES = """
[hosts]
"two words" = "192.0.2.1"
"a.*.example" = false
"192.0.2.1" = "192.0.2.2"
"address.example" = "192.0.2.300"

[hosts."mail.example"]
mx = ["70000 mail.example.org", "10 192.0.2.1", "1 2 3", "10 -a.example", "²0 a.example"]
srv = ["0 5 imap.example.org", "a b c d"]
ns = ["", "a..b"]
ttl = -1
txt = "one"
soa = { mnam = "ns1.example.org", serial = 4294967296 }

[hosts."alias.example"]
cname = "a.example"
mx = []
txt = ["x"]

[hosts."nobody.example"]
exists = false
cname = "a.example"

[services.dns]
prot = 53
"""


def test_every_mistake_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text(MISTAKES, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_file(path, REGISTRY)
    told = {problem.key: problem.message for problem in caught.value.problems}
    mail = "hosts.mail.example"
    assert told == {
        "hosts.two words": "'two words' is no domain name",
        "hosts.a.*.example": "'a.*.example' is no domain name",
        "hosts.192.0.2.1": "'192.0.2.1' is an address, but a name belongs here",
        "hosts.address.example.addresses": "'192.0.2.300' does not appear to be an IPv4 or IPv6 address",
        f"{mail}.mx.0": "must have the form 'preference name' with numbers up to 65535, "
        "not '70000 mail.example.org'",
        f"{mail}.mx.1": "'192.0.2.1' is an address, but a name belongs here",
        f"{mail}.mx.2": "must have the form 'preference name' with numbers up to 65535, not '1 2 3'",
        f"{mail}.mx.3": "'-a.example' is no domain name",
        f"{mail}.mx.4": "must have the form 'preference name' with numbers up to 65535, not '²0 a.example'",
        f"{mail}.srv.0": "must have the form 'priority weight port name' with numbers up to 65535, "
        "not '0 5 imap.example.org'",
        f"{mail}.srv.1": "must have the form 'priority weight port name' with numbers up to 65535, not 'a b c d'",
        f"{mail}.ns.0": "'' is no domain name",
        f"{mail}.ns.1": "'a..b' is no domain name",
        f"{mail}.ttl": "Input should be greater than or equal to 0, not -1",
        f"{mail}.txt": "must be a list, not 'one'",
        f"{mail}.soa.mnam": "unknown key, did you mean 'mname'?",
        f"{mail}.soa.serial": "Input should be less than or equal to 4294967295, not 4294967296",
        "hosts.alias.example.cname": "an alias has no mx, txt (RFC 1034 section 3.6.2)",
        "hosts.nobody.example.exists": "a name that does not exist has no cname",
        "services.dns.prot": "unknown key, did you mean 'port'?",
    }
    assert all(problem.where.startswith(f"{path}:") for problem in caught.value.problems)


@pytest.mark.parametrize("name", ["x" * 64, ".".join(["x" * 60] * 5), "a.example..", "ä" * 63, "-", "a b"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(SettingsError, match=r"hosts\.a\.example\.cname: .* is no domain name"):
        hosts({"a.example": {"cname": name}})
