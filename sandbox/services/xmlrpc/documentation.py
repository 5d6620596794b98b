"""The page that a browser gets: every method with its signature and what it does."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from html import escape
from typing import Any

from sandbox.services.xmlrpc.dispatcher import Dispatcher

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>XML-RPC methods</title></head>
<body>
<h1>XML-RPC methods</h1>
<p>Call them by POST to this address, as <code>xmlrpc.client.ServerProxy</code> does.</p>
<dl>
{methods}
</dl>
</body>
</html>
"""


def page(dispatcher: Dispatcher) -> str:
    """The page in HTML."""
    methods = (
        f"<dt><code>{escape(name + _arguments(dispatcher.functions[name]))}</code></dt>\n"
        f"<dd>{escape(dispatcher.method_help(name))}</dd>"
        for name in dispatcher.list_methods()
    )
    return _PAGE.format(methods="\n".join(methods))


def _arguments(function: Callable[..., Any]) -> str:
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):  # some built-in functions do not tell
        return "(…)"
