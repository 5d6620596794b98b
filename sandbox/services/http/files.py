"""The shared files over HTTP: listings as ``python -m http.server`` shows them, ranges, conditions, PUT and DELETE."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from aiohttp import web

from sandbox.net.web_protocol import connection_of
from sandbox.services.http.answers import BLOCK, Streamed, failure, html, http_date, redirect, stream
from sandbox.services.http.conditions import verdict
from sandbox.services.http.ranges import ByteRange, UnsatisfiableError, parse_range
from sandbox.services.http.routing import Routes
from sandbox.stores.files import (
    ENCODING,
    ERRORS,
    ROOT,
    DirectoryFoundError,
    ExistsError,
    FileInfo,
    FileStoreError,
    FileTree,
    ForbiddenError,
    NoDirectoryError,
    NoSpaceError,
    NotFoundError,
    Reader,
    normal_path,
    printable,
)

INDEX_NAMES = ("index.html", "index.htm")

_NO_SLASH = "a file's name does not end with a slash"

_STATUS: dict[type[FileStoreError], int] = {
    NotFoundError: 404,
    DirectoryFoundError: 409,
    NoDirectoryError: 409,
    ExistsError: 409,
    NoSpaceError: 507,
    ForbiddenError: 403,
}
#: Media types by name. The built-in table alone: those of the machine differ, and then so would our answers.
MEDIA_TYPES = mimetypes.MimeTypes()
# That table says other things of these before Python 3.12 and 3.13, or nothing.
for _ending, _type in (
    (".js", "text/javascript"),
    (".mjs", "text/javascript"),
    (".md", "text/markdown"),
    (".rtf", "text/rtf"),
    (".webp", "image/webp"),
):
    MEDIA_TYPES.add_type(_type, _ending)

_COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}


class Files:
    """Serves the part of the tree below ``root`` at the URLs below ``prefix``, which ends with a slash."""

    def __init__(
        self, tree: FileTree, *, root: PurePosixPath = ROOT, prefix: str = "/", writable: bool
    ) -> None:
        self._tree = tree
        self._root = root
        self._prefix = prefix
        self._methods = ("GET", "PUT", "DELETE") if writable else ("GET",)

    def routes(self) -> Routes:
        """All URLs below the prefix."""
        routes = Routes()
        routes.add(self._methods, self._prefix + "{path*}", self.answer)
        return routes

    async def answer(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """The answer to a request for a URL below the prefix."""
        # Not as the table decoded it: octets that are no UTF-8 are kept, FTP stores names with them.
        path = unquote(request.rel_url.raw_path[len(self._prefix) :], ENCODING, ERRORS)
        place = self._root.joinpath(*normal_path(path.lstrip("/")).parts[1:])
        try:
            match request.method:
                case "PUT":
                    return self._store(place, request, await request.read())
                case "DELETE":
                    return self._delete(place, request)
                case _:
                    return await self._show(place, request)
        except NoDirectoryError as error:
            # Below a file nothing can be stored, which is a conflict; to a reader nothing is there.
            return refusal(error) if request.method == "PUT" else failure(404, error.reason)
        except FileStoreError as error:
            return refusal(error)

    async def _show(self, path: PurePosixPath, request: web.BaseRequest) -> web.StreamResponse:
        url = request.rel_url
        info = self._tree.stat(path)
        if info.is_directory:
            if not url.raw_path.endswith("/"):
                return await with_slash(request)
            index = self._index(path)
            if index is None:
                return html(listing(unquote(url.raw_path), self._tree.list(path)))
            info = index
        elif url.raw_path.endswith("/"):
            return failure(404, _NO_SLASH)
        return await self.send(info, request)

    def _index(self, path: PurePosixPath) -> FileInfo | None:
        entries = {info.name: info for info in self._tree.list(path) if not info.is_directory}
        return next((entries[name] for name in INDEX_NAMES if name in entries), None)

    async def send(self, info: FileInfo, request: web.BaseRequest) -> web.StreamResponse:
        """A file, or the part of it that is asked for. Raises FileStoreError."""
        modified = http_date(info.modified)
        headers = {"Last-Modified": modified, "Accept-Ranges": "bytes"}
        match verdict(request.method, request.headers, info.modified):
            case 304:
                return web.Response(status=304, headers=headers)
            case 412:
                return failure(412)
        if_range = request.headers.get("If-Range")
        asked = request.headers.get("Range") if if_range in (None, modified) else None
        try:
            part = parse_range(asked, info.size)
        except UnsatisfiableError:
            return failure(416, headers={"Content-Range": f"bytes */{info.size}"})
        whole = part or ByteRange(0, info.size, info.size)
        reader = self._tree.read(info.path, whole.start)
        try:
            headers["Content-Type"] = media_type(self._tree, info)
            headers["Content-Length"] = str(len(whole))
            if part is not None:
                headers["Content-Range"] = part.content_range
            response = Streamed(status=206 if part else 200, headers=headers)
            await stream(request, response, blocks(reader.read, len(whole)))
        finally:
            reader.close()
        if request.method == "GET":
            connection_of(request).note("file.sent", path=printable(info.path), size=len(whole))
        return response

    def _store(self, path: PurePosixPath, request: web.BaseRequest, content: bytes) -> web.StreamResponse:
        if "Content-Range" in request.headers:
            return failure(400, "a part of a file cannot be stored (RFC 9110 §14.5)")
        if request.rel_url.raw_path.endswith("/"):
            return failure(409, _NO_SLASH)
        before = self._modified(path)
        if verdict("PUT", request.headers, before) is not None:
            return failure(412)
        self._tree.make_directories(path.parent)
        writer = self._tree.write(path)
        try:
            writer.write(content)
        finally:
            writer.close()
        connection_of(request).note("file.stored", path=printable(path), size=len(content))
        return web.Response(status=201 if before is None else 204)

    def _delete(self, path: PurePosixPath, request: web.BaseRequest) -> web.StreamResponse:
        info = self._tree.stat(path)
        if verdict("DELETE", request.headers, info.modified) is not None:
            return failure(412)
        if info.is_directory:
            self._tree.remove_directory(path)
        else:
            self._tree.remove(path)
        connection_of(request).note("file.deleted", path=printable(path))
        return web.Response(status=204)

    def _modified(self, path: PurePosixPath) -> float | None:
        try:
            return self._tree.stat(path).modified
        except NotFoundError:
            return None


async def with_slash(request: web.BaseRequest) -> web.StreamResponse:
    """To the same URL, whose path ends with a slash, as that of a directory shall."""
    url = request.rel_url
    query = f"?{url.raw_query_string}" if url.raw_query_string else ""
    # One slash at the start: two would name another host.
    return redirect(f"/{url.raw_path.lstrip('/')}/{query}", 301)


def refusal(error: FileStoreError) -> web.Response:
    """What HTTP says when the tree cannot do what it is asked for."""
    return failure(_STATUS.get(type(error), 409), error.reason)


def media_type(tree: FileTree, info: FileInfo) -> str:
    """The media type of a file, by its name and, for the charset of a text, its first octets."""
    kind, coding = MEDIA_TYPES.guess_type(info.name)
    if coding is not None:
        return _COMPRESSED.get(coding, "application/octet-stream")
    if kind is None or not kind.startswith("text/"):
        return kind or "application/octet-stream"
    reader = tree.read(info.path)
    try:
        return f"{kind}; charset=utf-8" if _is_utf8(reader) else kind
    finally:
        reader.close()


def listing(path: str, entries: list[FileInfo], base: str = "") -> str:
    """The page that lists a directory; ``path`` is that of the URL, decoded, ``base`` stands before each link."""
    title = escape(f"Directory listing for {path}")
    ordered = sorted(entries, key=lambda info: info.name.lower())
    names = [info.name + ("/" if info.is_directory else "") for info in ordered]
    # "./" keeps a name with a colon from being taken for a scheme.
    rows = "\n".join(f'<li><a href="{escape(base)}{_link(name)}">{escape(name)}</a></li>' for name in names)
    return (
        f'<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n</head>\n'
        f"<body>\n<h1>{title}</h1>\n<hr>\n<ul>\n{rows}\n</ul>\n<hr>\n</body>\n</html>\n"
    )


def _link(name: str) -> str:
    encoded = quote(name, "/", ENCODING, ERRORS)
    return f"./{encoded}" if ":" in name else encoded


def blocks(read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    """What ``read`` gives, up to ``size`` octets."""
    while size > 0 and (block := read(min(BLOCK, size))):
        size -= len(block)
        yield block


def _is_utf8(reader: Reader) -> bool:
    start = reader.read(BLOCK)
    try:
        start.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and len(start) == BLOCK
    return True
