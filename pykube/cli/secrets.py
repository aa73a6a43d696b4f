"""``pykube secrets``: how objects lie in the datastore, and bringing them under the newest key."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from ..errors import NotFound
from . import cluster
from .cluster import Cluster
from .failures import CliError
from .verb import VerbGroup

PATH = "/pykube/encryption"

SLICE = 200
"""Values that the server looks at for one request."""

_NAMED = 20
"""Unreadable objects that are named one by one."""

EXAMPLES = """
Examples:
  pykube secrets status               how many objects lie under which key
  pykube secrets reencrypt            bring all under the key that comes first in the configuration

To change a key: put the new one first in the EncryptionConfiguration and leave the old one in it, run
'pykube secrets reencrypt', and take the old one out when 'pykube secrets status' does not name it any more.
"""


@click.group(cls=VerbGroup, epilog=EXAMPLES)
def command() -> None:
    """See how objects are encrypted in the datastore, and encrypt them anew when keys have changed."""


@command.command()
@cluster.options
def status(cluster: Cluster) -> None:
    """Tell how many objects lie under which key."""
    found = _asked(cluster, "GET")
    for seal, count in sorted(found["values"].items()):
        click.echo(f"{count}\t{seal}")
    click.echo(f"{found['outdated']} of them would be written under another key now")
    _tell_unreadable(found["unreadable"])


@command.command()
@cluster.options
@click.option("--dry-run", is_flag=True, help="Only count what would be written.")
def reencrypt(cluster: Cluster, *, dry_run: bool) -> None:
    """Write every object anew that lies under an old key, or in the open and should not.

    Objects keep what they hold, and nobody's changes are lost: it can be interrupted at any time, and run again.
    """
    seen = rewritten = 0
    unreadable: dict[str, str] = {}
    after = ""
    while True:
        params = {"after": after, "limit": str(SLICE), **({"dryRun": "All"} if dry_run else {})}
        found = _asked(cluster, "POST", params)
        seen += found["seen"]
        rewritten += found["rewritten"]
        unreadable |= found["unreadable"]
        after = found["next"]
        if sys.stderr.isatty():
            click.echo(f"\r{seen} of {seen + found['remaining']} objects seen, {rewritten} written", err=True, nl=False)
        if not after:
            break
    if sys.stderr.isatty():
        click.echo(err=True)
    click.echo(f"{seen} objects seen, {rewritten} {'would be ' if dry_run else ''}written anew")
    _tell_unreadable(unreadable)


def _asked(cluster: Cluster, method: str, params: dict[str, str] | None = None) -> Any:
    try:
        return json.loads(cluster.http.request(method, PATH, params=params))
    except NotFound as error:
        raise CliError(
            "the server encrypts nothing: encryptionProviderConfig in its config.yaml names no EncryptionConfiguration"
        ) from error


def _tell_unreadable(unreadable: dict[str, str]) -> None:
    """Name what no key opens, and fail.

    Raises:
        CliError: there is such.
    """
    if not unreadable:
        return
    for key, why in sorted(unreadable.items())[:_NAMED]:
        click.echo(f"{key}: {why}", err=True)
    raise CliError(f"{len(unreadable)} objects cannot be read: bring their keys back into the configuration")
