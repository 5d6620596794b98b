"""What the environment of a launched program holds beside its redirection: a browser, a proxy, more to trust."""

from __future__ import annotations

import os
import shlex
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.redirection.environment import HOOK, ROUTES


def without_shim(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the shim of a run that this one is part of."""
    kept = {name: value for name, value in environment.items() if name != ROUTES}
    entries = kept.pop("PYTHONPATH", "").split(os.pathsep)
    others = os.pathsep.join(entry for entry in entries if entry != str(HOOK))
    return kept | {"PYTHONPATH": others} if others else kept


def proxied(environment: Mapping[str, str], proxy: str) -> dict[str, str]:
    """For programs that no shim can catch: those that obey the variables of proxies ask this one."""
    names = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")
    return {**environment, **dict.fromkeys((*names, *map(str.upper, names)), f"http://{proxy}")}


def browsing(environment: Mapping[str, str], pages: Path) -> dict[str, str]:
    """A browser for webbrowser.open and other programs that obey $BROWSER: it keeps the page in a directory."""
    command = [sys.executable, str(Path(__file__).with_name("browser.py")), str(pages)]
    return {**environment, "BROWSER": f"{shlex.join(command)} %s"}


def authorities(certificate: Path, target: Path, *, real: bool) -> Path:
    """The file of those to trust: the sandbox' own authority, with ``real`` also those of the real network."""
    if not real:
        return certificate
    texts = [certificate.read_text(encoding="utf-8")]
    for path in (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile):
        if path and Path(path).is_file():
            texts.append(Path(path).read_text(encoding="utf-8", errors="replace"))
            break
    target.write_text("\n".join(texts), encoding="utf-8")
    return target
