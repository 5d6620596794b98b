"""The functions every client finds: those of the lessons, and some to try out types, faults and waiting."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from xmlrpc.client import Binary, DateTime, Fault

from sandbox.services.xmlrpc.extensions import Functions

Number = TypeVar("Number", int, float)
#: Everything XML-RPC can carry.
Value = TypeVar("Value", int, bool, float, str, datetime, bytes, list[Any], dict[str, Any])

MAX_BITS = 1024  # of the operands of pow with a modulus; larger ones keep the interpreter busy for seconds
TOO_LARGE = "int exceeds XML-RPC limits"  # what the standard library says

# Any, so that None does not stand among the types of the signature.
_LEFT_OUT: Any = None

_LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAQMAAABJtOi3AAAABlBMVEU3dqv/1Du6J9hjAAAAUUlEQVR42i3MsQ3AMAhEUZALSo/A"
    "KB6NVTOCy3SX+1IoXnH6IuK/hAUFGxpOxBMTeUMmYclbiQwaDgzIJCwo2K/pO85gQN6ciUxk8jfTcGDMB0gQNoUJNr96AAAAAElF"
    "TkSuQmCC"
)


def standard(clock: Callable[[], float], longest_sleep: float) -> Functions:
    """All of them by name; ``clock`` returns seconds since the epoch, ``longest_sleep`` is in seconds."""

    def today() -> DateTime:
        """The date and time of the sandbox, in its time zone."""
        return DateTime(datetime.fromtimestamp(clock(), UTC).astimezone())

    def sleep(seconds: float) -> float:
        """Returns after so many seconds, and other calls are not kept waiting."""
        if not 0 <= seconds <= longest_sleep:
            raise ValueError(f"sleep takes 0 to {longest_sleep:g} seconds")
        time.sleep(seconds)
        return seconds

    arithmetic = {
        "add": add,
        "sub": sub,
        "subtract": sub,
        "mul": mul,
        "multiply": mul,
        "div": div,
        "divide": div,
    }
    return arithmetic | {
        "pow": power,
        "is_even": is_even,
        "echo": echo,
        "fail": fail,
        "sleep": sleep,
        "today": today,
        "currentTime.getCurrentTime": today,
        "python_logo": python_logo,
    }


def add(x: Number, y: Number) -> Number:
    """The sum of x and y."""
    return x + y


def sub(x: Number, y: Number) -> Number:
    """The difference of x and y."""
    return x - y


def mul(x: Number, y: Number) -> Number:
    """The product of x and y."""
    _check_numbers(x, y)  # "x" * 1_000_000_000 would fill the memory
    return x * y


def div(x: Number, y: Number) -> Number:
    """The quotient of x and y, rounded down."""
    return x // y


def power(x: Number, y: Number, modulus: int = _LEFT_OUT) -> Number:
    """x to the power y; with a modulus the remainder of that."""
    _check_numbers(x, y)
    if modulus is not _LEFT_OUT:
        _check_numbers(modulus)
    result: Number = _power(x, y) if modulus is _LEFT_OUT else _power_modulo(x, y, modulus)
    return result


def is_even(n: int) -> bool:
    """Whether n is even."""
    _check_numbers(n)  # "%1000000000d" % 2 would fill the memory
    return n % 2 == 0


def echo(value: Value) -> Value:
    """The value itself, of whatever type it is."""
    return value


def fail(code: int, text: str) -> None:
    """A fault with this code and text."""
    raise Fault(code, text)


def python_logo() -> Binary:
    """A small picture in PNG format."""
    return Binary(_LOGO)


def _power(x: Any, y: Any) -> Any:
    # Python would hold the interpreter while it computes 9 ** 900000, only to find that it cannot be sent.
    if isinstance(x, int) and isinstance(y, int) and y > 1 and (x.bit_length() - 1) * y > 64:
        raise OverflowError(TOO_LARGE)
    return x**y


def _power_modulo(x: Any, y: Any, modulus: int) -> Any:
    if any(isinstance(operand, int) and operand.bit_length() > MAX_BITS for operand in (x, y, modulus)):
        raise OverflowError(TOO_LARGE)
    return pow(x, y, modulus)


def _check_numbers(*values: object) -> None:
    for value in values:
        if not isinstance(value, int | float):
            raise TypeError(f"a number is needed, not {type(value).__name__}")
