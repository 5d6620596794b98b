"""The accounts of the sandbox as aioftp asks for them."""

from __future__ import annotations

from aioftp import AbstractUserManager, Permission, User

from sandbox.service import Context
from sandbox.services.ftp.settings import Settings
from sandbox.stores.files import ENCODING, ERRORS, ROOT, home_of

ANONYMOUS = frozenset({"anonymous", "ftp"})


class Users(AbstractUserManager):
    """Every name is asked for a password, so that nobody can try out which names exist."""

    def __init__(self, settings: Settings, context: Context) -> None:
        super().__init__()
        self._settings = settings
        self._context = context
        self._permissions = [
            Permission("/"),
            *(Permission(path, writable=False) for path in settings.read_only),
        ]

    async def get_user(self, login: str) -> tuple[AbstractUserManager.GetUserResponse, User | None, str]:
        """The user of a name, who may log in or not; see aioftp."""
        user = User(_text(login), permissions=self._permissions)
        text = "Any password will do, an address is welcome" if self._is_guest(user) else "Password required"
        return self.GetUserResponse.PASSWORD_REQUIRED, user, text

    async def authenticate(self, user: User, password: str) -> bool:
        """Whether name and password fit; the user gets a home then."""
        name = user.login or ""
        if self._is_guest(user):
            user.home_path = ROOT
            return True
        account = self._context.accounts.login(name, _text(password))
        if account is None or name.lower() in ANONYMOUS:
            return False
        user.home_path = home_of(self._context.files, account.name)
        return True

    def _is_guest(self, user: User) -> bool:
        return self._settings.anonymous and (user.login or "").lower() in ANONYMOUS


def _text(argument: str) -> str:
    """Octets that are no UTF-8 fit no account."""
    return argument.encode(ENCODING, ERRORS).decode(ENCODING, "replace")
