"""Who may log in, and whose mailbox a mail address is."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """One user. ``password`` is None for a user nobody listed: any password fits."""

    name: str
    password: str | None = None
    addresses: tuple[str, ...] = ()


class Accounts:
    """The listed accounts and, when ``accept_any``, everybody else.

    Names are compared without case. ``refused_passwords`` are refused whoever uses them.
    """

    def __init__(
        self,
        listed: Iterable[Account] = (),
        *,
        accept_any: bool = True,
        refused_passwords: Iterable[str] = (),
    ) -> None:
        self.accept_any = accept_any
        self._listed = {account.name.lower(): account for account in listed}
        self._refused = tuple(refused_passwords)

    @property
    def listed(self) -> tuple[Account, ...]:
        """The listed accounts in the order of the configuration."""
        return tuple(self._listed.values())

    def snapshot(self) -> object:
        """Who may log in."""
        return self.accept_any, self._listed.copy(), self._refused

    def restore(self, snapshot: object) -> None:
        """Let these log in."""
        assert isinstance(snapshot, tuple)
        self.accept_any, listed, self._refused = snapshot
        self._listed = listed.copy()

    def add(self, account: Account) -> None:
        """List an account; one of the same name gives way."""
        self._listed[account.name.lower()] = account

    def remove(self, name: str) -> None:
        """List an account no more. Raises LookupError if none of that name is."""
        if self._listed.pop(name.lower(), None) is None:
            raise LookupError(f"there is no account {name!r}")

    def find(self, name: str) -> Account | None:
        """The account of that login name, or None if it may not log in at all."""
        account = self._listed.get(name.lower())
        if account is None and self.accept_any and name:
            return Account(name.lower())
        return account

    def login(self, name: str, password: str) -> Account | None:
        """The account if name and clear-text password fit, else None."""
        return self.verify(
            name, lambda secret: hmac.compare_digest(secret.encode(), password.encode()), password
        )

    def verify(self, name: str, proof: Callable[[str], bool], password: str | None = None) -> Account | None:
        """The account if ``proof`` accepts its clear-text password, else None; for challenge-response logins.

        A proof is not asked for users nobody listed, but it is tried with each refused password.
        """
        refused = self._refused if password is None else ()
        if password in self._refused or any(proof(secret) for secret in refused):
            return None
        account = self.find(name)
        if account is None or (account.password is not None and not proof(account.password)):
            return None
        return account

    def owners(self, address: str) -> tuple[str, ...]:
        """The login names whose mailboxes receive mail for ``address``.

        Those of the listed accounts that have the address. Otherwise, when anybody may log in, the full address and
        its local part: whoever logs in as ``ann@example.org`` sees the mail of that address alone, whoever logs in as
        ``ann`` sees that of ``ann`` at every domain.
        """
        wanted = address.lower()
        local = wanted.rpartition("@")[0] or wanted
        listed = tuple(a.name.lower() for a in self.listed if wanted in _addresses(a))
        if listed:
            return listed
        names = dict.fromkeys((wanted, local))
        return tuple(name for name in names if self.accept_any or name in self._listed)


def _addresses(account: Account) -> set[str]:
    return {account.name.lower(), *(address.lower() for address in account.addresses)}
