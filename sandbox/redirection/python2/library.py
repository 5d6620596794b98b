"""Modules and names that Python 3 has no more, used by source that it can parse."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.redirection.python2.finding import Finding

MODULES = {
    "BaseHTTPServer": "http.server",
    "CGIHTTPServer": "http.server",
    "ConfigParser": "configparser",
    "Cookie": "http.cookies",
    "DocXMLRPCServer": "xmlrpc.server",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "SimpleHTTPServer": "http.server",
    "SimpleXMLRPCServer": "xmlrpc.server",
    "SocketServer": "socketserver",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "UserDict": "collections",
    "__builtin__": "builtins",
    "anydbm": "dbm",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "cookielib": "http.cookiejar",
    "copy_reg": "copyreg",
    "email.Encoders": "email.encoders",
    "email.Header": "email.header",
    "email.MIMEAudio": "email.mime.audio",
    "email.MIMEBase": "email.mime.base",
    "email.MIMEImage": "email.mime.image",
    "email.MIMEMultipart": "email.mime.multipart",
    "email.MIMEText": "email.mime.text",
    "email.Utils": "email.utils",
    "htmlentitydefs": "html.entities",
    "httplib": "http.client",
    "md5": "hashlib",
    "rfc822": "email",
    "robotparser": "urllib.robotparser",
    "sets": "set",
    "sha": "hashlib",
    "thread": "threading",
    "tkMessageBox": "tkinter.messagebox",
    "urllib2": "urllib.request, urllib.error",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
}
CALLED = {"execfile": "exec(open(...).read())", "raw_input": "input"}
_TYPES = {
    "basestring": "str",
    "reduce": "functools.reduce",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
}
_URLLIB = {
    "FancyURLopener": "urllib.request.Request",
    "quote": "urllib.parse.quote",
    "quote_plus": "urllib.parse.quote_plus",
    "unquote": "urllib.parse.unquote",
    "unquote_plus": "urllib.parse.unquote_plus",
    "urlcleanup": "urllib.request.urlcleanup",
    "urlencode": "urllib.parse.urlencode",
    "urlopen": "urllib.request.urlopen",
    "urlretrieve": "urllib.request.urlretrieve",
}
METHODS = {
    "has_key": "key in dictionary",
    "iteritems": "items()",
    "iterkeys": "keys()",
    "itervalues": "values()",
}
# Who looks at these, or changes where modules come from, knows that there are two Pythons.
_AWARE = (
    "version_info",
    "hexversion",
    "PY2",
    "PY3",
    "python_version",
    "six",
    "sys.path",
    "sys.modules",
    "meta_path",
)
_CATCHING = frozenset(
    {"ImportError", "ModuleNotFoundError", "NameError", "AttributeError", "Exception", "BaseException"}
)


class Use:
    """How a module uses what Python 3 has no more.

    ``modules`` are imported at its top level whatever happens, ``names`` are called and nobody has bound them. With
    what stands there ``perhaps`` Python 3 may well get along. Who is ``aware`` of both Pythons may have an answer.
    """

    def __init__(self, tree: ast.Module, source: str) -> None:
        self.aware = any(word in source for word in _AWARE)
        self._tree = tree
        self._bound = _bound(tree)
        self.modules = {name: line for node in _unconditional(tree.body) for name, line in _imported(node)}
        self.names = [*self._unbound(CALLED), *_from_urllib(tree)]
        self.perhaps = [*self._unbound(_TYPES), *self._methods(), *self._prints()]

    def _unbound(self, names: dict[str, str]) -> Iterator[Finding]:
        if "*" in self._bound:
            return
        for node in _reached(self._tree):
            if isinstance(node, ast.Name) and node.id in names and node.id not in self._bound:
                yield Finding(node.lineno, node.id, names[node.id])
            elif isinstance(node, ast.Attribute) and names is CALLED and self._is_urllib(node):
                yield Finding(node.lineno, f"urllib.{node.attr}", _URLLIB[node.attr])

    def _methods(self) -> Iterator[Finding]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                yield Finding(node.lineno, f".{node.attr}", METHODS[node.attr])

    def _prints(self) -> Iterator[Finding]:
        """``print >>file, x``, which Python 3 takes for a tuple and a shift."""
        for node in ast.walk(self._tree):
            if not isinstance(node, ast.Expr):
                continue
            first, *values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            match first:
                case ast.BinOp(left=ast.Name(id="print"), op=ast.RShift(), right=file):
                    call = ", ".join([*map(ast.unparse, values), f"file={ast.unparse(file)}"])
                    yield Finding(
                        node.lineno, ", ".join(map(ast.unparse, [first, *values])), f"print({call})"
                    )
                case _:
                    pass

    def _is_urllib(self, node: ast.Attribute) -> bool:
        own = isinstance(node.value, ast.Name) and node.value.id == "urllib"
        return own and node.attr in _URLLIB and "urllib" not in self._bound - {"import urllib"}


def _imported(node: ast.stmt) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = [node.module]
    else:
        return
    for name in names:
        if name in MODULES:
            yield name, node.lineno


def _from_urllib(tree: ast.Module) -> Iterator[Finding]:
    for node in _unconditional(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == "urllib" and not node.level:
            for alias in node.names:
                if alias.name in _URLLIB:
                    yield Finding(node.lineno, f"from urllib import {alias.name}", _URLLIB[alias.name])


def _unconditional(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module that are run, unless it ends before."""
    for node in body:
        yield node
        if isinstance(node, ast.With) or (isinstance(node, ast.Try) and not _is_prepared(node)):
            yield from _unconditional(node.body)


def _reached(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that may be run: the module's own, and those of its functions that are named there.

    What stands where the source is prepared for its failing is left out.
    """
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.Name) and (function := functions.pop(node.id, None)) is not None:
            waiting += function.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Try) and _is_prepared(node):
            waiting += [*node.handlers, *node.orelse, *node.finalbody]
        else:
            waiting += ast.iter_child_nodes(node)


def _is_prepared(node: ast.Try) -> bool:
    """Whether a missing module or name is caught."""
    for handler in node.handlers:
        if handler.type is None:
            return True
        if any(isinstance(each, ast.Name) and each.id in _CATCHING for each in ast.walk(handler.type)):
            return True
    return False


def _bound(tree: ast.Module) -> set[str]:
    """All names the module binds anywhere; a star stands for those of a module that is imported whole."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update(_import_binds(node, alias) for alias in names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                found.add(name)
            case ast.Call(func=ast.Name(id="exec" | "globals" | "setattr" | "vars")):
                found.add("*")
            case _:
                pass
    return found


def _import_binds(node: ast.AST, alias: ast.alias) -> str:
    if isinstance(node, ast.ImportFrom):
        return alias.asname or alias.name
    if alias.asname is None and alias.name == "urllib":
        return "import urllib"
    return alias.asname or alias.name.partition(".")[0]
