"""A sandbox with the control service, and somebody who asks it."""

from __future__ import annotations

import json
import smtplib
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from tests.conftest import Serve

MAIL = (
    "From: Ann <ann@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: Hello\r\n"
    "Message-ID: <one@example.org>\r\nDate: Sat, 21 Nov 2026 12:00:00 +0100\r\n\r\nHello, Bob!\r\n"
)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Control:
    """The sandbox, and its control interface."""

    sandbox: BackgroundEngine

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox.endpoint('control').port}"

    def ask(self, path: str, method: str = "GET", body: Any = None, **fields: str) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in fields.items()
        }
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def get(self, path: str) -> Any:
        answer = self.ask(path)
        assert answer.status == 200, answer
        return answer.json

    def send(self, content: str = MAIL, *recipients: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.sandbox.endpoint("smtp").port) as smtp:
            smtp.sendmail("ann@example.org", recipients or ["bob@example.org"], content.encode())


@pytest.fixture
def control(serve: Serve) -> Control:
    return Control(serve(smtp={}, imap={}, pop3={}, http={}, control={"names": ["sandbox"]}))
