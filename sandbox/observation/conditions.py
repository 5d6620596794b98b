"""What can be said about each kind of things, as keyword arguments; see :mod:`sandbox.observation.rules`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from sandbox.observation.calls import Call
from sandbox.observation.files import Upload
from sandbox.observation.http import Request
from sandbox.observation.mail import Mail
from sandbox.observation.rules import DataRule, NameRule, PartRule, TextRule
from sandbox.observation.streams import Datagram, Stream


class MailConditions(TypedDict, total=False):
    """``to`` and ``sender`` are those of the envelope, ``attachment`` is the name of one of them."""

    to: NameRule
    sender: NameRule
    subject: TextRule
    text: TextRule
    html: TextRule
    headers: PartRule
    attachment: NameRule
    user: NameRule
    where: Callable[[Mail], object]


class RequestConditions(TypedDict, total=False):
    """Of ``query``, ``headers``, ``json`` and ``form`` only the members count that are named."""

    method: NameRule
    path: NameRule
    host: NameRule
    target: NameRule
    query: PartRule
    headers: PartRule
    body: TextRule | DataRule
    json: Any
    form: PartRule
    status: int
    where: Callable[[Request], object]


class CallConditions(TypedDict, total=False):
    """``outcome`` is ``ok``, or ``fault`` with its code and text."""

    method: NameRule
    params: Sequence[Any]
    outcome: TextRule
    result: Any
    where: Callable[[Call], object]


class UploadConditions(TypedDict, total=False):
    """``path`` is the whole path or its last part."""

    path: NameRule
    user: NameRule
    content: DataRule
    text: TextRule
    where: Callable[[Upload], object]


class StreamConditions(TypedDict, total=False):
    """``data`` is what the client sent."""

    listener: NameRule
    data: DataRule
    where: Callable[[Stream], object]


class DatagramConditions(TypedDict, total=False):
    """``data`` is what the datagram has in it."""

    listener: NameRule
    data: DataRule
    where: Callable[[Datagram], object]
