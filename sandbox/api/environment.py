"""What a program needs to know that is started as a process of its own: where the services are, and whom to trust."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sandbox.api.services import Listener
from sandbox.redirection.environment import CERTIFICATES


def environment_of(listeners: Iterable[Listener], certificate: Path) -> dict[str, str]:
    """``SMTP_HOST``, ``SMTP_PORT``, ``SMTP_URL`` for a main listener, ``SMTP_SMTPS_PORT`` … for one with a name.

    With them stand the variables by which OpenSSL, requests, curl, git and others are told whom to trust.
    """
    found = dict.fromkeys(CERTIFICATES, str(certificate))
    for listener in listeners:
        if listener.path is not None:
            continue
        words = [listener.service, *([] if listener.name == "main" else [listener.name])]
        prefix = "_".join(words).upper().replace("-", "_").replace(".", "_")
        found[f"{prefix}_HOST"] = listener.host
        found[f"{prefix}_PORT"] = str(listener.port)
        found[f"{prefix}_URL"] = listener.url
    return found
