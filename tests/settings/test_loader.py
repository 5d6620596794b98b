"""A configuration with mistakes tells all of them, each with its place and, where possible, what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.errors import SettingsError
from sandbox.settings import (
    Configuration,
    ListenerSettings,
    MainListenerSettings,
    Registry,
    load_file,
    load_mapping,
)
from sandbox.settings.models import ExistingFile, Limits, Port


class Toy(MainListenerSettings):
    port: Port = 2025
    page: ExistingFile | None = None


class Other(MainListenerSettings):
    port: Port = 2110
    limits: Limits = Limits(idle_timeout=600.0)


CLASSES = {"toy": Toy, "other": Other}
REGISTRY = Registry(lambda: tuple(CLASSES), CLASSES.__getitem__)


def problems(tmp_path: Path, text: str, **options: object) -> list[str]:
    path = tmp_path / "sandbox.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_file(path, REGISTRY, **options)  # type: ignore[arg-type]
    return [
        str(problem).replace(f"{tmp_path}/sandbox.toml", "sandbox.toml") for problem in caught.value.problems
    ]


def load(tmp_path: Path, text: str, **options: object) -> Configuration:
    path = tmp_path / "sandbox.toml"
    path.write_text(text, encoding="utf-8")
    return load_file(path, REGISTRY, **options)  # type: ignore[arg-type]


def test_only_services_that_are_named_run(tmp_path: Path) -> None:
    assert list(load(tmp_path, "[services.toy]\n").services) == ["toy"]


def test_defaults_are_the_models(tmp_path: Path) -> None:
    configuration = load(tmp_path, "[services.toy]\n")
    assert configuration.general.hostname == "sandbox.test"
    (binding,) = configuration.services["toy"].bindings()
    assert (binding.name, binding.address, binding.tls) == ("main", "127.0.0.1:2025", "none")


def test_listeners_inherit_the_host_of_the_service(tmp_path: Path) -> None:
    text = '[services.toy]\nhost = "::1"\n[services.toy.listeners.tls]\nport = 1\ntls = "implicit"\n'
    main, tls = load(tmp_path, text).services["toy"].bindings()
    assert (main.address, tls.address, tls.tls) == ("[::1]:2025", "[::1]:1", "implicit")


def test_services_inherit_the_general_host(tmp_path: Path) -> None:
    text = 'host = "0.0.0.0"\n[services.toy]\n[services.other]\nhost = "::1"\n'
    configuration = load(tmp_path, text)
    assert [settings.host for settings in configuration.services.values()] == ["0.0.0.0", "::1"]


def test_all_mistakes_at_once_with_line_and_suggestion(tmp_path: Path) -> None:
    text = """
hostnam = "x"

[journal]
max_events = "many"

[services.toy]
prot = 25
tls = "sometimes"
limits = { conections = 5 }

[services.toy.listeners.second]
port = 70000

[services.pop4]
"""
    assert problems(tmp_path, text) == [
        "sandbox.toml:2: hostnam: unknown key, did you mean 'hostname'?",
        "sandbox.toml:5: journal.max_events: Input should be a valid integer, not 'many'",
        "sandbox.toml:8: services.toy.prot: unknown key, did you mean 'port'?",
        "sandbox.toml:9: services.toy.tls: Input should be 'none', 'starttls' or 'implicit', not 'sometimes'",
        "sandbox.toml:10: services.toy.limits.conections: unknown key, did you mean 'connections'?",
        "sandbox.toml:13: services.toy.listeners.second.port: Input should be less than or equal to 65535, not 70000",
        "sandbox.toml:15: services.pop4: there is no such service; known: toy, other",
    ]


def test_a_clash_is_told_beside_other_mistakes(tmp_path: Path) -> None:
    text = """
