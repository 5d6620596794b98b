"""The lessons' FTP scripts: the same calls, with our host, port and names."""

from __future__ import annotations

import urllib.request
from ftplib import FTP
from pathlib import Path, PurePosixPath

from sandbox.background import BackgroundEngine
from tests.conftest import Serve


def read(sandbox: BackgroundEngine, path: str) -> bytes:
    return sandbox.call(lambda s: s.files.read(PurePosixPath(path)).read(1000))


def test_upload_into_a_directory_nobody_made(serve: Serve, tmp_path: Path) -> None:
    sandbox = serve(ftp={})
    endpoint = sandbox.endpoint("ftp")
    local = tmp_path / "local_file.txt"
    local.write_bytes(b"what the lesson uploads\n")

    ftp = FTP()
    assert ftp.connect(endpoint.host, endpoint.port).startswith("220")
    assert ftp.login("username", "password").startswith("230")
    assert ftp.cwd("/remote/directory").startswith("250")
    with local.open("rb") as file:
        assert ftp.storbinary("STOR remote_file.txt", file).startswith("226")
    assert ftp.nlst() == ["remote_file.txt"]
    assert ftp.quit().startswith("221")

    assert read(sandbox, "/remote/directory/remote_file.txt") == local.read_bytes()


def test_the_upload_is_served_by_http(serve: Serve, tmp_path: Path) -> None:
    sandbox = serve(ftp={}, http={})
    endpoint = sandbox.endpoint("ftp")
    with FTP() as ftp:
        ftp.connect(endpoint.host, endpoint.port)
        ftp.login("username", "password")
        ftp.cwd("/remote/directory")
        with Path(__file__).open("rb") as file:
            ftp.storbinary("STOR remote_file.txt", file)
    web = sandbox.endpoint("http")
    url = f"http://{web.address}/files/remote/directory/remote_file.txt"
    with urllib.request.urlopen(url, timeout=5) as answer:
        assert answer.read() == Path(__file__).read_bytes()


def test_urlopen_of_an_ftp_address(serve: Serve) -> None:
    sandbox = serve(ftp={}, files={"samples": True})
    endpoint = sandbox.endpoint("ftp")
    with urllib.request.urlopen(f"ftp://{endpoint.address}/pub/hello.txt", timeout=5) as answer:
        assert answer.read() == b"Hello, world!\n"
    urllib.request.urlcleanup()


def test_the_cache_ftp_handler(serve: Serve) -> None:
    sandbox = serve(ftp={}, files={"samples": True})
    endpoint = sandbox.endpoint("ftp")
    handler = urllib.request.CacheFTPHandler()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), handler)
    opener.addheaders = [("User-agent", "Mozilla/5.0")]
    for _ in range(2):
        with opener.open(f"ftp://{endpoint.address}/pub/hello.txt", timeout=5) as answer:
            assert answer.read(100) == b"Hello, world!\n"
    handler.clear_cache()
