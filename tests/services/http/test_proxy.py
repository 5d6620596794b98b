"""The forward proxy with real clients: tunnels to every service, credentials, and what must not pass."""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.background import BackgroundEngine
from tests.conftest import Serve, read_until
from tests.services.http.conftest import ask, facts
from tests.services.http.tunnels import address, authority

GUARDED: dict[str, Any] = {
    "listeners": {
        "https": {"tls": "implicit"},
        "proxy": {"proxy_realm": "The way out", "proxy_users": {"ann": "secret"}},
    }
}
CURL = ("curl", "-sS", "-i", "--max-time", "10", "-x")


@pytest.fixture(autouse=True)
def no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxies and exceptions stay out of it."""
    for name in ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def guarded(serve: Serve) -> BackgroundEngine:
    """A listener named ``proxy`` that asks for a password."""
    return serve(http=GUARDED, smtp={})


class TestUrllib:
    def test_https_is_verified_and_answered_by_its_site(
        self, world: BackgroundEngine, trust: ssl.SSLContext
    ) -> None:
        handlers = (
            urllib.request.ProxyHandler({"https": f"http://{address(world)}"}),
            urllib.request.HTTPSHandler(context=trust),
        )
        with urllib.request.build_opener(*handlers).open("https://www.python.org/", timeout=5) as answer:
            assert answer.status == 200
            assert answer.read(9) == b"<!doctype"
        (answered,) = [fact for fact in facts(world, "request.answered") if fact["method"] == "GET"]
        assert answered["host"] == "www.python.org"

    def test_a_certificate_of_another_name_is_not_given(self, world: BackgroundEngine) -> None:
        handler = urllib.request.ProxyHandler({"https": f"http://{address(world)}"})
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.build_opener(handler).open("https://www.python.org/", timeout=5)
        world.wait_for(lambda entry: getattr(entry.event, "name", "") == "tls.failed")

    def test_a_name_that_does_not_exist(self, world: BackgroundEngine) -> None:
        handler = urllib.request.ProxyHandler({"https": f"http://{address(world)}"})
        with pytest.raises(OSError, match="Tunnel connection failed: 502 Bad Gateway"):
            urllib.request.build_opener(handler).open("https://nobody.invalid/", timeout=5)

    def test_basic_at_proxy_and_origin(self, guarded: BackgroundEngine) -> None:
        """Two passwords at once: the proxy's own, and the origin's 401 that passes unchanged."""
        origin = urllib.request.HTTPBasicAuthHandler()
        origin.add_password("My page", "localhost", "user1", "secret")
        proxy = urllib.request.ProxyHandler({"http": f"http://ann:secret@{address(guarded, 'proxy')}"})
        opener = urllib.request.build_opener(proxy, origin)
        with opener.open("http://localhost/mywebdir/", timeout=5) as page:
            assert b"My page" in page.read()
        assert [fact["status"] for fact in facts(guarded, "request.answered")] == [401, 200]

    def test_basic_at_the_proxy_when_asked(self, guarded: BackgroundEngine) -> None:
        handler = urllib.request.ProxyBasicAuthHandler()
        handler.add_password("The way out", address(guarded, "proxy"), "ann", "secret")
        proxy = urllib.request.ProxyHandler({"http": f"http://{address(guarded, 'proxy')}"})
        with urllib.request.build_opener(proxy, handler).open("http://example.com/", timeout=5) as page:
            assert page.status == 200
        assert [fact["status"] for fact in facts(guarded, "request.answered")] == [407, 200]


class TestRequests:
    def test_http_and_https(self, world: BackgroundEngine) -> None:
        proxy = f"http://{address(world)}"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = authority(world)
            session.proxies = {"http": proxy, "https": proxy}
            for scheme in ("http", "https"):
                answer = session.get(f"{scheme}://httpbin.org/get?a=b", timeout=5)
                assert answer.json()["args"] == {"a": "b"}
                assert answer.json()["url"] == f"{scheme}://httpbin.org/get?a=b"
                assert not {name for name in answer.json()["headers"] if name.startswith("Proxy-")}

    def test_with_credentials(self, guarded: BackgroundEngine) -> None:
        proxy = f"http://ann:secret@{address(guarded, 'proxy')}"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = authority(guarded)
            session.proxies = {"http": proxy, "https": proxy}
            for scheme in ("http", "https"):
                answer = session.get(f"{scheme}://httpbin.org/headers", timeout=5)
                assert not {name for name in answer.json()["headers"] if name.startswith("Proxy-")}
        accepted = facts(guarded, "login.accepted")
        assert accepted == [{"user": "ann", "mechanism": "Basic, proxy"}] * 2

    def test_with_wrong_credentials(self, guarded: BackgroundEngine) -> None:
        proxy = f"http://ann:wrong@{address(guarded, 'proxy')}"
        proxies = {"http": proxy, "https": proxy}
        answer = requests.get("http://example.com/", proxies=proxies, timeout=5)
        assert answer.status_code == 407
        assert answer.headers["Proxy-Authenticate"] == 'Basic realm="The way out"'
        with pytest.raises(requests.exceptions.ProxyError, match="407"):
            requests.get("https://example.com/", proxies=proxies, timeout=5)
        assert facts(guarded, "login.refused") == [{"user": "ann", "mechanism": "Basic, proxy"}] * 2


class TestHttpClient:
    def test_set_tunnel_with_tls(self, world: BackgroundEngine, trust: ssl.SSLContext) -> None:
        endpoint = world.endpoint("http")
        client = http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=5, context=trust)
        client.set_tunnel("example.com", 443)
        for _ in range(2):
            client.request("GET", "/")
            answer = client.getresponse()
            assert answer.status == 200
            assert b"Example Domain" in answer.read()
        client.close()

    def test_set_tunnel_without(self, world: BackgroundEngine) -> None:
        endpoint = world.endpoint("http")
        client = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
        client.set_tunnel("example.com", 80)
        client.request("GET", "/")
        assert b"Example Domain" in client.getresponse().read()
        client.close()

    def test_a_greeting_is_not_lost(self, world: BackgroundEngine) -> None:
        """http.client throws away what comes in one piece with the head of the proxy's answer."""
        endpoint = world.endpoint("http")
        client = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
        client.set_tunnel("pop.example.com", 110)
        client.connect()
        assert read_until(client.sock, b"\r\n").startswith(b"+OK ")
        client.close()

    def test_a_password_is_asked_for(self, guarded: BackgroundEngine) -> None:
        endpoint = guarded.endpoint("http", "proxy")
        token = base64.b64encode(b"ann:secret").decode()
        for headers, message in (({}, "407"), ({"Proxy-Authorization": f"Basic {token}"}, "")):
            client = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
            client.set_tunnel("example.com", 80, headers)
            if message:
                with pytest.raises(OSError, match=message):
                    client.connect()
            else:
                client.request("GET", "/")
                assert client.getresponse().status == 200
            client.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
