"""i.postimg.cc: a picture at every path that ends with ``.png``."""

from __future__ import annotations

import asyncio

from aiohttp import web

from sandbox.services.http.png import picture
from sandbox.services.http.routing import Routes
from sandbox.services.http.world import World
from sandbox.stores.recall import Filling

SIZES = (641_249, 314_683, 439_098)  # octets; the first three paths that are asked for get one each
MAX_PATHS = 10_000


def routes(world: World) -> Routes:
    """Every path that ends with ``.png``."""
    table = Routes()
    table.add("GET", "/{path*}.png", Pictures(world).send)
    return table


class Pictures:
    """Gives each path a size when it is first asked for, and keeps to it."""

    def __init__(self, world: World) -> None:
        self._numbers: dict[str, int] = {}
        world.context.recall.keep(Filling(self._numbers))

    async def send(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """The picture of this path."""
        if len(self._numbers) < MAX_PATHS:
            self._numbers.setdefault(path, len(self._numbers))
        number = self._numbers.get(path, 0)
        size = SIZES[number % len(SIZES)]
        body = await asyncio.to_thread(picture, size, hue=number * 80 % 256)
        return web.Response(body=body, headers={"Content-Type": "image/png"})
