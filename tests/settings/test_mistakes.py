"""Mistakes within tables whose keys depend on one of them: the file's own key, and what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import pytest
from pydantic import Field, model_validator

from sandbox.errors import SettingsError
from sandbox.settings import ListenerSettings, Registry, ServiceSettings, load_file, load_mapping
from sandbox.settings.models import Model


class Echo(ListenerSettings):
    behaviour: Literal["echo", "echo-once"]

    @model_validator(mode="after")
    def _not_seven(self) -> Echo:
        if self.port == 7:
            raise ValueError("port 7 is unlucky")
        return self


class Detail(Model):
    depth: int = 0


class Reply(ListenerSettings):
    behaviour: Literal["reply"]
    text: str
    echo: Detail | None = None
    others: tuple[Detail, ...] = ()


Listener: TypeAlias = Annotated[Echo | Reply, Field(discriminator="behaviour")]


class Toy(ServiceSettings):
    listeners: Mapping[str, Listener] = Field(default_factory=dict)
    extra: Listener | None = None
    loose: str | Detail = ""


REGISTRY = Registry(lambda: ("toy",), lambda _: Toy)


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "sandbox.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_file(path, REGISTRY)
    return [
        f"{problem.where.rpartition(':')[2]}: {problem.key.removeprefix('services.toy.')}: {problem.message}"
        for problem in caught.value.problems
    ]


def test_the_chosen_member_is_not_part_of_the_key(tmp_path: Path) -> None:
    text = """[services.toy]
[services.toy.listeners.one]
behaviour = "echo"
prot = 3
[services.toy.listeners.two]
behaviour = "reply"
txet = "x"
[services.toy.listeners.echo]
behaviour = "echo"
port = 7
[services.toy.listeners.four]
behaviour = "reply"
text = "x"
tls = "never"
echo = { dept = 1 }
others = [{ depth = "x" }]
"""
    found = problems(tmp_path, text)
    assert found[:4] == [
        "4: listeners.one.prot: unknown key, did you mean 'port'?",
        "5: listeners.two.text: Field required",
        "7: listeners.two.txet: unknown key, did you mean 'text'?",
        "8: listeners.echo: port 7 is unlucky",
    ]
    assert found[4].startswith("14: listeners.four.tls: Input should be 'none',")
    assert found[5] == "15: listeners.four.echo.dept: unknown key, did you mean 'depth'?"
    assert found[6].startswith("16: listeners.four.others: must be a list")


def test_an_unknown_choice_lists_the_known_ones(tmp_path: Path) -> None:
    text = '[services.toy.listeners.one]\nport = 1\nbehaviour = "rply"\n'
    assert problems(tmp_path, text) == [
        "3: listeners.one.behaviour: there is no behaviour 'rply', did you mean 'reply'?; known: echo, echo-once, reply"
    ]


def test_a_choice_that_is_no_text(tmp_path: Path) -> None:
    text = "[services.toy.listeners.one]\nbehaviour = 3\n"
    assert problems(tmp_path, text) == [
        "2: listeners.one.behaviour: there is no behaviour '3'; known: echo, echo-once, reply"
    ]


def test_a_missing_choice(tmp_path: Path) -> None:
    assert problems(tmp_path, "[services.toy.listeners.one]\nport = 1\n") == [
        "1: listeners.one.behaviour: Field required, one of echo, echo-once, reply"
    ]


def test_a_choice_outside_of_a_mapping(tmp_path: Path) -> None:
    text = '[services.toy.extra]\nbehaviour = "reply"\ntext = 3\n'
    assert problems(tmp_path, text) == ["3: extra.text: Input should be a valid string, not 3"]


def test_members_of_a_plain_union_are_not_part_of_the_key(tmp_path: Path) -> None:
    assert problems(tmp_path, "[services.toy]\nloose = { depht = 1 }\n") == [
        "2: loose: Input should be a valid string",
        "2: loose.depht: unknown key, did you mean 'depth'?",
    ]


def test_a_listener_that_is_no_table(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "[services.toy.listeners]\none = 3\n")
    assert problem.startswith("2: listeners.one: must be a table")


def test_what_concerns_several_keys_is_told_beside_what_concerns_one() -> None:
    from sandbox.engine import REGISTRY

    table = {"server_heder": "x", "default_site": "none", "listeners": {"a": {"port": 70000}}}
    with pytest.raises(SettingsError) as caught:
        load_mapping({"services": {"http": table}}, REGISTRY)
    told = "\n".join(str(problem) for problem in caught.value.problems)
    assert "server_heder: unknown key, did you mean 'server_header'?" in told
    assert "listeners.a.port: Input should be less than or equal to 65535, not 70000" in told
    assert "default_site: there is no site 'none'" in told
