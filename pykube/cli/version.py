"""``pykube version``: which versions talk to each other."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import click

from ..errors import ApiError
from . import cluster, printers
from .cluster import Cluster
from .verb import Verb

EXAMPLES = """
Examples:
  pykube version                 of this command and of the server
  pykube version --client        of this command only
  pykube version -o json         for scripts
"""

DISTRIBUTION = "pykube-orchestrator"


@click.command(cls=Verb, epilog=EXAMPLES)
@click.option("--client", "client_only", is_flag=True, help="Do not ask the server.")
@click.option("-o", "--output", "form", default="", metavar="FORM", help="yaml or json.")
@cluster.flags
@click.pass_context
def command(ctx: click.Context, /, *, client_only: bool, form: str, **flags: Any) -> None:
    """Show the versions of this command and of the server."""
    found: dict[str, Any] = {"clientVersion": {"gitVersion": f"v{own_version()}"}}
    failed: ApiError | click.ClickException | None = None
    if not client_only:
        try:
            found["serverVersion"] = ctx.invoke(_server, **flags)
        except (ApiError, click.ClickException) as error:
            failed = error
    if form:
        printers.printer(form)(found)
    else:
        click.echo(f"Client Version: {found['clientVersion']['gitVersion']}")
        if "serverVersion" in found:
            click.echo(f"Server Version: {found['serverVersion']['gitVersion']}")
    if failed is not None:
        raise failed


@click.command()
@cluster.options
def _server(*, cluster: Cluster) -> dict[str, Any]:
    found: dict[str, Any] = cluster.http.get("/version")
    return found


def own_version() -> str:
    """The version of the installed distribution; ``0.0.0`` where the source runs without one."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "0.0.0"
