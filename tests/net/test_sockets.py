"""Addresses that listeners get, and what happens when there are none."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator

import pytest

from sandbox.errors import ListenError
from sandbox.net.sockets import bind
from sandbox.settings.models import Binding

resource = pytest.importorskip("resource", reason="this system has no limits for files")


@pytest.fixture
def few_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("few_files")
def test_nothing_stays_open_when_all_ports_are_to_be_avoided() -> None:
    binding = Binding(name="main", transport="tcp", host="127.0.0.1", port=0)
    before = open_sockets()
    with pytest.raises(ListenError):
        bind("toy", binding, avoid=range(65536))
    assert open_sockets() <= before


def open_sockets() -> set[int]:
    return {
        each.fileno() for each in gc.get_objects() if isinstance(each, socket.socket) and each.fileno() >= 0
    }
