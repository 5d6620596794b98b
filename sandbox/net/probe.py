"""Asks an address of the sandbox itself whether it accepts."""

from __future__ import annotations

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
