"""xmlrpc.client."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from typing import Any
from xmlrpc.client import Binary, DateTime, Fault, MultiCall, ProtocolError, ServerProxy

from tests.clients.environment import HOST, Environment
from tests.clients.registry import Library, Way

MOMENT = "20240229T01:02:03"


def url(env: Environment, path: str = "", user: str = "") -> str:
    """Where the server is: plain on the listener of XML-RPC, encrypted on that of HTTP."""
    port = env.port("xmlrpc") if env.way == "http" else env.port("http", "https")
    return f"{env.way}://{user}{HOST}:{port}{path}"


def proxy(env: Environment, path: str = "", **options: Any) -> ServerProxy:
    """A proxy with options of its own."""
    context = None if env.way == "http" else env.trust
    return ServerProxy(url(env, path), context=context, **options)


@contextmanager
def connected(env: Environment) -> Iterator[ServerProxy]:
    """A proxy without options."""
    with proxy(env) as server:
        yield server


xmlrpc = Library(
    "xmlrpc.client",
    {"http": Way(connected), "https": Way(connected)},
    (Fault, ProtocolError, OverflowError, TypeError),
    "ServerProxy for port 2081, and with TLS for port 2443, where HTTP takes calls at `/RPC2`.",
)


def echoed(server: ServerProxy, value: object) -> str:
    """The value that came back."""
    answer = server.echo(value)
    return f"{answer!r}" if answer == value else f"{answer!r} instead"


@xmlrpc.operation("server.add(3, 5)")
def add(server: ServerProxy, env: Environment) -> str:
    return repr(server.add(3, 5))


@xmlrpc.operation("server.pow(2, 10), .mul(6, 7), .sub(5, 7), .div(7, 2)")
def arithmetic(server: ServerProxy, env: Environment) -> str:
    return f"{server.pow(2, 10)}, {server.mul(6, 7)}, {server.sub(5, 7)}, {server.div(7, 2)}"


@xmlrpc.operation("server.is_even(3)")
def is_even(server: ServerProxy, env: Environment) -> str:
    return repr(server.is_even(3))


@xmlrpc.operation("server.sleep(0.01)", note="other calls do not wait for it")
def sleep(server: ServerProxy, env: Environment) -> str:
    return repr(server.sleep(0.01))


@xmlrpc.operation("server.today()")
def today(server: ServerProxy, env: Environment) -> str:
    moment = server.today()
    return f"{type(moment).__name__}, {'with' if moment.timetuple().tm_year else 'without'} a year"


@xmlrpc.operation("server.currentTime.getCurrentTime()", note="a dotted name")
def dotted(server: ServerProxy, env: Environment) -> str:
    return type(server.currentTime.getCurrentTime()).__name__


@xmlrpc.operation("server.python_logo()")
def python_logo(server: ServerProxy, env: Environment) -> str:
    picture = server.python_logo()
    return f"{type(picture).__name__}, {picture.data[1:4].decode()}"


@xmlrpc.operation("server.system.listMethods()")
def list_methods(server: ServerProxy, env: Environment) -> str:
    names = server.system.listMethods()
    return f"{len(names)} names, {'sorted' if names == sorted(names) else 'not sorted'}"


@xmlrpc.operation("server.system.methodHelp('add')")
def method_help(server: ServerProxy, env: Environment) -> str:
    return repr(server.system.methodHelp("add"))


@xmlrpc.operation("server.system.methodSignature('is_even')", note="the type of the result comes first")
def method_signature(server: ServerProxy, env: Environment) -> str:
    return repr(server.system.methodSignature("is_even"))


@xmlrpc.operation("server.system.multicall([…])")
def system_multicall(server: ServerProxy, env: Environment) -> str:
    calls = [{"methodName": "add", "params": [3, 5]}, {"methodName": "fail", "params": [7, "seven"]}]
    return repr(server.system.multicall(calls))


@xmlrpc.operation("MultiCall(server)()")
def multicall(server: ServerProxy, env: Environment) -> str:
    calls = MultiCall(server)
    calls.add(7, 3)
    calls.subtract(7, 3)
    calls.multiply(7, 3)
    calls.divide(7, 3)
    return repr(tuple(calls()))


@xmlrpc.operation("MultiCall(server)()[1]", note="the call that failed; the others have their results")
def multicall_fault(server: ServerProxy, env: Environment) -> str:
    calls = MultiCall(server)
    calls.add(7, 3)
    calls.fail(7, "seven")
    results = calls()
    try:
        return repr(results[1])
    except Fault as fault:
        return f"{results[0]}, then {fault!r}"


@xmlrpc.operation("server.echo(True)")
def boolean(server: ServerProxy, env: Environment) -> str:
    return echoed(server, True)


@xmlrpc.operation("server.echo(-2147483648)")
def integer(server: ServerProxy, env: Environment) -> str:
    return echoed(server, -(2**31))


@xmlrpc.operation("server.echo(2147483648)", on_purpose="an int has 32 bits; the client refuses by itself")
def long_integer(server: ServerProxy, env: Environment) -> str:
    return echoed(server, 2**31)


@xmlrpc.operation("server.echo(2.5)")
def double(server: ServerProxy, env: Environment) -> str:
    return echoed(server, 2.5)


@xmlrpc.operation("server.echo('Привет <&>')")
def string(server: ServerProxy, env: Environment) -> str:
    return echoed(server, "Привет <&>")


@xmlrpc.operation("server.echo(DateTime(…))")
def date_time(server: ServerProxy, env: Environment) -> str:
    answer = server.echo(DateTime(MOMENT))
    return f"{type(answer).__name__}, {answer}"


@xmlrpc.operation("server.echo(datetime(…)) with use_builtin_types")
def builtin_date_time(server: ServerProxy, env: Environment) -> str:
    with proxy(env, use_builtin_types=True) as builtin:
        answer = builtin.echo(datetime.fromisoformat(MOMENT))
    return f"{type(answer).__name__}, {answer}"


@xmlrpc.operation("server.echo(Binary(…))")
def binary(server: ServerProxy, env: Environment) -> str:
    answer = server.echo(Binary(b"\0\xff"))
    return f"{type(answer).__name__}, {answer.data!r}"


@xmlrpc.operation("server.echo(bytes) with use_builtin_types")
def builtin_binary(server: ServerProxy, env: Environment) -> str:
    with proxy(env, use_builtin_types=True) as builtin:
        return echoed(builtin, b"\0\xff")


@xmlrpc.operation("server.echo([1, 'a', [2.0]])")
def array(server: ServerProxy, env: Environment) -> str:
    return echoed(server, [1, "a", [2.0]])


@xmlrpc.operation("server.echo({'ключ': {'a': 1}})")
def struct(server: ServerProxy, env: Environment) -> str:
    return echoed(server, {"ключ": {"a": 1}})


@xmlrpc.operation("server.echo(None)", on_purpose="no XML-RPC type; the client refuses by itself")
def none(server: ServerProxy, env: Environment) -> str:
    return echoed(server, None)


@xmlrpc.operation("server.echo(None) with allow_none", on_purpose="until the server has `allow_none` too")
def nil(server: ServerProxy, env: Environment) -> str:
    with proxy(env, allow_none=True) as permissive:
        return echoed(permissive, None)


@xmlrpc.operation("server.echo('x' * 100_000)", note="packed with gzip on the way back")
def long_string(server: ServerProxy, env: Environment) -> str:
    return f"{len(server.echo('x' * 100_000)):_} characters"


@xmlrpc.operation("Fault: server.fail(7, 'seven')")
def fault(server: ServerProxy, env: Environment) -> str:
    return _fault(server.fail, 7, "seven")


@xmlrpc.operation("Fault: server.no_such_method()")
def unknown_method(server: ServerProxy, env: Environment) -> str:
    return _fault(server.no_such_method)


@xmlrpc.operation("Fault: server.add(1)")
def wrong_number_of_arguments(server: ServerProxy, env: Environment) -> str:
    return _fault(server.add, 1)


@xmlrpc.operation("Fault: server.div(1, 0)")
def division_by_zero(server: ServerProxy, env: Environment) -> str:
    return _fault(server.div, 1, 0).rpartition(":")[0]


@xmlrpc.operation("ProtocolError: a path that takes no calls")
def protocol_error(server: ServerProxy, env: Environment) -> str:
    with proxy(env, "/status/404") as elsewhere:
        try:
            elsewhere.add(1, 2)
        except ProtocolError as error:
            return f"{error.errcode} {error.errmsg}"
    return "answered"


@xmlrpc.operation("ServerProxy(url + '/')")
def root(server: ServerProxy, env: Environment) -> str:
    with proxy(env, "/") as other:
        return repr(other.add(3, 5))


@xmlrpc.operation("ServerProxy(url, headers=[…])")
def headers(server: ServerProxy, env: Environment) -> str:
    with proxy(env, headers=[("X-Lesson", "14")]) as other:
        return repr(other.add(3, 5))


@xmlrpc.operation("ServerProxy(url, encoding='koi8-r')")
def encoding(server: ServerProxy, env: Environment) -> str:
    with proxy(env, encoding="koi8-r") as other:
        return echoed(other, "Привет")


@xmlrpc.operation("ServerProxy(url with user:password@)", note="no password is asked for")
def user_and_password(server: ServerProxy, env: Environment) -> str:
    context = None if env.way == "http" else env.trust
    with ServerProxy(url(env, user="ann:secret@"), context=context) as other:
        return repr(other.add(3, 5))


@xmlrpc.operation("ServerProxy(url, verbose=True)")
def verbose(server: ServerProxy, env: Environment) -> str:
    with redirect_stdout(io.StringIO()) as dialogue, proxy(env, verbose=True) as other:
        other.add(3, 5)
    return "the dialogue on stdout" if "<methodResponse>" in dialogue.getvalue() else "nothing"


@xmlrpc.operation("server('close')()", note="the next call opens a new connection")
def close(server: ServerProxy, env: Environment) -> str:
    server.add(1, 1)
    server("close")()
    return repr(server.add(3, 5))


def _fault(method: Any, *arguments: Any) -> str:
    try:
        return repr(method(*arguments))
    except Fault as fault:
        return f"{fault.faultCode}: {fault.faultString}"
