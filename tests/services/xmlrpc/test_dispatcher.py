"""Requests and answers as octets: no HTTP, no threads."""

from __future__ import annotations

import xmlrpc.client
from datetime import datetime
from typing import Any
from xmlrpc.client import Binary, DateTime, Fault
from xmlrpc.server import SimpleXMLRPCDispatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.services.xmlrpc.dispatcher import Call, Dispatcher
from sandbox.services.xmlrpc.functions import standard


def dispatcher(
    *, allow_none: bool = False, builtin: bool = False, limit: int = 1 << 20, **functions: Any
) -> Dispatcher:
    return Dispatcher(
        standard(lambda: 1_000_000_000.0, 1.0) | functions,
        allow_none=allow_none,
        use_builtin_types=builtin,
        max_response=limit,
    )


def called(server: Dispatcher, method: str, *arguments: Any) -> Any:
    """The value a client gets; raises Fault."""
    body = xmlrpc.client.dumps(arguments, method, allow_none=True).encode()
    (value,), _ = xmlrpc.client.loads(Call(server, body).run())
    return value


def fault_of(server: Dispatcher, body: bytes) -> Fault:
    call = Call(server, body)
    with pytest.raises(Fault) as caught:
        xmlrpc.client.loads(call.run())
    assert call.outcome == f"fault {caught.value.faultCode}: {caught.value.faultString}"
    return caught.value


