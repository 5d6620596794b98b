"""Functions of the user's own: found beside the configuration, and told of when they are not."""

from __future__ import annotations

import sys
from pathlib import Path
from xmlrpc.client import ServerProxy

import pytest

from sandbox.engine import Engine
from sandbox.errors import SettingsError
from sandbox.services.xmlrpc.extensions import find
from tests.conftest import Serve

MODULE = '''
from os.path import join
import math

def greet(name: str) -> str:
    """Says hello."""
    return "Hello, " + name

def _hidden():
    pass

class Counter:
    def __init__(self): self.count = 0
    def up(self): self.count += 1; return self.count
    def _down(self): pass

counter = Counter()
named = {"math.sqrt": math.sqrt, "greet.loudly": lambda name: greet(name).upper()}
wrong = {"number": 5}
nothing = object()
'''


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a module of the user's."""
    (tmp_path / "own_functions.py").write_text(MODULE)
    (tmp_path / "own_broken.py").write_text("1 / 0")
    monkeypatch.delitem(sys.modules, "own_functions", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("reference", "names"),
    [
        ("own_functions", {"greet"}),
        ("own_functions:greet", {"greet"}),
        ("own_functions:counter", {"up"}),
        ("own_functions:counter.up", {"up"}),
        ("own_functions:named", {"math.sqrt", "greet.loudly"}),
        ("math:sqrt", {"sqrt"}),
    ],
)
def test_what_can_be_named(directory: Path, reference: str, names: set[str]) -> None:
    path = list(sys.path)
    assert set(find(reference, base=directory)) == names
    assert sys.path == path


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("no_such_module:x", "no_such_module cannot be imported: ModuleNotFoundError: No module named"),
        ("own_broken:x", "own_broken cannot be imported: ZeroDivisionError: division by zero"),
        ("own_functions:missing", "own_functions has no missing"),
        ("own_functions:Counter", "Counter is a class; name an instance of it"),
        ("own_functions:wrong", "'number' does not name a function"),
        ("own_functions:nothing", "own_functions:nothing has no public functions"),
        ("", "cannot be imported: ValueError: Empty module name"),
    ],
)
def test_what_cannot(directory: Path, reference: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        find(reference, base=directory)
    assert message in str(caught.value)


def test_mistakes_are_problems_of_the_configuration(directory: Path) -> None:
    path = directory / "sandbox.toml"
    path.write_text(
        '[services.xmlrpc]\nport = 0\nfunctions = ["own_functions:greet", "own_functions:gret"]\n'
    )
    with pytest.raises(SettingsError) as caught:
        Engine.from_file(path)
    (problem,) = caught.value.problems
    assert problem.where.endswith("sandbox.toml:3")
    assert problem.message == "own_functions has no gret"


def test_own_functions_answer(directory: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory)
    sandbox = serve(xmlrpc={"functions": ["own_functions", "own_functions:counter", "own_functions:named"]})
    endpoint = sandbox.endpoint("xmlrpc")
    with ServerProxy(f"http://{endpoint.host}:{endpoint.port}") as server:
        assert server.greet("Ann") == "Hello, Ann"
        assert server.greet.loudly("Ann") == "HELLO, ANN"
        assert (server.up(), server.up()) == (1, 2)
        assert server.math.sqrt(9) == 3.0
        assert server.add(1, 2) == 3
        assert server.system.methodHelp("greet") == "Says hello."
        assert server.system.methodSignature("greet") == [["string", "string"]]
