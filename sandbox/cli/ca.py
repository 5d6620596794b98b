"""``ca``: how clients come to trust the sandbox' certificates."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from sandbox.cli.configuration import configured, explained, load
from sandbox.net.authority import Authority
from sandbox.settings.paths import state_directory

# Who reads which: OpenSSL and Python's ssl, requests, curl, git, Node.js.
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS")


@click.command("ca", short_help="Print the certificate authority and how clients trust it.")
@configured
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON instead.")
def command(
    config: Path | None, profile: str | None, overrides: tuple[str, ...], only: str | None, as_json: bool
) -> None:
    """Print where the certificate authority is, and the lines that make clients trust it.

    The authority is made when first asked for, once for each state directory. Its key is readable by you alone, and
    it is never put into a system's store: only programs started with these variables trust it.

    In a shell: eval "$(sandbox ca)"
    """
    with explained():
        general = load(config, profile, overrides, only).general
        path = Authority(state_directory(general), general.tls.names).certificate.absolute()
    if as_json:
        click.echo(json.dumps({"certificate": str(path), "environment": dict.fromkeys(VARIABLES, str(path))}))
        return
    click.echo(f"# The certificate authority of the sandbox: {path}")
    for variable in VARIABLES:
        click.echo(f"export {variable}={shlex.quote(str(path))}")
