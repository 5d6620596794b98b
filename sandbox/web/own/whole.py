"""The sandbox as a whole: where it listens, who may log in, its configuration, and a fresh start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from sandbox.service import Context
from sandbox.stores.accounts import Account
from sandbox.web.problem import ProblemError
from sandbox.web.routes import Asked, Operation
from sandbox.web.shape import Shape

HIDDEN = "…"
_SECRET = re.compile(r"password|secret|token|(^|_)users$")


class EndpointModel(Shape):
    """Where a listener really listens; a Unix-domain socket has a path instead of host and port."""

    service: str
    listener: str
    transport: str
    host: str | None
    port: int | None
    tls: str
    path: str | None = None


class EndpointList(Shape):
    """All listeners."""

    endpoints: Sequence[EndpointModel]


class AccountModel(Shape):
    """An account that is listed; its password is never told."""

    name: str
    addresses: Sequence[str]


class AccountList(Shape):
    """Who may log in: those listed, and everybody else with any password where the mode is any."""

    mode: str
    accounts: Sequence[AccountModel]


class NewAccount(Shape):
    """What an account is to be."""

    password: str
    addresses: Sequence[str] = ()


class ConfigurationModel(Shape):
    """What runs, every default filled in. Passwords are hidden."""

    general: dict[str, Any]
    services: dict[str, dict[str, Any]]
    faults: Sequence[dict[str, Any]]


class Whole:
    """Services, accounts, configuration, reset."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def operations(self, at: str) -> Iterator[Operation]:
        """The operations below a prefix."""
        yield Operation(
            method="GET",
            path=f"{at}/services",
            name="list_services",
            summary="Where everything listens",
            handler=self._list_services,
            answer=EndpointList,
        )
        yield Operation(
            method="GET",
            path=f"{at}/certificate",
            name="read_certificate",
            summary="The certificate of the authority, in PEM form: what clients have to trust",
            handler=self._read_certificate,
            answer="application/x-pem-file",
        )
        yield Operation(
            method="GET",
            path=f"{at}/configuration",
            name="read_configuration",
            summary="The configuration that runs, passwords hidden",
            handler=self._read_configuration,
            answer=ConfigurationModel,
        )
        yield Operation(
            method="POST",
            path=f"{at}/reset",
            name="reset",
            summary="Begin anew: no mail, no files, no timeline, the faults and accounts of the configuration; clients are dropped",
            handler=self._reset,
            status=204,
        )
        yield from self._account_operations(at)

    def _account_operations(self, at: str) -> Iterator[Operation]:
        yield Operation(
            method="GET",
            path=f"{at}/accounts",
            name="list_accounts",
            summary="Who may log in",
            handler=self._list_accounts,
            answer=AccountList,
        )
        yield Operation(
            method="PUT",
            path=f"{at}/accounts/{{name}}",
            name="put_account",
            summary="List an account, or change it",
            handler=self._put_account,
            body=NewAccount,
            answer=AccountModel,
        )
        yield Operation(
            method="DELETE",
            path=f"{at}/accounts/{{name}}",
            name="delete_account",
            summary="List an account no more; its mail stays",
            handler=self._delete_account,
            status=204,
            problems=(404,),
        )

    async def _list_services(self, _: Asked) -> EndpointList:
        found = [EndpointModel.model_validate(each.as_json()) for each in self._context.network.endpoints]
        return EndpointList(endpoints=found)

    async def _read_certificate(self, _: Asked) -> web.Response:
        path = self._context.network.authority.certificate
        return web.Response(body=path.read_bytes(), content_type="application/x-pem-file")

    async def _read_configuration(self, _: Asked) -> ConfigurationModel:
        configuration = self._context.configuration
        return ConfigurationModel(
            general=hidden(configuration.general.model_dump(mode="json")),
            services={
                name: hidden(settings.model_dump(mode="json", serialize_as_any=True))
                for name, settings in configuration.services.items()
            },
            faults=[rule.model_dump(mode="json") for rule in configuration.sections.get("faults", ())],
        )

    async def _reset(self, _: Asked) -> None:
        await self._context.restore(None)

    async def _list_accounts(self, _: Asked) -> AccountList:
        accounts = self._context.accounts
        return AccountList(
            mode="any" if accounts.accept_any else "listed",
            accounts=[_account(each) for each in accounts.listed],
        )

    async def _put_account(self, asked: Asked) -> AccountModel:
        account = Account(asked.path["name"], asked.body.password, tuple(asked.body.addresses))
        self._context.accounts.add(account)
        return _account(account)

    async def _delete_account(self, asked: Asked) -> None:
        try:
            self._context.accounts.remove(asked.path["name"])
        except LookupError as error:
            raise ProblemError(404, f"{error.args[0]}.") from None


def hidden(value: Any, name: str = "") -> Any:
    """JSON values with every secret text in them replaced; names of users are told, what stands behind them is not."""
    secret = bool(_SECRET.search(name))
    if isinstance(value, Mapping):
        return {
            key: hidden(each, name if secret and isinstance(each, str) else key)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [hidden(each, name) for each in value]
    return HIDDEN if secret and isinstance(value, str) and value else value


def _account(account: Account) -> AccountModel:
    return AccountModel(name=account.name, addresses=list(account.addresses))
