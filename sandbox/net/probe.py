"""Asks an address of the sandbox itself whether it accepts."""

from __future__ import annotations

import json
import socket

from sandbox.settings.models import Binding

# A wildcard is an address to bind, not one to connect to.
_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


def refusal(binding: Binding, timeout: float) -> str | None:
    """None if the address accepts within ``timeout`` seconds, else why it does not."""
    try:
        if binding.path is not None:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
                sock.settimeout(timeout)
                sock.connect(str(binding.path))
        else:
            host = _REACHABLE.get(binding.host, binding.host)
            socket.create_connection((host, binding.port), timeout).close()
    except OSError as error:
        return error.strerror or str(error) or type(error).__name__
    return None


def failing(binding: Binding, timeout: float) -> list[str]:
    """The listeners that do not accept, as a running sandbox says of itself at its control interface.

    One without TLS at a host and port is asked; nothing is said of any other. Raises OSError or ValueError if what
    answers there is none.
    """
    from http.client import HTTPConnection, HTTPException  # not needed for a start

    if binding.path is not None or binding.tls != "none":
        return []
    connection = HTTPConnection(_REACHABLE.get(binding.host, binding.host), binding.port, timeout=timeout)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        health = json.loads(connection.getresponse().read())
        listeners = [each for each in health["listeners"] if not each["accepts"]]
        names = [f"{each['service']}/{each['listener']} on {each['address']}" for each in listeners]
        return [*names, *health["missing"]]
    except (HTTPException, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"no control interface answers: {error!r}") from error
    finally:
        connection.close()
