"""The stand-in for a browser: what it says, what it keeps, and its exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.redirection.browser import show
from tests.conftest import Serve


def test_pages(serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = serve(http={}).endpoint("http").address
    pages = tmp_path / "a folder" / "pages"
    assert show(f"http://{address}/html", pages) == 0
    assert show(f"http://{address}/status/404?x=%2F..%2F", pages) == 0
    assert show(f"{address}/image/png", pages) == 0
    first, second, _ = capsys.readouterr().err.splitlines()
    kept = pages / f"{address.replace(':', '-')}-html.html"
    assert first.startswith(f"browser: http://{address}/html: 200 OK, {kept.stat().st_size} octets")
    assert first.endswith(f", kept in {kept}")
    assert ": 404 Not Found, " in second
    assert {path.parent for path in pages.rglob("*")} == {pages}
    assert (pages / f"{address.replace(':', '-')}-image-png.html").read_bytes().startswith(b"\x89PNG")


def test_a_page_of_one_s_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><title>My\n page</title></html>")
    assert show(page.as_uri(), tmp_path / "pages") == 0
    assert show(str(page), tmp_path / "pages") == 0
    for line in capsys.readouterr().err.splitlines():
        assert f'read, {page.stat().st_size} octets, "My page", kept in ' in line


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "127.0.0.1:1/x", "nonsense:x", "http://[x/", ""])
def test_nothing_to_show(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(url, tmp_path) == 1
    assert capsys.readouterr().err.startswith(f"browser: {url}: ")
