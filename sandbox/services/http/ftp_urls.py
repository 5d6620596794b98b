"""``ftp://`` URLs asked of a proxy: the shared files as the FTP service shows them to that user (RFC 1738 §3.2)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

from aiohttp import web

from sandbox.net.web_protocol import connection_of
from sandbox.services.http.answers import failure, html, http_date
from sandbox.services.http.aside import aside
from sandbox.services.http.credentials import Basic, basic_challenge, parse_basic
from sandbox.services.http.files import Files, blocks, listing, media_type, refusal
from sandbox.services.http.target import Target
from sandbox.services.http.world import World
from sandbox.stores.files import (
    ENCODING,
    ERRORS,
    ROOT,
    FileInfo,
    FileStoreError,
    NoDirectoryError,
    home_of,
    normal_path,
)

PORT = 21
ANONYMOUS = ("anonymous", "ftp")

_TYPE = re.compile(r";type=(?P<code>[aid])", re.IGNORECASE)


class FtpUrls:
    """Reads only: what may be stored, and where, is for the FTP service to say."""

    def __init__(self, world: World) -> None:
        self._context = world.context
        self._tree = world.context.files
        self._files = Files(self._tree, writable=False)

    async def answer(self, request: web.BaseRequest, target: Target) -> web.StreamResponse:
        """The file or listing; 401 for a login that the accounts refuse, 404, 502 where no FTP service answers."""
        if request.method not in ("GET", "HEAD"):
            return failure(405, "A proxy only reads ftp:// URLs.", headers={"Allow": "GET, HEAD"})
        table, port = self._context.routes, PORT if target.port is None else target.port
        to = table.find("tcp", target.host, port)
        if to is None or to.service != "ftp":
            return failure(502, table.advice("tcp", target.host, port))
        home = self._home(request, target)
        if home is None:
            challenge = basic_challenge(f"FTP {target.host}")
            return failure(401, "Login incorrect.", headers={"WWW-Authenticate": challenge})
        try:
            return await self._show(request, target, home)
        except NoDirectoryError as error:
            return failure(404, error.reason)
        except FileStoreError as error:
            return refusal(error)

    def _home(self, request: web.BaseRequest, target: Target) -> PurePosixPath | None:
        """Where the user starts, as at the FTP service; None for one who may not log in."""
        given = _user(target.userinfo) or parse_basic(request.headers.get("Authorization"))
        if given is None or given.name.lower() in ANONYMOUS:
            return ROOT
        account = self._context.accounts.login(given.name, given.password)
        outcome = "refused" if account is None else "accepted"
        connection_of(request).note(f"login.{outcome}", user=given.name, mechanism="Basic")
        return None if account is None else home_of(self._tree, account.name)

    async def _show(
        self, request: web.BaseRequest, target: Target, home: PurePosixPath
    ) -> web.StreamResponse:
        encoded, code = _path_and_type(target)
        # One slash ends the host; a second one, which must be encoded, begins at the root (RFC 1738 §3.2.2).
        path = unquote(encoded[1:], ENCODING, ERRORS)
        info = self._tree.stat(normal_path(path, home))
        if info.is_directory:
            base = "" if encoded.endswith("/") else f"{encoded.rpartition('/')[2]}/"
            return html(listing(str(info.path), self._tree.list(info.path), base))
        if path.endswith("/") or code == "d":
            return failure(404, "That is no directory.")
        return await (self._as_lines(info) if code == "a" else self._files.send(info, request))

    async def _as_lines(self, info: FileInfo) -> web.Response:
        """A text as TYPE A sends it: lines end with CRLF."""
        reader = self._tree.read(info.path)
        try:
            text = b"".join(blocks(reader.read, info.size))
        finally:
            reader.close()
        headers = {"Content-Type": media_type(self._tree, info), "Last-Modified": http_date(info.modified)}
        body = await aside(info.size, lambda: text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        return web.Response(body=body, headers=headers)


def _user(userinfo: str) -> Basic | None:
    if not userinfo:
        return None
    name, _, password = userinfo.partition(":")
    return Basic(unquote(name), unquote(password))


def _path_and_type(target: Target) -> tuple[str, str]:
    # FTP knows no queries: a question mark is a part of the name.
    text = f"{target.path}?{target.query}" if target.query else target.path
    path, semicolon, last = text.rpartition(";")
    found = _TYPE.fullmatch(semicolon + last)
    return (path, found["code"].lower()) if found is not None else (text, "i")