VALUES = [
    0,
    -(2**31),
    2**31 - 1,
    True,
    False,
    1.5,
    "",
    "text <&> \n ж 𝄞",
    DateTime(datetime.fromisoformat("2024-02-29T12:30:01")),
    Binary(b"\0\xff\r\n"),
    [],
    [1, "two", [3.0, [False]]],
    {},
    {"a": 1, "b": {"c": [Binary(b"x")]}},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_echo_of_every_type(value: object) -> None:
    echoed = called(dispatcher(), "echo", value)
    assert echoed == value
    assert type(echoed) is type(value)


@pytest.mark.parametrize(
    ("method", "arguments", "result"),
    [
        ("add", (3, 5), 8),
        ("add", (0.5, 1), 1.5),
        ("add", ("py", "thon"), "python"),
        ("sub", (3, 5), -2),
        ("subtract", (7, 3), 4),
        ("mul", (4, 5), 20),
        ("multiply", (7, 3), 21),
        ("divide", (7, 3), 2),
        ("pow", (2, 9), 512),
        ("pow", (2, -1), 0.5),
        ("pow", (2, 0.5), 2**0.5),
        ("pow", (-2, 31), -(2**31)),
        ("pow", (3, 4, 5), 1),
        ("pow", (1, 2**31 - 1), 1),
        ("is_even", (3,), False),
        ("is_even", (100,), True),
        ("sleep", (0,), 0),
    ],
)
def test_functions_of_the_lessons(method: str, arguments: tuple[Any, ...], result: object) -> None:
    value = called(dispatcher(), method, *arguments)
    assert value == result
    assert type(value) is type(result)


def test_today_is_the_clock_of_the_sandbox() -> None:
    expected = datetime.fromtimestamp(1_000_000_000.0)  # noqa: DTZ006 — local time is meant
    assert called(dispatcher(), "today") == expected
    assert called(dispatcher(), "currentTime.getCurrentTime") == expected


def test_picture() -> None:
    assert called(dispatcher(), "python_logo").data.startswith(b"\x89PNG\r\n")


class TestFaultsAreThoseOfTheStandardLibrary:
    """Clients compare the texts, so they are compared with those of the standard library's own server."""

    @pytest.fixture
    def reference(self) -> SimpleXMLRPCDispatcher:
        reference = SimpleXMLRPCDispatcher()
        for name, function in dispatcher().functions.items():
            reference.register_function(function, name)
        reference.register_multicall_functions()
        return reference

    @pytest.mark.parametrize(
        "body",
        [
            xmlrpc.client.dumps((), "no.such").encode(),
            xmlrpc.client.dumps((1,), "add").encode(),
            xmlrpc.client.dumps((1, "x"), "add").encode(),
            xmlrpc.client.dumps((1, 0), "div").encode(),
            xmlrpc.client.dumps((2**31 - 1, 1), "add").encode(),
            xmlrpc.client.dumps((None,), "echo", allow_none=True).encode(),
            xmlrpc.client.dumps((7, "on purpose <&>"), "fail").encode(),
            xmlrpc.client.dumps((-1, 0.5), "pow").encode(),
            xmlrpc.client.dumps((2, 10, 0), "pow").encode(),
            b"",
            b"not xml",
            b"<methodCall><methodName>add</methodName>",
            b"<methodCall><params/></methodCall>",
            b"<other/>",
            b"<methodCall><methodName>\x01</methodName></methodCall>",
            b"<?xml version='1.0' encoding='no-such'?><methodCall/>",
            xmlrpc.client.dumps(Fault(3, "a fault as a request")).encode(),
        ],
    )
    def test_text(self, reference: SimpleXMLRPCDispatcher, body: bytes) -> None:
        with pytest.raises(Fault) as expected:
            xmlrpc.client.loads(reference._marshaled_dispatch(body))
        fault = fault_of(dispatcher(), body)
        assert (fault.faultCode, fault.faultString) == (expected.value.faultCode, expected.value.faultString)


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_answers_are_always_xml() -> None:
    def say(number: int) -> str:
        return f"<{chr(number)}>"

    def shout(number: int) -> None:
        raise ValueError(f"<{chr(number)}>")

    def fall() -> None:
        raise UnspeakableError

    server = dispatcher(say=say, shout=shout, fall=fall)
    assert called(server, "say", 0x10FFFF) == "<\U0010ffff>"
    for number in (0, 0x1F, 0xD800, 0xFFFF):
        with pytest.raises(Fault, match="has no place in XML"):
            called(server, "say", number)
        with pytest.raises(Fault) as caught:
            called(server, "shout", number)
        assert (
            caught.value.faultString
            == f"<class 'ValueError'>:<{chr(number)}>".encode("unicode_escape").decode()
        )
    with pytest.raises(Fault, match=r"UnspeakableError'>:\(no text\)"):
        called(server, "fall")


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("pow", (9, 900_000)), ("pow", (-9, 2**31 - 1)), ("pow", (2, 64)), ("pow", (2, "9" * 1000, 7))],
)
def test_results_too_large_to_send_are_not_computed(method: str, arguments: tuple[Any, ...]) -> None:
    texts = "".join(f"<param><value><int>{argument}</int></value></param>" for argument in arguments)
    body = f"<methodCall><methodName>{method}</methodName><params>{texts}</params></methodCall>".encode()
    assert fault_of(dispatcher(), body).faultString == "<class 'OverflowError'>:int exceeds XML-RPC limits"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("mul", ("x", 10**9)), ("is_even", ("%1000000000d",)), ("sleep", (2,)), ("sleep", (-1,))],
)
def test_functions_are_no_way_to_fill_the_memory_or_the_time(method: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(Fault, match=r"a number is needed|sleep takes 0 to 1 seconds"):
        called(dispatcher(), method, *arguments)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE x [<!ENTITY a "aaaa">]>', "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'],
)
def test_document_types_are_refused_in_any_encoding(doctype: str, encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>{doctype}<methodCall><methodName>echo</methodName></methodCall>"
    assert (
        "a document type declaration is not allowed"
        in fault_of(dispatcher(), text.encode(encoding)).faultString
    )


def test_none_when_allowed() -> None:
    assert called(dispatcher(allow_none=True), "echo", None) is None
    with pytest.raises(Fault, match="cannot marshal None unless allow_none is enabled"):
        called(dispatcher(), "echo", None)


def test_builtin_types_for_functions() -> None:
    seen: list[object] = []
    server = dispatcher(builtin=True, see=lambda *values: seen.extend(values) or True)
    values = [datetime.fromisoformat("2024-01-02T00:00:00"), b"bytes"]
    called(server, "see", *values)
    assert seen == values


def test_large_answers_become_faults() -> None:
    server = dispatcher(limit=1000, many=lambda count: ["x"] * count)
    assert called(server, "many", 5) == ["x"] * 5
    with pytest.raises(Fault, match="the answer has more than 1000 octets"):
        called(server, "many", 1000)
    with pytest.raises(Fault, match="the answer has more than 1000 octets"):
        called(server, "echo", "&" * 600)  # five times as long once it is escaped


def test_multicall() -> None:
    calls = [
        {"methodName": "add", "params": [1, 2]},
        {"methodName": "no.such", "params": []},
        {"methodName": "fail", "params": [9, "mine"]},
        {"methodName": "system.multicall", "params": [[]]},
        {"params": []},
        "nonsense",
        {"methodName": "is_even", "params": [2]},
    ]
    results = called(dispatcher(), "system.multicall", calls)
    assert results[0] == [3]
    assert results[1] == {
        "faultCode": 1,
        "faultString": "<class 'Exception'>:method \"no.such\" is not supported",
    }
    assert results[2] == {"faultCode": 9, "faultString": "mine"}
    assert "a multicall cannot contain another" in results[3]["faultString"]
    assert results[4]["faultString"].startswith("<class 'KeyError'>")
    assert results[5]["faultString"].startswith("<class 'TypeError'>")
    assert results[6] == [True]


def test_multicall_stops_when_its_answer_is_too_large() -> None:
    count = 0

    def large() -> str:
        nonlocal count
        count += 1
        return "x" * 100_000

    server = dispatcher(limit=1 << 20, large=large)
    with pytest.raises(Fault, match="the answer has more than"):
        called(server, "system.multicall", [{"methodName": "large", "params": []}] * 1000)
    assert count <= 11


def test_multicall_that_nobody_waits_for_ends() -> None:
    count = 0

    def leave() -> int:
        nonlocal count
        count += 1
        call.abandoned = True
        return count

    calls = [{"methodName": "leave", "params": []}] * 5
    call = Call(dispatcher(leave=leave), xmlrpc.client.dumps((calls,), "system.multicall").encode())
    call.run()
    assert count == 1


def test_introspection() -> None:
    def undocumented(x, *rest):  # type: ignore[no-untyped-def]
        return x

    def several(text: str | int, where: dict[str, int], *, loud: bool = False) -> list[str] | None:
        """Several signatures."""
        return None

    server = dispatcher(undocumented=undocumented, several=several)
    names = called(server, "system.listMethods")
    assert names == sorted(names)
    assert {"add", "pow", "is_even", "system.listMethods", "system.methodHelp", "system.multicall"} <= set(
        names
    )
    assert called(server, "system.methodHelp", "is_even") == "Whether n is even."
    assert called(server, "system.methodHelp", "undocumented") == ""
    assert called(server, "system.methodHelp", "no.such") == ""
    signature = "system.methodSignature"
    assert called(server, signature, "is_even") == [["boolean", "int"]]
    assert called(server, signature, "add") == [["int", "int", "int"], ["double", "double", "double"]]
    assert called(server, signature, "pow")[:2] == [["int", "int", "int"], ["int", "int", "int", "int"]]
    assert ["dateTime.iso8601", "dateTime.iso8601"] in called(server, signature, "echo")
    assert called(server, signature, "today") == [["dateTime.iso8601"]]
    assert called(server, signature, "several") == [
        ["array", "string", "struct"],
        ["array", "int", "struct"],
        ["nil", "string", "struct"],
        ["nil", "int", "struct"],
    ]
    assert called(server, signature, "system.methodSignature") == [["array", "string"], ["string", "string"]]
    assert called(server, signature, "undocumented") == "undef"
    assert called(server, signature, "no.such") == "undef"


@pytest.mark.parametrize("depth", [500, 20_000])
def test_deep_nesting(depth: int) -> None:
    inner = "<value><array><data>" * depth + "</data></array></value>" * depth
    body = f"<methodCall><methodName>echo</methodName><params><param>{inner}</param></params></methodCall>"
    call = Call(dispatcher(limit=10 << 20), body.encode())
    assert call.run().startswith(b"<?xml")
    assert call.method == "echo"


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), MemoryError("no")])
def test_functions_may_raise_anything(error: BaseException) -> None:
    def explode() -> int:
        raise error

    with pytest.raises(Fault, match=type(error).__name__):
        called(dispatcher(explode=explode), "explode")


def test_results_that_refer_to_themselves() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(Fault, match=r"recursive|octets"):
        called(dispatcher(loop=lambda: loop), "loop")


TAGS = ["methodCall", "params", "param", "value", "array", "data", "struct", "member", "name", "base64"]
PIECES = st.sampled_from(
    [
        *(f"<{tag}>".encode() for tag in TAGS),
        *(f"</{tag}>".encode() for tag in TAGS),
        *(b"<methodName>echo</methodName>", b"<int>1</int>", b"<int>x</int>", b"<nil/>", b"&&"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=20).map(b"".join)))
def test_any_bytes(body: bytes) -> None:
    call = Call(dispatcher(), body)
    octets = call.run()
    assert call.outcome
    try:
        xmlrpc.client.loads(octets)
    except Fault:
        assert call.outcome.startswith("fault")
    else:
        assert call.outcome == "ok"
