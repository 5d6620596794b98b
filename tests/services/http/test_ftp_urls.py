"""``ftp://`` URLs through the proxy: what an FTP server would show that user."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from ftplib import FTP
from typing import Any

import pytest

from sandbox.background import BackgroundEngine
from tests.conftest import Serve
from tests.services.http.conftest import Answer, ask, facts

ACCOUNTS = {"mode": "listed", "users": {"ann": {"password": "se:cr@t"}}}
LOGIN = "ann:se%3Acr%40t"


@pytest.fixture
def world(serve: Serve) -> BackgroundEngine:
    """One file at the root and one at home, put there by FTP."""
    sandbox = serve(http={}, ftp={}, accounts=ACCOUNTS)
    store(sandbox, "anonymous", "", {"/pub/über uns.txt": b"one\ntwo\r\nthree\n", "/pub/a?b": b"\0\1\2"})
    store(sandbox, "ann", "se:cr@t", {"notes.txt": b"at home\n", "in/here.html": b"<p>"})
    return sandbox


def store(sandbox: BackgroundEngine, user: str, password: str, files: dict[str, bytes]) -> None:
    endpoint = sandbox.endpoint("ftp")
    with FTP() as client:
        client.connect(endpoint.host, endpoint.port, timeout=5)
        client.login(user, password)
        home = client.pwd()
        for path, content in files.items():
            client.cwd(home)
            client.cwd(path.rpartition("/")[0] or ".")
            client.storbinary(f"STOR {path.rpartition('/')[2]}", io.BytesIO(content))


def get(sandbox: BackgroundEngine, url: str, method: str = "GET", **headers: str) -> Answer:
    return ask(
        sandbox, method, url, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.fixture
def opener(world: BackgroundEngine, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("no_proxy", "")
    endpoint = world.endpoint("http")
    proxy = urllib.request.ProxyHandler({"ftp": f"http://{endpoint.host}:{endpoint.port}"})
    return urllib.request.build_opener(proxy)


def test_urllib_reads_a_file(opener: Any) -> None:
    with opener.open("ftp://ftp.example.com/pub/%C3%BCber%20uns.txt", timeout=5) as answer:
        assert answer.read() == b"one\ntwo\r\nthree\n"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Length"] == "15"
        assert parsedate_to_datetime(answer.headers["Last-Modified"]).tzinfo is not None


def test_urllib_logs_in_and_starts_at_home(opener: Any) -> None:
    with opener.open(f"ftp://{LOGIN}@ftp.example.com/notes.txt", timeout=5) as answer:
        assert answer.read() == b"at home\n"
    with opener.open(f"ftp://{LOGIN}@ftp.example.com/%2Fpub/a%3Fb", timeout=5) as answer:
        assert answer.read() == b"\0\1\2"


@pytest.mark.parametrize("login", ["ann:wrong@", "nobody:x@", "ann@"])
def test_urllib_is_refused(opener: Any, world: BackgroundEngine, login: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401") as caught:
        opener.open(f"ftp://{login}ftp.example.com/notes.txt", timeout=5)
    caught.value.close()
    assert caught.value.headers["WWW-Authenticate"] == 'Basic realm="FTP ftp.example.com"'
    user = login.rstrip("@").partition(":")[0]
    assert facts(world, "login.refused") == [{"user": user, "mechanism": "Basic"}]
    assert {fact["target"] for fact in facts(world, "request.answered")} == {
        "ftp://ftp.example.com/notes.txt"
    }


def test_listings(world: BackgroundEngine) -> None:
    root = get(world, "ftp://ftp.example.com")
    assert root.status == 200
    assert '<a href="pub/">pub/</a>' in root.text
    inside = get(world, "ftp://ftp.example.com/pub/").text
    assert "Directory listing for /pub" in inside
    assert '<a href="%C3%BCber%20uns.txt">über uns.txt</a>' in inside
    for url in ("ftp://ftp.example.com/pub", "ftp://ftp.example.com/pub;type=d"):
        assert '<a href="pub/a%3Fb">a?b</a>' in get(world, url).text
    assert "notes.txt" in get(world, f"ftp://{LOGIN}@ftp.example.com/").text
    assert int(root.headers["Content-Length"]) == len(root.body)


def test_types(world: BackgroundEngine) -> None:
    url = "ftp://ftp.example.com/pub/%C3%BCber%20uns.txt"
    assert get(world, f"{url};type=i").body == b"one\ntwo\r\nthree\n"
    ascii_text = get(world, f"{url};TYPE=A")
    assert ascii_text.body == b"one\r\ntwo\r\nthree\r\n"
    assert ascii_text.headers["Content-Length"] == "17"
    assert get(world, f"{url};type=d").status == 404
    assert get(world, f"{url};type=x").status == 404
    assert get(world, "ftp://ftp.example.com/pub/a?b").body == b"\0\1\2"


def test_conditions_ranges_and_head(world: BackgroundEngine) -> None:
    url = "ftp://ftp.example.com/pub/%C3%BCber%20uns.txt"
    assert get(world, url, Range="bytes=4-6").body == b"two"
    since = get(world, url).headers["Last-Modified"]
    assert get(world, url, If_Modified_Since=since).status == 304
    for target, size in ((url, "15"), (f"{url};type=a", "17")):
        head = get(world, target, "HEAD")
        assert (head.status, head.headers["Content-Length"], head.body) == (200, size, b"")


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("ftp://ftp.example.com/missing", 404),
        ("ftp://ftp.example.com/pub/a%3Fb/", 404),
        ("ftp://ftp.example.com/pub/a%3Fb/c", 404),
        ("ftp://ftp.example.com/../../etc/passwd", 404),
        ("ftp://ftp.example.com/%00", 404),
        ("ftp://ftp.example.com/%FF%2E%2e", 404),
        ("ftp://nobody.invalid/", 502),
        ("ftp:///pub/", 400),
        ("ftp://ftp.example.com:4711/", 502),
        ("ftp://ftp.example.com:0/", 502),
        ("ftp://ftp.example.com:80/", 502),
        ("ftp://ftp.example.com:70000/", 400),
        ("ftp://[/", 400),
        (f"ftp://{LOGIN}@ftp.example.com/in/here.html", 200),
        (f"ftp://{LOGIN}@ftp.example.com/../ann/notes.txt", 200),
        ("ftp://ftp:me%40here@ftp.example.com/pub/", 200),
        ("FTP://ANONYMOUS@FTP.EXAMPLE.COM:21/pub/", 200),
    ],
)
def test_what_is_there_and_what_is_not(world: BackgroundEngine, url: str, status: int) -> None:
    assert get(world, url).status == status


def test_credentials_may_stand_in_the_field(world: BackgroundEngine) -> None:
    token = base64.b64encode(b"ann:se:cr@t").decode()
    answer = get(world, "ftp://ftp.example.com/notes.txt", Authorization=f"Basic {token}")
    assert answer.body == b"at home\n"
    assert facts(world, "login.accepted")[-1] == {"user": "ann", "mechanism": "Basic"}


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_it_only_reads(world: BackgroundEngine, method: str) -> None:
    answer = get(world, "ftp://ftp.example.com/pub/new", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_without_the_ftp_service_nothing_answers(serve: Serve) -> None:
    assert "add [services.ftp]" in get(serve(http={}), "ftp://ftp.example.com/").text


def test_the_proxy_s_password_is_another_one(serve: Serve) -> None:
    listeners = {"proxy": {"proxy_realm": "Out", "proxy_users": {"p": "q"}}}
    world = serve(http={"listeners": listeners}, ftp={})
    fields = {"Proxy-Authorization": f"Basic {base64.b64encode(b'p:q').decode()}"}
    assert ask(world, "GET", "ftp://ftp.example.com/", listener="proxy").status == 407
    assert ask(world, "GET", "ftp://ftp.example.com/", headers=fields, listener="proxy").status == 200


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl(world: BackgroundEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "")
    endpoint = world.endpoint("http")
    curl = ["curl", "-sS", "--max-time", "10", "-x", f"http://{endpoint.host}:{endpoint.port}"]
    told = subprocess.run(
        [*curl, "-u", "ann:se:cr@t", "ftp://ftp.example.com/notes.txt", "ftp://ftp.example.com/"],
        capture_output=True,
        check=True,
    ).stdout
    assert told.startswith(b"at home\n")
    assert b'<a href="in/">' in told
