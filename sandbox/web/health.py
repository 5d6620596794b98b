"""Whether everything accepts, and what has happened in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from aiohttp import web

from sandbox.service import Context
from sandbox.web.routes import Asked, Operation
from sandbox.web.shape import Shape
from sandbox.web.tally import Tally


class ListenerHealth(Shape):
    """One listener."""

    service: str
    listener: str
    transport: str
    address: str
    accepts: bool


class HealthModel(Shape):
    """ok: every service of the configuration is up and all its listeners accept."""

    status: Literal["ok", "failing"]
    missing: Sequence[str]
    listeners: Sequence[ListenerHealth]


class Health:
    """``/healthz`` and ``/metrics``."""

    def __init__(self, context: Context, tally: Tally) -> None:
        self._context = context
        self._tally = tally

    def operations(self) -> Iterator[Operation]:
        """The operations, at the paths that are usual for them."""
        yield Operation(
            method="GET",
            path="/healthz",
            name="read_health",
            summary="Whether all listeners accept: 200 if so, 503 if not",
            handler=self._check,
            answer=HealthModel,
        )
        yield Operation(
            method="GET",
            path="/metrics",
            name="read_metrics",
            summary="Numbers for Prometheus",
            handler=self._measure,
            answer="text/plain",
        )

    async def _check(self, _: Asked) -> HealthModel | web.Response:
        accepting = self._context.network.accepting()
        there = {endpoint.service for endpoint, _ in accepting}
        missing = [
            name
            for name, settings in self._context.configuration.services.items()
            if name not in there and settings.bindings()
        ]
        health = HealthModel(
            status="failing" if missing or not all(accepts for _, accepts in accepting) else "ok",
            missing=missing,
            listeners=[
                ListenerHealth(
                    service=endpoint.service,
                    listener=endpoint.listener,
                    transport=endpoint.transport,
                    address=endpoint.address,
                    accepts=accepts,
                )
                for endpoint, accepts in accepting
            ],
        )
        if health.status == "ok":
            return health
        return web.Response(
            status=503, body=health.model_dump_json().encode(), content_type="application/json"
        )

    async def _measure(self, _: Asked) -> web.Response:
        from sandbox.web.metrics import CONTENT_TYPE, exposition  # which loads prometheus_client

        return web.Response(
            body=exposition(self._context, self._tally), headers={"Content-Type": CONTENT_TYPE}
        )
