"""Asks an address of the sandbox itself whether it accepts."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Told:
    """What a running sandbox says of its listeners."""

    accepting: frozenset[tuple[str, str, str]]  # service, listener, address
    failing: tuple[str, ...]

    def accepts(self, service: str, binding: Binding) -> bool:
        """Whether that listener accepts there. Of hosts nothing is said: a name has become an address."""
        end = binding.address if binding.path is not None else f":{binding.port}"
        return any((service, binding.name) == at[:2] and at[2].endswith(end) for at in self.accepting)


def told(binding: Binding, timeout: float) -> Told | None:
    """What a running sandbox says of itself at its control interface, which leaves nothing on its timeline.

    One without TLS at a host and port is asked; None for any other. Raises OSError or ValueError if what
    answers there is none.
    """
    from http.client import HTTPConnection, HTTPException  # not needed for a start

    if binding.path is not None or binding.tls != "none" or binding.port == 0:
        return None
    connection = HTTPConnection(_REACHABLE.get(binding.host, binding.host), binding.port, timeout=timeout)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        health = json.loads(connection.getresponse().read())
        failing = [each for each in health["listeners"] if not each["accepts"]]
        names = [f"{each['service']}/{each['listener']} on {each['address']}" for each in failing]
        accepting = [each for each in health["listeners"] if each["accepts"]]
        return Told(
            frozenset((each["service"], each["listener"], each["address"]) for each in accepting),
            (*names, *health["missing"]),
        )
    except (HTTPException, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"no control interface answers: {error!r}") from error
    finally:
        connection.close()
