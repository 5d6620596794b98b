"""Hosts and paths out of the four forms of a target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.services.http.target import BadTargetError, Target, host_of, parse_target, without_userinfo


@pytest.mark.parametrize(
    ("method", "target", "field", "expected"),
    [
        ("GET", "/a?b=c", "Example.COM:8080", Target("origin", "example.com", "/a", "b=c")),
        ("GET", "/", None, Target("origin", "", "/")),
        ("GET", "/a#b?c", "a", Target("origin", "a", "/a")),
        ("GET", "http://x.test", "other", Target("absolute", "x.test", "/", "", "http")),
        ("GET", "http://x.test?q", "other", Target("absolute", "x.test", "/", "q", "http")),
        ("GET", "FTP://u:p@x.test:21/f", "other", Target("absolute", "x.test", "/f", "", "ftp", "u:p", 21)),
        ("GET", "http://u:p@x.test/", "u:p@x.test", Target("absolute", "x.test", "/", "", "http", "u:p")),
        ("GET", "/http://x.test/", "a", Target("origin", "a", "/http://x.test/")),
        ("CONNECT", "x.test:443", "other", Target("authority", "x.test", "", port=443)),
        ("OPTIONS", "*", "x.test", Target("asterisk", "x.test", "*")),
    ],
)
def test_forms(method: str, target: str, field: str | None, expected: Target) -> None:
    assert parse_target(method, target, field) == expected


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("[::1]:80", "::1"),
        ("a.test.", "a.test"),
        ("a_b.test:", "a_b.test"),
        ("", ""),
        ("127.0.0.1:1", "127.0.0.1"),
    ],
)
def test_hosts(authority: str, host: str) -> None:
    assert host_of(authority) == host


@pytest.mark.parametrize("authority", ["a b", "a/b", "a:99999", "[::1", "a:b", "u@a", "a\x00", "ä"])
def test_what_is_no_host(authority: str) -> None:
    with pytest.raises(BadTargetError):
        host_of(authority)


@pytest.mark.parametrize("authority", ["", "x.test", "x.test:", ":443", "x.test:0", "x.test:70000"])
def test_a_tunnel_needs_host_and_port(authority: str) -> None:
    with pytest.raises(BadTargetError):
        parse_target("CONNECT", authority, "x.test")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("/a@b", "/a@b"),
        ("http://x.test/a@b", "http://x.test/a@b"),
        ("http://u:p@x.test/a?b", "http://x.test/a?b"),
        ("ftp://u:p@w@x.test", "ftp://x.test"),
        ("x.test:443", "x.test:443"),
    ],
)
def test_nobody_is_told_a_password(target: str, told: str) -> None:
    assert without_userinfo(target) == told


@given(st.sampled_from(["GET", "CONNECT", "OPTIONS"]), st.text(), st.none() | st.text())
def test_any_text_is_a_target_or_refused(method: str, target: str, field: str | None) -> None:
    try:
        parsed = parse_target(method, target, field)
    except BadTargetError:
        return
    assert parsed.path or parsed.form == "authority"
