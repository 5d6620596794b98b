"""A rule that names an event or a listener which does not exist is a mistake, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox, SettingsError, services
from sandbox.engine import REGISTRY
from sandbox.faults import Rule
from sandbox.services.ftp.verbs import SYNTAX
from sandbox.settings import ListenerSettings, Registry, ServiceSettings, load_file, load_mapping


def smtp_commands() -> set[str]:
    from sandbox.services.smtp.protocol import SmtpProtocol

    return {name.removeprefix("smtp_").lower() for name in dir(SmtpProtocol) if name.startswith("smtp_")}


def pop3_commands() -> set[str]:
    sources = (Path(services.__file__).parent / "pop3").glob("*.py")
    return {
        name.lower() for path in sources for name in re.findall(r'b"([A-Z0-9]+)": Command', path.read_text())
    }


def imap_commands() -> set[str]:
    from sandbox.services.imap import commands

    return {name.lower() for name in commands._RULES}


BESIDE = {"connect", "tls"}


@pytest.mark.parametrize(
    ("service", "real"),
    [
        ("smtp", lambda: smtp_commands() | {"message"}),
        ("pop3", pop3_commands),
        ("imap", imap_commands),
        ("ftp", lambda: {*map(str.lower, SYNTAX), "data"}),
    ],
    ids=["smtp", "pop3", "imap", "ftp"],
)
def test_a_service_s_events_are_its_commands(service: str, real: Callable[[], set[str]]) -> None:
    assert services.settings_class(service).events == real() | BESIDE


def mistakes(*rules: Mapping[str, Any], only: list[str] | None = None, **tables: Any) -> list[str]:
    table = {"effect": {"kind": "disconnect"}}
    given = {"services": tables or {"smtp": {}}, "faults": [table | rule for rule in rules]}
    try:
        load_mapping(given, REGISTRY, only=only)
    except SettingsError as error:
        return [f"{problem.key}: {problem.message}" for problem in error.problems]
    return []


def test_events() -> None:
    assert mistakes(
        {"on": "smtp.rctp"},
        {"on": "imap.uid fetsch"},
        {"on": "udp"},
        {"on": "control.connect"},
        {"on": "http.a=b"},
    ) == [
        "faults.0.on: smtp has no event 'rctp', did you mean 'rcpt'?",
        "faults.1.on: imap has no event 'uid fetsch', did you mean 'uid fetch'?",
        "faults.2.on: udp has no event 'connect'; known: datagram",
        "faults.3.on: control has no event 'connect'",
        "faults.4.on: http has no event 'a=b'; known: call, connect, delete, get, head, options, patch, post, put,"
        " tls, trace, tunnel",
    ]


def test_patterns_and_open_methods_are_let_through() -> None:
    names = ("*.rctp", "smtp.rct?", "smtp.[xy]yz", "http.propfind", "SMTP.RCPT", "imap.uid fetch", "ftp.data")
    assert mistakes(*({"on": name} for name in names)) == []


def test_listeners() -> None:
    smtp = {"listeners": {"submission": {}}}
    assert mistakes(
        {"on": "smtp", "listener": "submision"},
        {"on": "smtp.rctp", "listener": "back"},
        {"on": "*.quit", "listener": "submision"},
        {"on": "smtp", "listener": "Submission"},
        {"on": "*", "listener": "sub*"},
        {"on": "*", "listener": "/^sub/"},
        {"on": "pop3", "listener": "submission"},
        {"on": "imap", "listener": "of a service that is not there"},
        {"on": "ftp.tls", "listener": "data"},
        smtp=smtp,
        pop3={},
        ftp={},
    ) == [
        "faults.0.listener: smtp has no listener 'submision', did you mean 'submission'?",
        "faults.1.on: smtp has no event 'rctp', did you mean 'rcpt'?",
        "faults.2.listener: no service '*' has a listener 'submision', did you mean 'submission'?",
        "faults.6.listener: pop3 has no listener 'submission'; known: main",
    ]


def test_listeners_of_services_that_do_not_run_now() -> None:
    rules = [{"on": "imap", "listener": "imaps"}, {"on": "*.tls", "listener": "imaps"}]
    tables: dict[str, Any] = {"smtp": {}, "imap": {"listeners": {"imaps": {"tls": "implicit"}}}}
    assert mistakes(*rules, only=["smtp"], **tables) == []


def test_a_service_with_mistakes_of_its_own_has_any_listener() -> None:
    assert mistakes({"on": "smtp", "listener": "back"}, smtp={"listeners": {"back": {"prot": 1}}}) == [
        "services.smtp.listeners.back.prot: unknown key, did you mean 'port'?"
    ]


def test_a_service_that_tells_no_events_is_not_asked() -> None:
    class Settings(ServiceSettings):
        pass

    asked: list[str] = []

    def settings_class(name: str) -> type[ServiceSettings]:
        asked.append(name)
        return Settings if name == "shout" else services.settings_class(name)

    registry = Registry(lambda: ("smtp", "imap", "shout"), settings_class, REGISTRY.sections)
    rules = [
        {"on": "shout.whisper", "listener": "none", "effect": {"kind": "reset"}},
        {"on": "*", "listener": "none", "effect": {"kind": "reset"}},
    ]
    table = {"services": {"shout": {"listeners": {"main": ListenerSettings()}}}, "faults": rules}
    assert len(load_mapping(table, registry).sections["faults"]) == 2
    assert set(asked) == {"shout"}


def test_a_file_is_told_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text(
        '[services.smtp]\n\n[[faults]]\non = "smtp.rctp"\neffect = { kind = "reset" }\n\n'
        '[[faults]]\non = "smtp"\nlistener = "mian"\neffect = { kind = "reset" }\n'
    )
    with pytest.raises(SettingsError) as caught:
        load_file(path, REGISTRY)
    assert [(problem.where.rpartition(":")[2], problem.key) for problem in caught.value.problems] == [
        ("4", "faults.0.on"),
        ("9", "faults.1.listener"),
    ]


def test_rules_of_a_running_sandbox() -> None:
    effect = {"kind": "reset"}
    with pytest.raises(SettingsError, match="smtp has no event 'rctp', did you mean 'rcpt'"):
        Sandbox(services=["smtp"], faults=[{"on": "smtp.rctp", "effect": effect}])
    with Sandbox(services=["smtp"]) as sandbox:
        with pytest.raises(
            SettingsError, match="smtp has no listener 'submision', did you mean 'submission'"
        ):
            sandbox.faults.add(on="smtp", listener="submision", effect=effect)
        with pytest.raises(SettingsError, match="smtp has no event 'rctp'"):
            sandbox.faults.add(Rule.model_validate({"on": "smtp.rctp", "effect": effect}))
        sandbox.faults.add(on="imap", listener="imaps", effect=effect)
        sandbox.faults.add(on="smtp", listener="submission", effect=effect)
