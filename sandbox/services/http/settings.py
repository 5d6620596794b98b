"""The settings of the HTTP service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from sandbox.services.http.sites import BUILT_IN
from sandbox.settings.mistakes import guess, misplaced
from sandbox.settings.models import (
    ExistingFile,
    Expected,
    ListenerSettings,
    MainListenerSettings,
    Model,
    Octets,
    Port,
    Seconds,
    Strings,
    event_names,
)

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _charset(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        raise ValueError(f"there is no charset {name!r}") from None
    return name


def _folder(path: str) -> str:
    if path and not (path.startswith("/") and path.endswith("/")):
        raise ValueError("must begin and end with a slash, as /files/, or be empty")
    return path


def _field_value(value: str) -> str:
    if any(char in "\r\n\0" for char in value):
        raise ValueError("a header field has no line ends and no NUL")
    return value


def _fields(fields: dict[str, str]) -> dict[str, str]:
    for name, value in fields.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header field")
        _field_value(value)
    return fields


Method: TypeAlias = Literal["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]
Methods: TypeAlias = Annotated[tuple[Method, ...], Field(strict=False)]
Charset: TypeAlias = Annotated[str, AfterValidator(_charset)]
Folder: TypeAlias = Annotated[str, AfterValidator(_folder)]
FieldValue: TypeAlias = Annotated[str, AfterValidator(_field_value)]
Fields: TypeAlias = Annotated[dict[str, str], AfterValidator(_fields)]


class Page(Model):
    """What a site answers at one path: a text, a file or a redirect; with none of them an empty body."""

    text: str | None = None
    """The body, sent as text/plain."""
    html: str | None = None
    """The body, sent as text/html."""
    file: ExistingFile | None = None
    """A file whose octets are the body, read anew for each request; its name tells the media type."""
    redirect: FieldValue | None = None
    """Redirect to this URL or path; the status is 302 if none is given."""
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    """The status code; 200, or 302 for a redirect, if not given."""
    content_type: FieldValue | None = None
    """The media type, instead of the one that follows from text, html or file."""
    charset: Charset = "utf-8"
    """The charset in which text and html are sent."""
    headers: Fields = Field(default_factory=dict)
    """Further header fields; those that are generated give way to them."""
    methods: Methods = ("GET",)
    """The methods that are answered, others get 405; GET includes HEAD."""
    close: bool = False
    """Send no Content-Length and close the connection at the end of the body, as the simplest servers do."""
    delay: Seconds = 0.0
    """Seconds to wait before the answer."""
    realm: FieldValue | None = None
    """Ask for a name and password with this realm (Basic, RFC 7617)."""
    users: dict[str, str] = Field(default_factory=dict)
    """Names and passwords that open the realm; without any, the accounts of the sandbox do."""

    @model_validator(mode="after")
    def _one_body(self) -> Page:
        given = [name for name in ("text", "html", "file", "redirect") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"give only one of {', '.join(given)}")
        return self

    @model_validator(mode="after")
    def _users_have_a_realm(self) -> Page:
        if self.users and self.realm is None:
            raise ValueError("users are asked for by a realm only")
        return self


class Site(Model):
    """What is answered to requests for one host name. A built-in site of the same name answers what is not here."""

    aliases: Strings = ()
    """Further host names of the site."""
    server_header: FieldValue | None = None
    """The Server header field of this site; that of the service if not given."""
    directory: str | None = None
    """Serve this directory of the shared files, as / or /pub, at every path that is no page."""
    pages: dict[str, Page] = Field(default_factory=dict)
    """The pages by path, as /, /about.html; the path * is every other one."""

    @model_validator(mode="after")
    def _paths(self) -> Site:
        for path in (*self.pages, self.directory or "/"):
            if path != "*" and not path.startswith("/"):
                raise ValueError(f"the path {path!r} must begin with a slash")
        return self


class Listener(ListenerSettings):
    """One bound address, and what is particular to it."""

    tls: Literal["none", "implicit"] = "none"
    """none: plain text; implicit: TLS from the first byte."""
    site: str | None = None
    """The site that answers every request on this listener, whatever host it names."""
    raw_reply: str | None = None
    """What to say, before closing, to a client whose first octets are no HTTP; without it 400."""
    proxy_realm: FieldValue | None = None
    """Ask clients that use the listener as a proxy for a name and password with this realm (407)."""
    proxy_users: dict[str, str] = Field(default_factory=dict)
    """Names and passwords that open the proxy; without any, the accounts of the sandbox do."""

    @model_validator(mode="after")
    def _users_have_a_realm(self) -> Listener:
        if self.proxy_users and self.proxy_realm is None:
            raise ValueError("proxy_users are asked for by a proxy_realm only")
        return self


class Settings(MainListenerSettings):
    """The HTTP service."""

    well_known: ClassVar[Mapping[int, Expected]] = {
        80: Expected("main"),
        443: Expected("https", implicit_tls=True),
        3128: Expected("proxy"),
    }
    events: ClassVar = event_names("connect tls tunnel call get head post put delete options trace patch")

    port: Port = 2080
    """The port of the main listener; 0 takes any free one."""
    tls: Literal["none", "implicit"] = "none"
    """The TLS mode of the main listener: none or implicit."""
    listeners: dict[str, Listener] = Field(default_factory=dict)
    """Further listeners, each under a name of your choice."""
    server_header: FieldValue = "Sandbox"
    """The Server header field of sites that have none of their own; empty for no such field."""
    keep_alive: Seconds = 75.0
    """Seconds an idle connection waits for its next request."""
    max_body: Octets = 64 * 1024 * 1024
    """Octets a request body may have; larger ones are refused with 413."""
    default_site: str | None = None
    """The site for host names that have none; if not given, the one with the index page and the echo endpoints."""
    built_in_sites: bool = True
    """Serve the sites of the lessons, as www.python.org and example.com."""
    files_at: Folder = "/files/"
    """Where every site shows the shared files; empty for nowhere."""
    files_writable: bool = True
    """Let clients store and delete shared files with PUT and DELETE."""
    mail_at: Folder = "/mail/"
    """Where every site shows the mail that arrived; empty for nowhere."""
    download_pace: Octets = 0
    """Octets per second of the generated downloads; 0 for as fast as they go."""
    slow_page: Seconds = 1.5
    """Seconds the slow pages of the built-in sites take."""
    sites: dict[str, Site] = Field(default_factory=dict)
    """Sites by host name."""

    @model_validator(mode="after")
    def _known_sites(self) -> Settings:
        chosen: dict[tuple[str, ...], str | None] = {("default_site",): self.default_site}
        chosen |= {("listeners", name, "site"): listener.site for name, listener in self.listeners.items()}
        known = self.site_names()
        for key, name in chosen.items():
            if name is not None and name.lower() not in known:
                raise misplaced(key, f"there is no site {name!r}{guess(name, known)}")
        return self

    @classmethod
    def has_event(cls, name: str) -> bool:
        """Every method is an event, and a method is any token (RFC 9110 §9.1)."""
        return _TOKEN.fullmatch(name) is not None

    def site_names(self) -> frozenset[str]:
        """Every host name that has a site of its own, in lower case."""
        names = {name.lower() for site in self.sites.values() for name in site.aliases}
        names |= {name.lower() for name in self.sites}
        return frozenset(names | set(BUILT_IN if self.built_in_sites else ()))