class TestCurl:
    def curl(self, sandbox: BackgroundEngine, *arguments: str, listener: str = "main") -> str:
        done = subprocess.run(
            [*CURL, f"http://{address(sandbox, listener)}", "--cacert", authority(sandbox), *arguments],
            capture_output=True,
            check=False,
        )
        return (done.stdout + done.stderr).decode()

    def test_urls(self, world: BackgroundEngine) -> None:
        told = self.curl(world, "http://example.com/", "https://www.python.org/")
        assert told.count(" 200 OK") == 2
        assert told.count(" 200 Connection established") == 1

    def test_mail(self, world: BackgroundEngine, tmp_path: Path) -> None:
        mail = tmp_path / "mail"
        mail.write_bytes(b"Subject: through a tunnel\r\n\r\nHello!\r\n")
        sent = ["--mail-from", "a@example.org", "--mail-rcpt", "ann@example.org", "-T", str(mail)]
        self.curl(world, "--proxytunnel", *sent, "smtp://smtp.example.com:25")
        user = ["--proxytunnel", "-u", "ann:x"]
        assert "through a tunnel" in self.curl(world, *user, "pop3://pop.example.com/1")
        fetch = ["-X", "FETCH 1 (BODY[HEADER.FIELDS (SUBJECT)])", "imap://imap.example.com/INBOX"]
        assert "FETCH" in self.curl(world, *user, *fetch)

    def test_password(self, guarded: BackgroundEngine) -> None:
        urls = ["http://example.com/", "https://example.com/"]
        told = self.curl(guarded, "-U", "ann:secret", *urls, listener="proxy")
        assert told.count(" 200 OK") == 2
        assert self.curl(guarded, "--proxy-anyauth", "-U", "ann:secret", urls[1], listener="proxy").count(
            " 407 "
        )
        assert " 407 " in self.curl(guarded, *urls, listener="proxy")


