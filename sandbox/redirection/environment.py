"""The environment of a redirected process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it would load the whole sandbox
    from sandbox.redirection.table import Table

HOOK = Path(__file__).with_name("hook").absolute()
ROUTES = "SANDBOX_ROUTES"

#: What programs read to learn whom to trust: Python's ssl and OpenSSL, requests, curl, git, pip, Node.js, the AWS
#: command line, httplib2 and gRPC.
CERTIFICATES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "PIP_CERT",
    "NODE_EXTRA_CA_CERTS",
    "AWS_CA_BUNDLE",
    "HTTPLIB2_CA_CERTS",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
)


def environment_of(table: Table, path: Path, base: Mapping[str, str]) -> dict[str, str]:
    """The environment ``base`` of a process, changed so that it is redirected by the table, which stands in ``path``.

    Its Python finds the hook first, everything trusts the sandbox and no proxy is left. All paths are absolute.
    """
    environment = trusting(base, table["certificate"])
    others = [entry for entry in base.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != str(HOOK)]
    environment["PYTHONPATH"] = os.pathsep.join([str(HOOK), *others])
    environment[ROUTES] = str(path.absolute())
    return environment


def trusting(environment: Mapping[str, str], bundle: str) -> dict[str, str]:
    """Trust the authorities of one file; no proxy stands between."""
    kept = {name: value for name, value in environment.items() if not name.lower().endswith("_proxy")}
    return kept | dict.fromkeys(CERTIFICATES, bundle)
