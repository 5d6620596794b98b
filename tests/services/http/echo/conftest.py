"""The echo endpoints as clients reach them: the address of a sandbox, and a session of requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from sandbox.background import BackgroundEngine


@pytest.fixture
def base(web: BackgroundEngine) -> str:
    """The URL of the sandbox, without a slash at its end."""
    endpoint = web.endpoint("http")
    return f"http://{endpoint.host}:{endpoint.port}"


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A session that knows nothing of the machine's proxies and passwords."""
    with requests.Session() as made:
        made.trust_env = False
        yield made
