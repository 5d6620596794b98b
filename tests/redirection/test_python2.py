"""Python 2 is recognised by what only it has, and nothing that Python 3 can run is taken for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sandbox.redirection.interpreters import Interpreter
from sandbox.redirection.python2 import Verdict, judge

THIS = Interpreter(sys.executable, sys.version_info[:3])


def judged(source: str, folder: Path = Path("nowhere")) -> Verdict | None:
    return judge(str(folder / "lesson.py"), source.encode(), THIS)


@pytest.mark.parametrize(
    ("source", "instead"),
    [
        ('print "x"', 'print("x")'),
        ('print "a", b', 'print("a", b)'),
        ("print x,", 'print(x, end=" ")'),
        ('print "%s" % x; y = 1', 'print("%s" % x)'),
        ("if x: print x", "print(x)"),
        ("for i in x:\n    print i", "print(i)"),
        ('print >>sys.stderr, "x", y\nprint 1', 'print("x", y, file=sys.stderr)'),
        ('print """a\nb""", x', 'print("""a b""", x)'),
        ("print `x`", "repr(...)"),
        ("x = `y`", "repr(...)"),
        ("if x <> y: pass", "!="),
        ("try: pass\nexcept OSError, e: pass", "except OSError as e:"),
        ("try: pass\nexcept (OSError, socket.error), e: pass", "except (OSError, socket.error) as e:"),
        ('raise ValueError, "bad"', 'raise ValueError("bad")'),
        ('raise socket.error, (1, "bad")', 'raise socket.error((1, "bad"))'),
        ('exec "x = 1"', 'exec("x = 1")'),
        ("os.chmod(path, 0777)", "0o777"),
        ("x = 0644", "0o644"),
        ("x = 10L", "10"),
        ("x = 0xFFL", "0xFF"),
        ('x = ur"y"', 'r"y"'),
        ("import urllib2", "urllib.request, urllib.error"),
        ("import xmlrpclib, sys", "xmlrpc.client"),
        ("from email.MIMEText import MIMEText", "email.mime.text"),
        ("from SocketServer import *", "socketserver"),
        ("import ConfigParser as configuration", "configparser"),
        ('x = raw_input("name? ")', "input"),
        ("def main():\n    return raw_input()\nif __name__ == '__main__':\n    main()", "input"),
        ("import urllib\nprint(urllib.urlopen('http://x/').read())", "urllib.request.urlopen"),
        ("import urllib\nx = urllib.urlencode({})", "urllib.parse.urlencode"),
        ("try:\n    x = raw_input()\nexcept EOFError:\n    pass", "input"),
        ("from urllib import urlencode, quote", "urllib.parse.urlencode"),
        ("def area(z, (x, y)):\n    return x", "one name, taken apart within"),
        ("f = lambda (x, y): x + y", "one name, taken apart within"),
    ],
)
def test_python_2(source: str, instead: str) -> None:
    verdict = judged(source)
    assert verdict is not None
    assert verdict.certain
    assert instead in [finding.instead for finding in verdict.findings]


@pytest.mark.parametrize(
    "source",
    [
        'print("x")',
        "print",
        'print ("a"), b',
        "print (x) if y else z",
        "print >> x",
        "print[1]",
        "x = 'print \"y\"' # print z",
        '"""\nprint "x"\n"""',
        "x = 0o777 + 0 + 00 + 0xFFF + 1e5 + 1_000",
        "try:\n    import urllib2\nexcept ImportError:\n    import urllib.request as urllib2",
        "if sys.version_info[0] == 2:\n    import urllib2",
        "try:\n    input = raw_input\nexcept NameError:\n    pass",
        "def raw_input(x): return input(x)\nraw_input(1)",
        "from compat import raw_input\nraw_input()",
        "from compat import *\nraw_input()",
        "import builtins\nraw_input = builtins.input\nraw_input()",
        "import six\nimport ConfigParser",
        "import sys\nsys.path.insert(0, 'old')\nimport urllib2",
        "def never(): return raw_input()",
        "def never():\n    import urllib2",
        "from . import urllib2",
        "from .urllib2 import x",
        "import urllib.parse\nurllib.parse.quote('x')",
        "import other as urllib\nurllib.urlopen('x')",
        "from urllib import parse",
        "from .urllib import urlopen",
        "try:\n    from urllib import quote\nexcept ImportError:\n    from urllib.parse import quote",
        "def area(x=(1, 2), *y, z: (int)): return (x",
        "x.exec('y')\nprint = 1\nexec('x')",
        "try: pass\nexcept (OSError, ValueError): pass",
        # Wrong, but not Python 2: that is told by Python itself.
        "x = (",
        "if x\n    pass",
        "print('x'",
        "else: x",
        "try: pass\nexcept OSError, ValueError: pass",
        "x = 'unfinished",
        "\x00",
        "x = 5 if",
    ],
)
def test_not_python_2(source: str) -> None:
    verdict = judged(source)
    assert verdict is None or not verdict.certain


@pytest.mark.parametrize(
    "source",
    [
        "{}.has_key(1)",
        "for i in xrange(3): pass",
        "x.iteritems()",
        "isinstance(x, unicode)",
        "import sys\nprint >>sys.stderr, 'x'",
    ],
)
def test_perhaps_python_2(source: str) -> None:
    verdict = judged(source)
    assert verdict is not None
    assert not verdict.certain
    assert str(verdict).startswith("nowhere/lesson.py failed; perhaps because")


def test_print_to_a_file_is_shown_as_a_call() -> None:
    for source, instead in (
        ("print >>sys.stderr, 'x', 1", "print('x', 1, file=sys.stderr)"),
        ("print >>log", "print(file=log)"),
    ):
        verdict = judged(source)
        assert verdict is not None
        assert [finding.instead for finding in verdict.findings] == [instead]


def test_a_module_of_that_name_beside_the_script(tmp_path: Path) -> None:
    source = "import urllib2, Queue"
    verdict = judged(source, tmp_path)
    assert verdict is not None
    assert len(verdict.findings) == 2
    (tmp_path / "Queue.py").touch()
    (tmp_path / "urllib2").mkdir()
    (tmp_path / "urllib2" / "__init__.py").touch()
    assert judged(source, tmp_path) is None


def test_what_is_no_text_is_left_to_python() -> None:
    assert judge("lesson.py", b'print "\xff"', THIS) is None
    assert judge("lesson.py", b"# coding: nonsense\nprint 'x'", THIS) is None
    verdict = judge("lesson.py", "# coding: cp1251\r\nprint 'ы'\r\n".encode("cp1251"), THIS)
    assert verdict is not None
    assert [tuple(finding) for finding in verdict.findings] == [(2, "print 'ы'", "print('ы')")]


def test_an_interpreter_of_python_2_may_run_it() -> None:
    assert judge("lesson.py", b'print "x"', Interpreter("python2.7", (2, 7, 18))) is None


def test_the_message() -> None:
    verdict = judged('import urllib2\nprint "' + "x" * 100 + '"\n' + "print 1\n" * 20)
    assert str(verdict).splitlines()[:4] == [
        "nowhere/lesson.py is written in Python 2. In Python 3:",
        "  line  1: urllib2                                             ->  urllib.request, urllib.error",
        f'  line  2: print "{"x" * 40}...  ->  print("{"x" * 40}...',
        "  line  3: print 1                                             ->  print(1)",
    ]
    assert str(verdict).splitlines()[-2:] == [
        "  ... and 10 more",
        "The program 2to3, which comes with Python up to 3.12, rewrites most of it: 2to3 -w nowhere/lesson.py",
    ]


def test_no_module_of_the_standard_library_is_taken_for_python_2() -> None:
    folder = Path(__import__("urllib").__file__).parents[1]
    names = [
        "smtplib",
        "ftplib",
        "imaplib",
        "socketserver",
        "configparser",
        "pdb",
        "urllib/request",
        "http/server",
    ]
    for name in names:
        path = folder / f"{name}.py"
        verdict = judge(str(path), path.read_bytes(), THIS)
        assert verdict is None or not verdict.certain, verdict
