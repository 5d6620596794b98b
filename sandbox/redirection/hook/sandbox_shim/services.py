"""Services and their ports, for systems that lack the file /etc/services."""

from __future__ import annotations

TCP = {
    "echo": 7,
    "discard": 9,
    "daytime": 13,
    "qotd": 17,
    "chargen": 19,
    "ftp-data": 20,
    "ftp": 21,
    "ssh": 22,
    "telnet": 23,
    "smtp": 25,
    "time": 37,
    "whois": 43,
    "domain": 53,
    "gopher": 70,
    "finger": 79,
    "http": 80,
    "kerberos": 88,
    "pop3": 110,
    "sunrpc": 111,
    "nntp": 119,
    "ntp": 123,
    "imap2": 143,
    "snmp": 161,
    "irc": 194,
    "ldap": 389,
    "https": 443,
    "submissions": 465,
    "submission": 587,
    "ldaps": 636,
    "ftps-data": 989,
    "ftps": 990,
    "imaps": 993,
    "pop3s": 995,
    "mysql": 3306,
    "postgresql": 5432,
}
UDP_ONLY = {"bootps": 67, "bootpc": 68, "tftp": 69, "syslog": 514}
UDP = {
    name: TCP[name]
    for name in (
        "echo",
        "discard",
        "daytime",
        "qotd",
        "chargen",
        "time",
        "domain",
        "kerberos",
        "sunrpc",
        "ntp",
        "snmp",
    )
}
UDP.update(UDP_ONLY, ldap=389, https=443)
ALIASES = {
    "www": "http",
    "pop-3": "pop3",
    "imap": "imap2",
    "mail": "smtp",
    "smtps": "submissions",
    "nameserver": "domain",
}
TABLES = {"tcp": TCP, "udp": UDP}


def port_of(name: str, protocol: str | None) -> int | None:
    """The port of a service, or None."""
    name = ALIASES.get(name, name)
    tables = [TABLES.get(protocol, {})] if protocol else [TCP, UDP]
    return next((table[name] for table in tables if name in table), None)


def service_at(port: int, protocol: str | None) -> str | None:
    """The service at a port, or None."""
    tables = [TABLES.get(protocol, {})] if protocol else [TCP, UDP]
    return next((name for table in tables for name, number in table.items() if number == port), None)
