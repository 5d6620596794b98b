"""Rules: where and when they hit."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

import pytest

from sandbox.engine import REGISTRY
from sandbox.errors import SettingsError
from sandbox.faults import Faults, Point, Rule
from sandbox.faults.recall import KeptRules
from sandbox.settings import load_mapping


def rule(**fields: Any) -> Rule:
    return Rule.model_validate({"on": "smtp.rcpt", "effect": {"kind": "disconnect"}, **fields})


def point(**fields: Any) -> Point:
    return Point(**{"service": "smtp", "event": "rcpt", "argument": "ann@slow.example", **fields})


def hits(faults: Faults, count: int, **fields: Any) -> str:
    return "".join("x" if faults.hit(point(**fields)) else "." for _ in range(count))


@pytest.mark.parametrize(
    ("fields", "hit"),
    [
        ({}, True),
        ({"on": "SMTP.RCPT"}, True),
        ({"on": "*.rcpt"}, True),
        ({"on": "smtp.*"}, True),
        ({"on": "smtp"}, False),
        ({"on": "pop3.rcpt"}, False),
        ({"argument": "*@SLOW.example"}, True),
        ({"argument": "slow"}, False),
        ({"argument": "/slow/"}, True),
        ({"argument": "/^slow/"}, False),
        ({"user": "bob"}, False),
        ({"listener": "main"}, True),
        ({"peer": "127.0.0.*"}, False),
    ],
)
def test_where(fields: dict[str, Any], hit: bool) -> None:
    faults = Faults()
    faults.add(rule(**fields))
    assert (faults.hit(point()) is not None) is hit


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "xxxxxx"),
        ({"times": 2}, "xx...."),
        ({"after": 2}, "..xxxx"),
        ({"after": 1, "times": 2}, ".xx..."),
        ({"nth": 3}, "..x..."),
        ({"probability": 0.0}, "......"),
        ({"rate": 2.0}, "..xxxx"),
        ({"rate": 0.5, "burst": 3}, "...xxx"),
    ],
)
def test_when(fields: dict[str, Any], expected: str) -> None:
    faults = Faults(clock=lambda: 0.0)
    faults.add(rule(**fields))
    assert hits(faults, 6) == expected


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    faults = Faults(clock=lambda: now[0])
    faults.add(rule(rate=2.0))
    assert hits(faults, 3) == "..x"
    now[0] = 0.5
    assert hits(faults, 2) == ".x"


def test_dice_follow_from_the_seed_and_are_a_rules_own() -> None:
    first, second, other = Faults(seed=1), Faults(seed=1), Faults(seed=2)
    second.add(rule(name="elsewhere", on="pop3.*", probability=0.5))
    for faults in (first, second, other):
        faults.add(rule(name="dice", probability=0.5))
    thrown = hits(first, 64)
    assert hits(second, 64) == thrown
    assert hits(other, 64) != thrown
    assert 16 < thrown.count("x") < 48


def test_the_first_that_hits_counts() -> None:
    faults = Faults()
    faults.add(rule(name="once", times=1))
    faults.add(rule(name="then"))
    found = [hit.name for _ in range(3) if (hit := faults.hit(point())) is not None]
    assert found == ["once", "then", "then"]


def test_names() -> None:
    faults = Faults()
    assert faults.add(rule()).rule.name == "rule-1"
    assert faults.add(rule()).rule.name == "rule-2"
    with pytest.raises(ValueError, match="already"):
        faults.add(rule(name="rule-2"))
    faults.remove("rule-1")
    assert faults.add(rule()).rule.name == "rule-1"
    with pytest.raises(LookupError):
        faults.remove("nothing")


def test_mistakes_are_told_with_their_places() -> None:
    faults = [
        {"on": "smtp.rcpt", "effect": {"kind": "replie", "text": "451 x"}},
        {"on": "smtp.rcpt", "argument": "/(/", "effect": {"kind": "reset"}},
        {"on": "smtp rcpt", "effect": {"kind": "reset"}},
        {"name": "a", "on": "smtp", "effect": {"kind": "latency", "second": 1.0}},
        {"on": "smpt.rcpt", "effect": {"kind": "reset"}},
        {"on": "smpt*.rcpt", "effect": {"kind": "reset"}},
    ]
    with pytest.raises(SettingsError) as caught:
        load_mapping({"services": {"smtp": {}}, "faults": faults}, REGISTRY)
    told = "\n".join(map(str, caught.value.problems))
    assert "did you mean 'reply'?" in told
    assert "faults.1.argument: is no regular expression" in told
    assert "faults.2.on" in told
    assert "did you mean 'seconds'?" in told
    assert "faults.4.on: there is no service 'smpt', did you mean 'smtp'?" in told
    assert "faults.5.on" not in told


def test_names_are_given_once() -> None:
    faults = [{"name": "a", "on": "smtp", "effect": {"kind": "reset"}}] * 2
    with pytest.raises(SettingsError, match=r"faults\.1\.name: there is a rule 'a' already"):
        load_mapping({"services": {"smtp": {}}, "faults": faults}, REGISTRY)


def test_greylisting_by_peer_sender_and_argument() -> None:
    now = 100.0
    faults = Faults(clock=lambda: now)
    faults.add(rule(greylist=30.0))
    assert hits(faults, 2) == "xx"
    now = 129.0
    assert hits(faults, 1) == "x"
    assert hits(faults, 1, sender="bob@example.org") == "x"
    now = 130.0
    assert hits(faults, 2) == ".."
    assert hits(faults, 1, sender="bob@example.org") == "x"
    assert hits(faults, 1, peer="127.0.0.2") == "x"
    assert hits(faults, 1, argument="ANN@slow.example") == "."


def test_what_is_larger() -> None:
    faults = Faults()
    faults.add(rule(larger=10))
    assert [bool(faults.hit(point(size=size))) for size in (0, 10, 11)] == [False, False, True]


def test_events_of_two_words() -> None:
    faults = Faults()
    faults.add(rule(on="imap.uid fetch"))
    assert faults.hit(point(service="imap", event="uid fetch"))
    assert not faults.hit(point(service="imap", event="fetch"))


@pytest.mark.parametrize(
    ("on", "kind", "fits"),
    [
        ("pop3.stat", "miscount", True),
        ("*.stat", "miscount", True),
        ("smtp.rcpt", "miscount", False),
        ("imap.noop", "expunge", True),
        ("imap", "new-uidvalidity", False),
        ("ftp.pasv", "refuse-port", True),
        ("ftp.stor", "refuse-port", False),
        ("smtp.starttls", "broken-tls", True),
        ("smtp", "refuse", True),
        ("dns.connect", "refuse", True),
        ("smtp.rcpt", "refuse", False),
        ("udp", "refuse", False),
    ],
)
def test_an_effect_where_it_can_happen(on: str, kind: str, fits: bool) -> None:
    with nullcontext() if fits else pytest.raises(ValueError, match=f"{kind} is nothing for"):
        rule(on=on, effect={"kind": kind})


def test_an_effect_by_a_pattern_happens_only_where_it_can() -> None:
    faults = Faults()
    faults.add(rule(on="*", effect={"kind": "disconnect"}, argument="never"))
    faults.add(rule(on="*.*", effect={"kind": "miscount"}))
    assert faults.hit(point(service="pop3", event="stat"))
    assert not faults.hit(point(service="pop3", event="dele"))


def test_a_greylist_forgets_what_came_after_a_snapshot() -> None:
    faults = Faults()
    faults.add(rule(greylist=0.0))
    kept = KeptRules(faults)
    assert hits(faults, 2) == "x."
    snapshot = kept.snapshot()
    assert hits(faults, 2, argument="bob@example.org") == "x."
    assert not faults.greylist("magic").passes("bob")
    kept.restore(snapshot)
    assert hits(faults, 1) == "."
    assert hits(faults, 2, argument="bob@example.org") == "x."
    assert not faults.greylist("magic").passes("bob")


def test_nobody_fulfils_a_condition_who_is_refused() -> None:
    wrong = [
        ({"times": 2}, r"^times: refuse has no times: it lasts"),
        ({"peer": "127.*", "probability": 0.5}, r"^peer: refuse has no peer, no probability"),
        ({"on": "smtp.r*"}, r"^on: refuse is for a service alone, as 'smtp'"),
    ]
    for fields, told in wrong:
        table = {"on": "smtp", "effect": {"kind": "refuse"}} | fields
        with pytest.raises(SettingsError) as caught:
            load_mapping({"services": {"smtp": {}}, "faults": [table]}, REGISTRY)
        (problem,) = caught.value.problems
        assert re.search(told, f"{problem.key.removeprefix('faults.0.')}: {problem.message}")
    whole = rule(on="*", listener="sub*", effect={"kind": "refuse"})
    assert Rule.model_validate(whole.model_dump()) == whole


def test_who_is_refused_meets_no_rule() -> None:
    faults, heard = Faults(), []
    faults.watch(lambda: heard.append([active.rule.name for active in faults.active]))
    faults.add(rule(name="first", on="smtp"))
    faults.add(rule(name="down", on="smtp*", listener="main", effect={"kind": "refuse"}))
    assert faults.refusal("smtp", "submission") is None
    assert faults.refusal("pop3", "main") is None
    found = faults.refusal("smtp", "main")
    assert found is not None
    assert found.rule.name == "down"
    assert hits(faults, 2, event="connect") == "xx"  # who was accepted before
    faults.remove("first")
    assert hits(faults, 2, event="connect") == ".."
    faults.replace([rule(name="last"), rule(name="next")])
    with pytest.raises(ValueError, match="already"):
        faults.add(rule(name="last"))
    assert heard == [["first"], ["first", "down"], ["down"], ["last", "next"]]
