"""The DNS service: the name table of the sandbox for every program that asks a name server."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.net.connection import Connection
from sandbox.service import AbstractService
from sandbox.services.dns.core import DnsCore
from sandbox.services.dns.header import SERVFAIL, Header
from sandbox.services.dns.settings import Settings

if TYPE_CHECKING:
    from sandbox.services.dns.responder import Responder


class Service(AbstractService[Settings]):
    """One responder behind all listeners."""

    name = "dns"

    @cached_property
    def _responder(self) -> Responder:
        from sandbox.services.dns.locations import Locations
        from sandbox.services.dns.responder import Responder  # which loads dnspython
        from sandbox.services.dns.zone import Zone

        context = self.context
        locations = Locations(context.routes, lambda: context.network.endpoints)
        zone = Zone(context.routes.names, context.hostname, self.settings.ttl, locations.port_of)
        return Responder(zone, self.settings.max_datagram)

    async def open(self) -> None:
        """See AbstractService."""
        network, limits = self.context.network, self.settings.limits
        bindings = self.settings.bindings()
        datagrams = {binding.name for binding in bindings if binding.transport == "udp"}
        for binding in bindings:
            if binding.transport == "udp":
                continue
            if binding.name in datagrams:
                await network.listen_both(self.name, binding, limits, self._make_core, self._answer_datagram)
            else:
                await network.listen_core(self.name, binding, limits, self._make_core)

    def warm(self) -> None:
        """See AbstractService."""
        _ = self._responder

    def _make_core(self, connection: Connection) -> DnsCore:
        return DnsCore(lambda query: self._answer(connection, query, datagram=False))

    def _answer_datagram(self, connection: Connection, query: bytes) -> Iterable[bytes]:
        answer = self._answer(connection, query, datagram=True)
        return () if answer is None else (answer,)

    def _answer(self, connection: Connection, query: bytes, *, datagram: bool) -> bytes | None:
        try:
            return self._responder.answer(query, connection.note, datagram=datagram)
        except Exception:
            connection.crashed(traceback.format_exc())
            header = Header.parse(query)
            return None if header is None else header.refusal(SERVFAIL)
