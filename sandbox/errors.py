"""The exception tree: everything the sandbox raises to its user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SandboxError(Exception):
    """Base of every error the sandbox raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration: where it stands and what to do about it.

    ``where`` is ``file:line`` or the command-line option, ``key`` the dotted path of the setting.
    """

    where: str
    key: str
    message: str

    def __str__(self) -> str:
        subject = f"{self.key}: " if self.key else ""
        return f"{self.where}: {subject}{self.message}"


class SettingsError(SandboxError):
    """The configuration is wrong; ``problems`` holds every mistake, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class ListenError(SandboxError):
    """A listener could not be opened: the address is taken, not local or not allowed."""

    def __init__(self, *, service: str, listener: str, address: str, reason: str) -> None:
        super().__init__(f"{service} ({listener}) cannot listen on {address}: {reason}")
        self.service = service
        self.listener = listener
        self.address = address
        self.reason = reason


class AuthorityError(SandboxError):
    """The certificate authority in the state directory cannot be read or made."""


class StateError(SandboxError):
    """The state directory cannot be made or written."""


class RunError(SandboxError):
    """A program cannot be run as asked: it is not there, its interpreter is not, or it would escape."""
