"""Every example in the documentation runs, against the default configuration on free ports."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import REGISTRY, Engine
from sandbox.settings import load_file
from sandbox.settings.paths import profiles
from tests.pytest_plugin.inside import run_inside

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_FIXTURE = re.compile(r"^ *(?:async )?def test_\w+\(\w", re.MULTILINE)
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(page: Path, language: str) -> list[tuple[int, str]]:
    """The code blocks of a page in one language, with their places among all its blocks."""
    found = enumerate(_BLOCK.finditer(page.read_text(encoding="utf-8")), start=1)
    return [(number, block["text"]) for number, block in found if block["language"] == language]


def blocks(language: str) -> list[Any]:
    return [
        pytest.param(text, id=f"{page.relative_to(ROOT)}-{number}")
        for page in PAGES
        for number, text in examples(page, language)
    ]


def default_ports() -> dict[tuple[str, str], int]:
    """The ports of the default configuration by service and listener."""
    services = load_file(profiles()["sandbox"], REGISTRY).services
    return {(name, bound.name): bound.port for name, table in services.items() for bound in table.bindings()}


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, int]]:
    """A sandbox with the default configuration; from its default ports to those it really has."""
    free = [f"services.{service}{_where(listener)}.port=0" for service, listener in default_ports()]
    configuration = load_file(
        profiles()["sandbox"],
        REGISTRY,
        overrides=[*free, f"state_directory={tmp_path_factory.getbasetemp() / 'state'}"],
    )
    with BackgroundEngine(Engine(configuration)) as sandbox:
        endpoints = {
            (end.service, end.listener, end.transport): end.port
            for end in sandbox.call(lambda world: world.endpoints)
        }
        yield {
            default_ports()[service, name]: port
            for (service, name, kind), port in endpoints.items()
            if kind == "tcp"
        } | {
            -default_ports()[service, name]: port
            for (service, name, kind), port in endpoints.items()
            if kind == "udp"
        }


def _where(listener: str) -> str:
    return "" if listener == "main" else f".listeners.{listener}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_python(page: Path, ports: dict[int, int]) -> None:
    """The examples of a page one after the other: what one sends the next may read."""
    for number, text in examples(page, "python"):
        if _FIXTURE.search(text):
            continue  # for pytest
        namespace: dict[str, Any] = {"__name__": f"example {number} of {page.name}"}
        exec(compile(moved(text, ports), f"{page.name}, example {number}", "exec"), namespace)
        for name, value in namespace.items():
            if name.startswith("test_"):
                value()


@pytest.mark.parametrize("text", [each for each in blocks("python") if _FIXTURE.search(each.values[0])])
def test_python_with_fixtures(text: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(text)
    result = run_inside(pytester, "-W", "error", "-o", "asyncio_default_fixture_loop_scope=function")
    outcomes = result.parseoutcomes()
    assert set(outcomes) <= {"passed"}
    assert outcomes["passed"] == len(_FIXTURE.findall(text))


def moved(text: str, ports: dict[int, int]) -> str:
    """The example with the ports of this run in place of the default ones."""

    def port_of_this_run(found: re.Match[str]) -> str:
        port = int(found[0])
        line = text[text.rfind("\n", 0, found.start()) : found.start()]
        datagrams = "udp" in line or ("SOCK_DGRAM" in text and "create_connection" not in text)
        return str(ports.get(-port if datagrams else port, port))

    return re.sub(r"\b(?:2\d{3}|8025)\b", port_of_this_run, text)


COMMANDS = [
    pytest.param(page, command, output, id=f"{page.relative_to(ROOT)}-{block}-{number}")
    for page in PAGES
    for block, text in examples(page, "console")
    for number, (command, output) in enumerate(_COMMAND.findall(text), start=1)
]


@pytest.mark.parametrize(("page", "command", "output"), COMMANDS)
def test_command(page: Path, command: str, output: str, tmp_path: Path) -> None:
    """The commands after a ``$`` print what stands below them, ``…`` being anything.

    The files they name are the blocks of the page that begin with their name as a comment.
    """
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if named := re.match(r"# (\w+\.\w+)\n", block["text"]):
            (tmp_path / named[1]).write_text(block["text"], encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", command.replace("python -m", f"{shlex.quote(sys.executable)} -m")],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=25,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith("sandbox: not isolated")]
    pattern = "\n".join(".*".join(map(re.escape, line.split("…"))) for line in output.splitlines())
    assert re.fullmatch(pattern, "\n".join(lines)), done.stdout


@pytest.mark.parametrize("text", blocks("toml"))
def test_toml(text: str, tmp_path: Path) -> None:
    path = tmp_path / "example.toml"
    path.write_text(text if "[services." in text else f"{text}\n[services.smtp]\n", encoding="utf-8")
    load_file(path, REGISTRY)


@pytest.mark.parametrize("text", [*blocks("console"), *blocks("yaml")])
def test_console(text: str) -> None:
    """The program's own lines name verbs and options that exist."""
    import click

    from sandbox.cli import VERBS, _sandbox

    for line in text.splitlines():
        for words in re.findall(r"(?:python -m sandbox|sandbox) ([^#&|)>\"]+)", line):
            verb, *arguments = shlex.split(words)
            assert verb in VERBS, line
            command = _sandbox.get_command(click.Context(_sandbox), verb)
            assert command is not None
            command.make_context(verb, arguments)


def test_every_service_has_its_page() -> None:
    for name in REGISTRY.names():
        page = (ROOT / "docs" / "services" / f"{name}.md").read_text(encoding="utf-8")
        model = REGISTRY.settings_class(name)
        own = set(model.model_fields) - {"host", "listeners", "limits", "path"}
        assert [field for field in sorted(own) if f"`{field}`" not in page] == []


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_table_of_run_has_every_route_of_the_lessons() -> None:
    text = (ROOT / "docs" / "run.md").read_text(encoding="utf-8")
    table = text[text.index("| address | what answers |") : text.index("Where two lessons claim")]
    told: set[tuple[str, str, int]] = set()
    for cell in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE):
        transports = {"udp"} if cell.startswith("UDP ") else {"tcp", "udp"} if "UDP too" in cell else {"tcp"}
        host = ""
        for word in re.findall(r"any host|[\w.]+:\d+|\d+", cell):
            name, _, port = word.rpartition(":")
            host = "*" if word == "any host" else name or host
            told |= {(transport, host, int(port)) for transport in transports if port.isdigit()}
    rows = Engine(load_file(profiles()["lessons"], REGISTRY), free_ports=True).routes.rows
    routes = {(row.transport, row.host, row.port) for row in rows}
    assert {each for each in routes ^ told if not (each[1] == "localhost" and each[2] // 1000 == 2)} == {
        ("tcp", "localhost", 3128)  # told of any host
    }


def test_the_readme_names_the_ports_of_the_default_configuration() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text[text.index("| service |") : text.index("## One example")]
    named = {int(port) for port in re.findall(r"\b(?:2\d{3}|8025)\b", table)} - {2000}
    assert named == {port for port in default_ports().values() if port // 100 != 23}


def test_the_journal_s_page_knows_every_fact() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "sandbox").rglob("*.py")))
    noted = set(re.findall(r'(?:note\(|Fact\([^"]*)\s*f?"([a-z]+\.[a-z_{}]+)"', source))
    told = {name for names in noted for name in _spelt_out(names)}
    page = (ROOT / "docs" / "journal.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`([a-z]+\.[a-z_]+)`", page[page.index("## Facts") :]))
    assert told == known


def _spelt_out(name: str) -> list[str]:
    return [name.replace("{outcome}", outcome) for outcome in ("accepted", "refused")]
