"""urllib's ftp:// URLs, which come by ftplib."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Opened
from tests.conftest import Serve
from tests.services.ftp.client import exists, put


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    running = serve(ftp={})
    put(running, "/pub/hello.txt", b"Hello,\nworld!\n")
    put(running, "/home/ann/own file.txt", b"own")
    return running


@pytest.fixture
def base(sandbox: BackgroundEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The root of all URLs; no proxy of the environment is asked."""
    monkeypatch.setenv("no_proxy", "*")
    endpoint = sandbox.endpoint("ftp")
    yield f"{endpoint.host}:{endpoint.port}"
    urllib.request.urlcleanup()


def test_a_file(base: str) -> None:
    with urllib.request.urlopen(f"ftp://{base}/pub/hello.txt", timeout=5) as answer:
        assert answer.read() == b"Hello,\nworld!\n"
        assert answer.headers["Content-length"] == "14"
        assert answer.headers["Content-type"] == "text/plain"


@pytest.mark.parametrize(("kind", "content"), [("i", b"Hello,\nworld!\n"), ("a", b"Hello,\r\nworld!\r\n")])
def test_a_file_of_a_type(base: str, kind: str, content: bytes) -> None:
    with urllib.request.urlopen(f"ftp://{base}/pub/hello.txt;type={kind}", timeout=5) as answer:
        assert answer.read() == content


@pytest.mark.parametrize("path", ["", "/", "/;type=d"])
def test_a_directory(base: str, path: str) -> None:
    with urllib.request.urlopen(f"ftp://{base}/pub{path}", timeout=5) as answer:
        assert b"hello.txt" in answer.read()


def test_a_file_of_a_user(base: str) -> None:
    with urllib.request.urlopen(f"ftp://ann:secret@{base}/own%20file.txt", timeout=5) as answer:
        assert answer.read() == b"own"


def test_the_path_of_a_guest_counts_from_the_root(base: str) -> None:
    with urllib.request.urlopen(f"ftp://{base}/pub/hello.txt", timeout=5) as answer:
        assert answer.read() == b"Hello,\nworld!\n"


def test_the_path_of_a_user_counts_from_the_home_unless_it_says_otherwise(base: str) -> None:
    with urllib.request.urlopen(f"ftp://bob:x@{base}/%2Fhome/ann/own%20file.txt", timeout=5) as answer:
        assert answer.read() == b"own"


def test_a_missing_file_is_an_error_and_not_made(sandbox: BackgroundEngine, base: str) -> None:
    handler = urllib.request.CacheFTPHandler()  # the other handler forgets its socket after an error
    with pytest.raises(urllib.error.URLError, match="550"):
        urllib.request.build_opener(handler).open(f"ftp://{base}/pub/missing.txt", timeout=5)
    handler.clear_cache()
    assert not exists(sandbox, "/pub/missing.txt")


def test_a_cached_connection_is_used_again(sandbox: BackgroundEngine, base: str) -> None:
    handler = urllib.request.CacheFTPHandler()
    opener = urllib.request.build_opener(handler)
    try:
        for _ in range(3):
            with opener.open(f"ftp://{base}/pub/hello.txt", timeout=5) as answer:
                assert answer.read() == b"Hello,\nworld!\n"
        with opener.open(f"ftp://{base}/pub/", timeout=5) as answer:
            assert b"hello.txt" in answer.read()
    finally:
        handler.clear_cache()
    opened = sandbox.call(
        lambda s: [e for e in s.journal if isinstance(e.event, Opened) and e.event.listener == "main"]
    )
    assert len(opened) == 1
