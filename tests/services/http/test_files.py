"""The shared files: listings, ranges, conditions, storing and deleting."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from sandbox.services.http.files import listing
from sandbox.stores.files import FileInfo
from tests.conftest import Serve
from tests.services.http.conftest import Answer, ask, facts, get

TEXT = b"The quick brown fox jumps over the lazy dog.\n"


def store(made: Engine, path: str, content: bytes = TEXT, modified: float = 1_000_000_000.5) -> None:
    place = PurePosixPath(path)
    made.files.make_directories(place.parent)
    writer = made.files.write(place)
    writer.write(content)
    writer.close()
    made.files.touch(place, modified)


@pytest.fixture
def files(web: BackgroundEngine) -> BackgroundEngine:
    """A sandbox with a file at /pub/fox.txt."""
    web.call(lambda made: store(made, "/pub/fox.txt"))
    return web


def test_what_another_service_stored_is_served_at_once(files: BackgroundEngine) -> None:
    answer = get(files, "/files/pub/fox.txt")
    assert (answer.status, answer.body) == (200, TEXT)
    assert answer.headers["Content-Length"] == str(len(TEXT))
    assert answer.headers["Last-Modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert facts(files, "file.sent") == [{"path": "/pub/fox.txt", "size": len(TEXT)}]


def test_every_site_shows_them(files: BackgroundEngine) -> None:
    assert get(files, "/files/pub/fox.txt", host="www.python.org").body == TEXT


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.html", b"<p>", "text/html; charset=utf-8"),
        ("a.txt", "привет".encode(), "text/plain; charset=utf-8"),
        ("a.txt", "привет".encode("cp1251"), "text/plain"),
        ("a.txt", "я".encode() * 40_000, "text/plain; charset=utf-8"),
        ("a.txt", b"a" + "я".encode() * 40_000, "text/plain; charset=utf-8"),
        ("a.png", b"", "image/png"),
        ("a.tar.gz", b"", "application/gzip"),
        ("a.js", b"", "text/javascript; charset=utf-8"),  # so in every Python
        ("a.md", b"", "text/markdown; charset=utf-8"),
        ("a.webp", b"", "image/webp"),
        ("a.unknown", b"", "application/octet-stream"),
        ("noname", b"", "application/octet-stream"),
    ],
)
def test_media_types(web: BackgroundEngine, name: str, content: bytes, media_type: str) -> None:
    web.call(lambda made: store(made, f"/{name}", content))
    answer = get(web, f"/files/{name}")
    assert answer.headers["Content-Type"] == media_type
    assert answer.body == content


def test_a_directory_is_listed_as_by_http_server(files: BackgroundEngine) -> None:
    files.call(lambda made: made.files.make_directories(PurePosixPath("/pub/новые <файлы>")))
    answer = get(files, "/files/pub/")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>Directory listing for /files/pub/</title>" in answer.text
    assert '<li><a href="fox.txt">fox.txt</a></li>' in answer.text
    assert '%3C%D1%84%D0%B0%D0%B9%D0%BB%D1%8B%3E/">новые &lt;файлы&gt;/</a></li>' in answer.text


def test_capitals_are_listed_among_the_others() -> None:
    entries = [FileInfo(PurePosixPath(f"/{name}"), False, 0, 0) for name in ("B", "a", "c")]
    assert re.findall(r'href="(\w)"', listing("/", entries)) == ["a", "B", "c"]


def test_a_name_with_a_colon_is_no_scheme() -> None:
    info = FileInfo(PurePosixPath("/a:b"), False, 0, 0)
    assert 'href="./a%3Ab"' in listing("/", [info])


def test_a_directory_without_slash_is_moved_permanently(files: BackgroundEngine) -> None:
    answer = get(files, "/files/pub?a=b")
    assert (answer.status, answer.headers["Location"]) == (301, "/files/pub/?a=b")


def test_the_folders_of_every_site_are_found_without_their_slash(web: BackgroundEngine) -> None:
    for folder in ("/files", "/mail"):
        answer = get(web, f"{folder}?a=b", host="www.python.org")
        assert (answer.status, answer.headers["Location"]) == (301, f"{folder}/?a=b")


def test_a_redirect_never_leads_to_another_host(serve: Serve) -> None:
    sandbox = serve(http={"files_at": "/"})
    sandbox.call(lambda made: made.files.make_directories(PurePosixPath("/evil.test")))
    assert get(sandbox, "//evil.test").headers["Location"] == "/evil.test/"


def test_a_directory_with_an_index_shows_it(files: BackgroundEngine) -> None:
    files.call(lambda made: store(made, "/pub/index.html", b"<h1>Index</h1>"))
    assert get(files, "/files/pub/").body == b"<h1>Index</h1>"


@pytest.mark.parametrize(
    "path",
    ["/files/none", "/files/pub/fox.txt/", "/files/pub/fox.txt/below", "/files/pub/%00", "/files/pub/%F0%D2"],
)
def test_what_is_not_there(files: BackgroundEngine, path: str) -> None:
    assert get(files, path).status == 404


@pytest.mark.parametrize(
    "path", ["/files/../../pub/fox.txt", "/files/%2e%2e/pub/fox.txt", "/files//pub//./fox.txt"]
)
def test_dots_stay_within_the_tree(files: BackgroundEngine, path: str) -> None:
    assert get(files, path).body == TEXT


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/pub/../../secret.txt"]
)
def test_dots_do_not_leave_the_directory_of_a_site(serve: Serve, path: str) -> None:
    sandbox = serve(http={"sites": {"pub.test": {"directory": "/pub"}}})
    sandbox.call(lambda made: store(made, "/secret.txt", b"secret"))
    sandbox.call(lambda made: store(made, "/pub/fox.txt"))
    assert get(sandbox, "/fox.txt", host="pub.test").body == TEXT
    assert get(sandbox, path, host="pub.test").status == 404


def test_nothing_outside_a_real_directory_is_served(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "served"
    root.mkdir()
    (root / "fox.txt").write_bytes(TEXT)
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    sandbox = serve(http={}, files={"directory": str(root)})
    assert get(sandbox, "/files/fox.txt").body == TEXT
    for path in ("/files/link.txt", "/files/../secret.txt", "/files/%2e%2e/secret.txt"):
        assert get(sandbox, path).status in (403, 404)


def test_names_that_are_no_text_do_not_spoil_a_listing(serve: Serve, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_bytes(TEXT)
    sandbox = serve(http={}, files={"directory": str(tmp_path)})
    assert b'<li><a href="%FF.txt">' in get(sandbox, "/files/").body
    assert get(sandbox, "/files/%FF.txt").body == TEXT
    assert facts(sandbox, "file.sent") == [{"path": r"/\xff.txt", "size": len(TEXT)}]
    assert ask(sandbox, "PUT", "/files/%FF.txt", body=b"new").status == 204


OLD, SAME = "Sun, 09 Sep 2001 01:46:39 GMT", "Sun, 09 Sep 2001 01:46:40 GMT"


@pytest.mark.parametrize(
    ("method", "path", "field", "value", "status"),
    [
        ("GET", "fox.txt", "If-Unmodified-Since", SAME, 200),
        ("GET", "fox.txt", "If-Unmodified-Since", OLD, 412),
        ("GET", "fox.txt", "If-Match", "*", 200),
        ("HEAD", "fox.txt", "If-Match", '"tag"', 412),
        ("GET", "fox.txt", "If-None-Match", "*", 304),
        ("GET", "fox.txt", "If-None-Match", '"tag"', 200),
        ("PUT", "fox.txt", "If-None-Match", "*", 412),
        ("PUT", "new.txt", "If-None-Match", "*", 201),
        ("PUT", "fox.txt", "If-Unmodified-Since", OLD, 412),
        ("PUT", "fox.txt", "If-Unmodified-Since", "no time", 204),
        ("PUT", "fox.txt", "If-Modified-Since", SAME, 204),
        ("PUT", "new.txt", "If-Match", "*", 412),
        ("DELETE", "fox.txt", "If-Match", '"tag"', 412),
        ("DELETE", "fox.txt", "If-Unmodified-Since", SAME, 204),
    ],
    ids=str,
)
def test_conditions(
    files: BackgroundEngine, method: str, path: str, field: str, value: str, status: int
) -> None:
    assert ask(files, method, f"/files/pub/{path}", headers={field: value}).status == status


def test_a_range(files: BackgroundEngine) -> None:
    answer = get(files, "/files/pub/fox.txt", Range="bytes=4-8")
    assert (answer.status, answer.body) == (206, b"quick")
    assert answer.headers["Content-Range"] == f"bytes 4-8/{len(TEXT)}"
    answer = get(files, "/files/pub/fox.txt", Range=f"bytes={len(TEXT)}-")
    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(TEXT)}")


def test_a_range_of_what_has_changed_is_all_of_it(files: BackgroundEngine) -> None:
    date = "Sun, 09 Sep 2001 01:46:40 GMT"
    assert get(files, "/files/pub/fox.txt", Range="bytes=0-2", If_Range=date).status == 206
    for other in ("Sun, 09 Sep 2001 01:46:41 GMT", '"tag"'):
        assert get(files, "/files/pub/fox.txt", Range="bytes=0-2", If_Range=other).status == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 09 Sep 2001 01:46:40 GMT", 304),
        ("Sun, 09 Sep 2001 01:46:39 GMT", 200),
        ("Sunday, 09-Sep-01 01:46:40 GMT", 304),
        ("Sun Sep  9 01:46:40 2001", 304),  # asctime, the third of the formats there have been
        ("Sun Sep  9 01:46:39 2001", 200),
        ("nonsense", 200),
        ("Sun, 99 Sep 9999999 01:46:40 GMT", 200),
    ],
)
def test_if_modified_since(files: BackgroundEngine, since: str, status: int) -> None:
    answer = get(files, "/files/pub/fox.txt", If_Modified_Since=since)
    assert answer.status == status
    assert answer.body == (b"" if status == 304 else TEXT)


def put(sandbox: BackgroundEngine, path: str, body: Any = TEXT, **headers: str) -> Answer:
    return ask(sandbox, "PUT", path, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_put_stores_and_delete_deletes(web: BackgroundEngine) -> None:
    path = "/files/new/%D0%B0.txt"
    assert put(web, path, b"first").status == 201
    assert put(web, path, b"second").status == 204
    assert get(web, path).body == b"second"
    assert web.call(lambda made: made.files.stat(PurePosixPath("/new/а.txt")).size) == 6
    assert ask(web, "DELETE", path).status == 204
    assert ask(web, "DELETE", path).status == 404
    assert ask(web, "DELETE", "/files/new/").status == 204
    assert [fact["path"] for fact in facts(web, "file.stored")] == ["/new/а.txt"] * 2
    assert [fact["path"] for fact in facts(web, "file.deleted")] == ["/new/а.txt", "/new"]


def test_what_cannot_be_stored(files: BackgroundEngine) -> None:
    assert put(files, "/files/pub/").status == 409
    assert put(files, "/files/pub").status == 409
    assert put(files, "/files/pub/fox.txt/below").status == 409
    assert put(files, "/files/new", Content_Range="bytes 0-4/45").status == 400
    assert ask(files, "DELETE", "/files/pub/").status == 409
    assert ask(files, "DELETE", "/files/").status in (403, 409)
    assert get(files, "/files/pub/fox.txt").body == TEXT


def test_a_full_tree(serve: Serve) -> None:
    sandbox = serve(http={}, files={"max_bytes": 10, "samples": False})
    assert put(sandbox, "/files/a", bytes(11)).status == 507


def test_an_upload_that_breaks_off_stores_nothing(files: BackgroundEngine) -> None:
    from tests.conftest import raw_client

    with raw_client(files, "http") as sock:
        sock.sendall(b"PUT /files/pub/fox.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
    files.wait_for(lambda entry: getattr(entry.event, "name", "") == "request.abandoned")
    assert get(files, "/files/pub/fox.txt").body == TEXT


def test_files_that_are_only_read(serve: Serve) -> None:
    sandbox = serve(http={"files_writable": False})
    answer = put(sandbox, "/files/a")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert ask(sandbox, "POST", "/files/a").status == 405


def test_files_elsewhere_or_nowhere(serve: Serve) -> None:
    assert get(serve(http={"files_at": "/shared/"}), "/shared/").status == 200
    assert get(serve(http={"files_at": ""}), "/files/").status == 404


def test_a_large_file_is_sent_in_blocks(files: BackgroundEngine) -> None:
    content = bytes(range(256)) * 8192
    files.call(lambda made: store(made, "/large", content))
    assert get(files, "/files/large").body == content


def test_a_listed_name_leads_to_its_file(files: BackgroundEngine) -> None:
    import re
    from urllib.parse import urljoin

    for name in ("a b", "ж", "q?", "h#", "p%41", "a&b", '"', "a:b"):
        files.call(lambda made, name=name: store(made, f"/names/{name}", name.encode()))
    page = get(files, "/files/names/")
    links = re.findall(r'<a href="(.*?)">', page.text)
    assert {get(files, urljoin("/files/names/", link)).text for link in links} == {
        "a b", "ж", "q?", "h#", "p%41", "a&b", '"', "a:b",
    }  # fmt: skip
