"""The commands by name: how each is written, which need no login, and the older names some clients use."""

from __future__ import annotations

#: What follows the command; empty for none, in brackets if it may be left out.
SYNTAX = {
    "ABOR": "",
    "ACCT": "account",
    "ALLO": "octets",
    "APPE": "path",
    "AUTH": "mechanism",
    "CCC": "",
    "CDUP": "",
    "CWD": "path",
    "DELE": "path",
    "EPRT": "|protocol|address|port|",
    "EPSV": "[protocol|ALL]",
    "FEAT": "",
    "HELP": "[command]",
    "LIST": "[path]",
    "MDTM": "path",
    "MFMT": "time path",
    "MKD": "path",
    "MLSD": "[path]",
    "MLST": "[path]",
    "MODE": "mode",
    "NLST": "[path]",
    "NOOP": "",
    "OPTS": "command [options]",
    "PASS": "[password]",
    "PASV": "",
    "PBSZ": "size",
    "PORT": "h1,h2,h3,h4,p1,p2",
    "PROT": "level",
    "PWD": "",
    "QUIT": "",
    "REIN": "",
    "REST": "offset",
    "RETR": "path",
    "RMD": "path",
    "RNFR": "path",
    "RNTO": "path",
    "SITE": "[command]",
    "SIZE": "path",
    "STAT": "[path]",
    "STOR": "path",
    "STOU": "[path]",
    "STRU": "structure",
    "SYST": "",
    "TYPE": "type",
    "USER": "name",
}

#: Older names (RFC 775).
ALIASES = {"XCUP": "CDUP", "XCWD": "CWD", "XMKD": "MKD", "XPWD": "PWD", "XRMD": "RMD"}

#: Names that stand in an RFC and that we know but do not answer: 502 instead of 500 (RFC 959 §4.2.1).
NOT_IMPLEMENTED = frozenset({"ADAT", "CONF", "ENC", "HOST", "LANG", "LPRT", "LPSV", "MIC", "SMNT"})

#: Arguments in which every blank counts: names of files, users and accounts, and passwords.
VERBATIM = frozenset({"ACCT", "PASS", "SITE", "USER", *(verb for verb in SYNTAX if "path" in SYNTAX[verb])})

#: What may be said before a login.
BEFORE_LOGIN = frozenset(
    [
        "ABOR",
        "ACCT",
        "AUTH",
        "CCC",
        "FEAT",
        "HELP",
        "NOOP",
        "OPTS",
        "PASS",
        "PBSZ",
        "PROT",
        "QUIT",
        "REIN",
        "STAT",
        "SYST",
        "USER",
    ]
)


def needs_argument(verb: str) -> bool:
    """Whether something must follow the command."""
    return bool(SYNTAX[verb]) and not SYNTAX[verb].startswith("[")


def syntax(verb: str) -> str:
    """How a command is written."""
    return f"{verb} {SYNTAX[verb]}".rstrip()