[services.other]
port = 2025
tls = "startls"
[services.other.listeners.more]
port = 99999
[services.toy]
prot = 1
listeners = { more = { port = "2110" } }
"""
    assert [found.partition(", ")[0] for found in problems(tmp_path, text)] == [
        "sandbox.toml:3: services.other.port: 127.0.0.1:2025 is taken already by services.toy.port (sandbox.toml:7)",
        "sandbox.toml:4: services.other.tls: Input should be 'none'",
        "sandbox.toml:6: services.other.listeners.more.port: Input should be less than or equal to 65535",
        "sandbox.toml:8: services.toy.prot: unknown key",
        "sandbox.toml:9: services.toy.listeners.more.port: Input should be a valid integer",
    ]


def test_a_service_nearly_named_is_suggested(tmp_path: Path) -> None:
    assert "did you mean 'other'?" in problems(tmp_path, "[services.othr]\n")[0]


def test_syntax_has_its_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "a = 1\nb = = 2\n")
    assert problem.startswith("sandbox.toml:2: ")


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load_file(tmp_path / "none.toml", REGISTRY)


def test_bytes_that_are_no_text_are_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b"hostname = '\xff'\n")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load_file(path, REGISTRY)


def test_a_file_the_configuration_names_must_exist(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, '[services.toy]\npage = "none.html"\n')
    assert problem == f"sandbox.toml:2: services.toy.page: there is no file {tmp_path / 'none.html'}"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "page.html").touch()
    toy = load(tmp_path, '[services.toy]\npage = "page.html"\n').services["toy"]
    assert isinstance(toy, Toy)
    assert toy.page == tmp_path / "page.html"


def test_clashing_ports_name_both_places(tmp_path: Path) -> None:
    text = "[services.toy]\nport = 99\n\n[services.other]\nport = 99\n"
    assert problems(tmp_path, text) == [
        "sandbox.toml:5: services.other.port: 127.0.0.1:99 is taken already by services.toy.port (sandbox.toml:2)"
    ]


@pytest.mark.parametrize(
    ("one", "two"), [("0.0.0.0", "127.0.0.1"), ("localhost", "127.0.0.1"), ("::", "::1")]
)
def test_clashing_hosts(tmp_path: Path, one: str, two: str) -> None:
    text = f'[services.toy]\nport = 99\nhost = "{one}"\n[services.other]\nport = 99\nhost = "{two}"\n'
    assert "is taken already" in problems(tmp_path, text)[0]


def test_different_hosts_and_free_ports_do_not_clash(tmp_path: Path) -> None:
    load(tmp_path, '[services.toy]\nport = 99\nhost = "::1"\n[services.other]\nport = 99\n')
    load(tmp_path, "[services.toy]\nport = 0\n[services.other]\nport = 0\n")


def test_a_path_excludes_a_port(tmp_path: Path) -> None:
    text = '[services.toy.listeners.unix]\nport = 3\npath = "x.sock"\n'
    assert "either port or path" in problems(tmp_path, text)[0]


def test_no_service_is_a_mistake(tmp_path: Path) -> None:
    assert "no service is configured" in problems(tmp_path, "hostname = 'x'\n")[0]


def test_overrides_reach_any_setting(tmp_path: Path) -> None:
    configuration = load(
        tmp_path,
        "[services.toy]\n",
        overrides=["services.toy.port=2525", "hostname=mail.test", "services.other.listeners.b.port=0"],
    )
    assert configuration.services["toy"].bindings()[0].port == 2525
    assert configuration.general.hostname == "mail.test"
    assert len(configuration.services["other"].bindings()) == 2


def test_mistakes_in_overrides_name_the_option(tmp_path: Path) -> None:
    found = problems(
        tmp_path, "[services.toy]\n", overrides=["services.toy.prot=1", "nonsense", "hostname.x=1"]
    )
    assert "--set services.toy.prot=1: services.toy.prot: unknown key, did you mean 'port'?" in found
    assert "--set nonsense: must have the form key.path=value" in found
    assert any(problem.startswith("--set hostname.x=1: ") for problem in found)


def test_only_picks_services_but_all_are_checked(tmp_path: Path) -> None:
    text = "[services.toy]\n[services.other]\n"
    assert list(load(tmp_path, text, only=["other"]).services) == ["other"]
    found = problems(tmp_path, "[services.toy]\nprot = 1\n", only=["tyo", "other"])
    assert "--only: tyo: there is no such service, did you mean 'toy'?" in found
    assert "--only: other: the configuration has no such service" in found
    assert any("prot" in problem for problem in found)


def test_only_must_name_a_service(tmp_path: Path) -> None:
    assert problems(tmp_path, "[services.toy]\n", only=[]) == ["--only: names no service"]


def test_a_mapping_is_checked_alike() -> None:
    with pytest.raises(SettingsError) as caught:
        load_mapping({"services": {"toy": {"port": "25"}}}, REGISTRY)
    assert str(caught.value) == "configuration: services.toy.port: Input should be a valid integer, not '25'"


def test_services_must_be_tables(tmp_path: Path) -> None:
    assert "must be a table" in problems(tmp_path, "services = 3\n")[0]
    assert "services.toy" in problems(tmp_path, "services = { toy = 3 }\n")[0]


def test_settings_are_frozen(tmp_path: Path) -> None:
    toy = load(tmp_path, "[services.toy]\n").services["toy"]
    with pytest.raises(ValueError, match="frozen"):
        toy.host = "x"  # type: ignore[misc]


def test_a_listener_of_its_own_host() -> None:
    listener = ListenerSettings(host="0.0.0.0", port=1)
    toy = Toy(listeners={"a": listener})
    assert toy.bindings()[1].host == "0.0.0.0"


def test_one_limit_leaves_the_services_others(tmp_path: Path) -> None:
    other = load(tmp_path, "[services.other]\nlimits = { connections = 3 }\n").services["other"]
    assert (other.limits.connections, other.limits.idle_timeout) == (3, 600.0)
