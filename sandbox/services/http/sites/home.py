"""The index page: tells a learner what is here."""

from __future__ import annotations

from html import escape

from aiohttp import web

from sandbox.services.http.answers import document
from sandbox.services.http.routing import Routes
from sandbox.services.http.sites import HOME
from sandbox.services.http.world import World

_PATHS = (
    ("/get", "echoes the request as JSON; so do /post, /put, /patch, /delete and /anything"),
    ("/status/404", "answers with any status code"),
    ("/redirects/301", "redirects; also 302, 303, 307, 308, loop, relative, absolute and fragment"),
    ("/mywebdir/", "asks for a name and a password (Basic): user1 and secret"),
    ("/digest", "asks for them in a safer way (Digest, MD5); /digest/sha-256 too"),
    ("/cookie-jar/", "shows your cookies; /cookie-jar/set?name=color&value=blue&max_age=3600 sets one"),
    ("/login", "a form that remembers you by a cookie; /members is behind it"),
    ("/charsets/windows-1251", "a page in that charset; also utf-8, koi8-r and utf-16"),
    (
        "/package.rpm",
        "6,952,309 octets; ?pace=100000 slows it, ?length=chunked hides its size, ?stop=N breaks it off",
    ),
    ("/robots.txt", "rules for robots"),
)


def routes(world: World) -> Routes:
    """The index page at the root."""
    table = Routes()
    table.add("GET", "/", Home(world).show)
    return table


class Home:
    """Lists the paths of this site, and the other sites."""

    def __init__(self, world: World) -> None:
        self._settings = world.settings

    async def show(self, request: web.BaseRequest) -> web.StreamResponse:
        """The index page."""
        paths = [*self._shared(), *_PATHS]
        rows = "\n".join(
            f'<li><a href="{escape(path)}">{escape(path)}</a> — {escape(told)}</li>' for path, told in paths
        )
        names = sorted(self._settings.site_names() - {HOME})
        hosts = "\n".join(f"<li>{escape(name)}</li>" for name in names)
        return document(
            "Sandbox",
            f"<h1>Sandbox</h1>\n<p>This server plays the web of a network-programming course. Here is:</p>\n"
            f"<ul>\n{rows}\n</ul>\n<h2>Sites</h2>\n<p>Ask for one of them in the Host field:</p>\n<ul>\n{hosts}\n</ul>",
        )

    def _shared(self) -> list[tuple[str, str]]:
        shared = (
            (self._settings.mail_at, "every mail that arrived by SMTP"),
            (self._settings.files_at, "the shared files: what FTP stores is here at once"),
        )
        return [(path, told) for path, told in shared if path]
