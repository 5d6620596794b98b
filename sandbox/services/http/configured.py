"""Pages as the configuration describes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from sandbox.services.http.answers import UntilClose, failure, redirect, stream
from sandbox.services.http.credentials import admits, basic_challenge, parse_basic
from sandbox.services.http.files import MEDIA_TYPES
from sandbox.services.http.routing import Routes
from sandbox.services.http.settings import Page
from sandbox.services.http.world import World


def page_routes(pages: Mapping[str, Page], world: World) -> Routes:
    """The routes of the pages by path; ``*`` stands for every path."""
    routes = Routes()
    for path, page in pages.items():
        template = "/{path*}" if path == "*" else quote(path, safe="/%:@!$&'()*+,;=~")
        routes.add(page.methods, template, ConfiguredPage(page, world).answer)
    return routes


class ConfiguredPage:
    """One page."""

    def __init__(self, page: Page, world: World) -> None:
        self._page = page
        self._world = world

    async def answer(self, request: web.BaseRequest, path: str = "") -> web.StreamResponse:
        """The page, after its delay, for those who may see it."""
        page = self._page
        if page.delay:
            await asyncio.sleep(page.delay)
        given = parse_basic(request.headers.get("Authorization"))
        if page.realm is not None and not admits(given, page.users, self._world.context.accounts):
            return failure(401, headers={"WWW-Authenticate": basic_challenge(page.realm)})
        if page.redirect is not None:
            response = redirect(page.redirect, page.status or 302)
            response.headers.update(page.headers)
            return response
        body = await self._body()
        headers = {"Content-Type": self._content_type()} | page.headers
        if page.close:
            return await stream(request, UntilClose(status=page.status or 200, headers=headers), [body])
        return web.Response(body=body, status=page.status or 200, headers=headers)

    async def _body(self) -> bytes:
        if self._page.file is not None:
            return await asyncio.to_thread(self._page.file.read_bytes)
        text = self._page.text if self._page.text is not None else self._page.html or ""
        return text.encode(self._page.charset, "replace")

    def _content_type(self) -> str:
        page = self._page
        if page.content_type is not None:
            return page.content_type
        if page.file is not None:
            return MEDIA_TYPES.guess_type(page.file.name)[0] or "application/octet-stream"
        return f"text/{'plain' if page.html is None else 'html'}; charset={page.charset}"
