"""The sites that are built in: which host name is answered by which topics. Topics are loaded at their first request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A host's topics, modules of this package whose ``routes(world)`` returns a table; the first one wins."""

    topics: tuple[str, ...]
    server_header: str | None = None
    calls: bool = True
    """Whether it takes XML-RPC calls."""


#: The name of the site for hosts that have none of their own.
HOME: Final = "localhost"

_PYTHON = BuiltIn(("python",))
_EXAMPLE = BuiltIn(("example",))
_GOOGLE = BuiltIn(("google",), calls=False)
_WIKIPEDIA = BuiltIn(("wikipedia",))
_ONEGO = BuiltIn(("onego",), server_header="Apache/1.3.29 (Unix) PHP/4.3.10")
_HOME = BuiltIn(
    ("home", "protected", "cookies", "redirects", "charsets", "downloads", "everywhere", "echoes")
)

BUILT_IN: Final[Mapping[str, BuiltIn]] = {
    HOME: _HOME,
    "httpbin.org": BuiltIn(("endpoints", "echoes")),
    "python.org": _PYTHON,
    "www.python.org": _PYTHON,
    "docs.python.org": _PYTHON,
    "example.com": _EXAMPLE,
    "www.example.com": _EXAMPLE,
    "example.org": _EXAMPLE,
    "www.example.org": _EXAMPLE,
    "google.com": _GOOGLE,
    "www.google.com": _GOOGLE,
    "python.onego.ru": _ONEGO,
    "searchengine.com": BuiltIn(("search",)),
    "www.searchengine.com": BuiltIn(("search",)),
    "download.fedora.redhat.com": BuiltIn(("downloads",)),
    "i.postimg.cc": BuiltIn(("pictures",)),
    "mahler": BuiltIn(("mahler",)),
    "ru.wikipedia.org": _WIKIPEDIA,
    "en.wikipedia.org": _WIKIPEDIA,
}
