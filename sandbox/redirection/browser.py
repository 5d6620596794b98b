"""Stands in for the browser: fetches a page, tells of it on stderr and keeps it. Run as a program of its own."""

from __future__ import annotations

import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

_HEADERS = {"User-Agent": "Mozilla/5.0 (sandbox)", "Accept": "text/html, */*"}


def show(url: str, pages: Path) -> int:
    """Fetch the page into the directory; 0 if it is there, as a browser's exit status."""
    try:
        request = urllib.request.Request(_complete(url), headers=_HEADERS)
        with urllib.request.urlopen(request, timeout=30) as response:
            body = response.read()
            status = f"{response.status} {response.reason}" if response.status else "read"
    except urllib.error.HTTPError as error:
        body = error.read()
        status = f"{error.code} {error.reason}"
    except (OSError, ValueError) as error:
        sys.stderr.write(f"browser: {url}: {error}\n")
        return 1
    path = pages / _name(url)
    pages.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(body)
    sys.stderr.write(f"browser: {url}: {status}, {len(body)} octets{_title(body)}, kept in {path}\n")
    return 0


def _complete(url: str) -> str:
    """People type names of hosts and files."""
    if re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", url, re.IGNORECASE):
        return url
    return Path(url).absolute().as_uri() if Path(url).is_file() else f"http://{url}"


def _name(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    name = re.sub(r"[^\w.-]+", "-", f"{parts.netloc}{parts.path}".rstrip("/"))[:100].strip("-.") or "page"
    return name if re.search(r"\.\w{2,5}$", parts.path) else f"{name}.html"


def _title(body: bytes) -> str:
    found = re.search(rb"<title[^>]*>(.*?)</title>", body, re.IGNORECASE | re.DOTALL)
    return f', "{" ".join(found[1].decode("utf-8", "replace").split())}"' if found else ""


if __name__ == "__main__":
    sys.exit(show(sys.argv[2], Path(sys.argv[1])))
