"""Anybody may log in unless the list says otherwise; mail finds its owners."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from sandbox.stores.accounts import Account, Accounts

LISTED = [
    Account("ann", "secret", ("ann@example.org", "info@example.org")),
    Account("bob@example.org", "pass"),
]


def test_anybody_may_log_in() -> None:
    account = Accounts().login("Whoever", "anything")
    assert account is not None
    assert (account.name, account.password) == ("whoever", None)


def test_a_listed_name_needs_its_password_always() -> None:
    accounts = Accounts(LISTED)
    assert accounts.login("ANN", "secret") is LISTED[0]
    assert accounts.login("ann", "wrong") is None
    assert accounts.login("eve", "any") is not None


def test_strict_refuses_others() -> None:
    accounts = Accounts(LISTED, accept_any=False)
    assert accounts.login("eve", "any") is None
    assert accounts.login("bob@example.org", "pass") is LISTED[1]


def test_an_empty_name_is_nobody() -> None:
    assert Accounts().login("", "x") is None


def test_refused_passwords_are_refused_to_all() -> None:
    accounts = Accounts(LISTED, refused_passwords=["wrong", "secret"])
    assert accounts.login("eve", "wrong") is None
    assert accounts.login("ann", "secret") is None
    assert accounts.login("eve", "right") is not None


def cram(challenge: bytes, password: str) -> str:
    return hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()


@pytest.mark.parametrize(
    ("name", "password", "accepted"),
    [("ann", "secret", True), ("ann", "no", False), ("eve", "any", True), ("eve", "wrong", False)],
)
def test_challenge_response(name: str, password: str, accepted: bool) -> None:
    accounts = Accounts(LISTED, refused_passwords=["wrong"])
    answer = cram(b"<1@x>", password)
    found = accounts.verify(name, lambda secret: cram(b"<1@x>", secret) == answer)
    assert (found is not None) is accepted


def test_owners() -> None:
    accounts = Accounts(LISTED)
    assert accounts.owners("INFO@example.org") == ("ann",)
    assert accounts.owners("bob@example.org") == ("bob@example.org",)
    assert accounts.owners("Eve@Example.com") == ("eve@example.com", "eve")
    assert accounts.owners("postmaster") == ("postmaster",)


def test_owners_when_strict() -> None:
    accounts = Accounts(LISTED, accept_any=False)
    assert accounts.owners("eve@example.com") == ()
    assert accounts.owners("ann@elsewhere.test") == ("ann",)