class TestFields:
    def test_the_proxy_s_own_are_not_echoed(self, world: BackgroundEngine) -> None:
        fields = {"Proxy-Connection": "keep-alive", "Proxy-Authorization": "Basic eDp5", "X-Own": "\u00e9"}
        told = json.loads(ask(world, "GET", "http://httpbin.org/headers", headers=fields).body)["headers"]
        assert "X-Own" in told
        assert not {name for name in told if name.startswith("Proxy-")}

    def test_but_an_origin_server_shows_everything(self, world: BackgroundEngine) -> None:
        fields = {"Proxy-Connection": "keep-alive"}
        told = json.loads(ask(world, "GET", "/headers", headers=fields).body)["headers"]
        assert told["Proxy-Connection"] == "keep-alive"

    def test_authorization_passes(self, world: BackgroundEngine) -> None:
        target = "http://httpbin.org/basic-auth/ann/secret"
        token = base64.b64encode(b"ann:secret").decode()
        assert ask(world, "GET", target).headers["WWW-Authenticate"]
        assert ask(world, "GET", target, headers={"Authorization": f"Basic {token}"}).status == 200

    def test_no_password_of_a_url_in_the_facts(self, world: BackgroundEngine) -> None:
        ask(world, "GET", "http://ann:secret@example.com/a?b")
        assert facts(world, "request.answered")[0]["target"] == "http://example.com/a?b"


class TestPasswords:
    def test_accounts_open_a_proxy_without_users(self, serve: Serve) -> None:
        listeners = {"proxy": {"proxy_realm": "Sandbox"}}
        accounts = {"mode": "listed", "users": {"bob": {"password": "sesame"}}}
        world = serve(http={"listeners": listeners}, accounts=accounts)
        for password, status in (("sesame", 200), ("wrong", 407)):
            token = base64.b64encode(f"bob:{password}".encode()).decode()
            fields = {"Proxy-Authorization": f"Basic {token}"}
            target = "http://example.com/"
            assert ask(world, "GET", target, headers=fields, listener="proxy").status == status

    def test_who_does_not_use_it_as_a_proxy_is_not_asked(self, guarded: BackgroundEngine) -> None:
        assert ask(guarded, "GET", "/", listener="proxy").status == 200
        assert ask(guarded, "GET", "http://example.com/").status == 200
        assert ask(guarded, "GET", "http://example.com/", listener="proxy").status == 407

    def test_users_need_a_realm(self, serve: Serve) -> None:
        with pytest.raises(Exception, match="proxy_realm"):
            serve(http={"listeners": {"proxy": {"proxy_users": {"a": "b"}}}})


def test_names_that_do_not_exist(serve: Serve) -> None:
    sites = {"site.invalid": {"pages": {"/": {"text": "here"}}}}
    world = serve(http={"sites": sites}, ftp={}, hosts={"gone.example.org": False})
    for host in ("nobody.invalid", "GONE.example.org."):
        for target in (f"http://{host}/", f"ftp://{host}/"):
            answer = ask(world, "GET", target)
            assert (answer.status, "There is no host" in answer.text) == (502, True)
    assert ask(world, "GET", "http://site.invalid/").text == "here"
    assert ask(world, "GET", "/", host="nobody.invalid").status == 200


def test_other_schemes_are_not_implemented(world: BackgroundEngine) -> None:
    assert ask(world, "GET", "gopher://example.com/").status == 501
