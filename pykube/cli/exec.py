"""``pykube exec``: run a command in a container."""

from __future__ import annotations

import asyncio
import sys

import click

from . import cluster, completing, remote_command
from .cluster import Cluster
from .failures import CliError
from .pod_choice import container_of, pods_of
from .verb import Verb
from .websocket import connect

EXAMPLES = """
Examples:
  pykube exec web-1 -- ls /                   a command; its output, its exit code
  pykube exec -it web-1 -- sh                 a shell in the container
  pykube exec deploy/web -c sidecar -- env    in a container of one of its pods
  tar c files | pykube exec -i web-1 -- tar x -C /tmp

Next: 'pykube logs POD' shows what the container itself has written.
"""


@click.command(cls=Verb, epilog=EXAMPLES)
@click.argument("target", metavar="POD | KIND/NAME", shell_complete=completing.pods)
@click.argument("command_line", nargs=-1, metavar="-- COMMAND [ARGUMENT...]", type=click.UNPROCESSED)
@cluster.options
@click.option("-i", "--stdin", is_flag=True, help="Hand our standard input to the command.")
@click.option("-t", "--tty", "terminal", is_flag=True, help="Give it a terminal.")
@click.option(
    "-c", "--container", default="", metavar="NAME", shell_complete=completing.containers, help="In this one."
)
@click.option("-q", "--quiet", is_flag=True, help="Do not say which container was chosen.")
def command(
    *,
    target: str,
    command_line: tuple[str, ...],
    cluster: Cluster,
    stdin: bool,
    terminal: bool,
    container: str,
    quiet: bool,
) -> None:
    """Run a command in a container; our exit code is the command's."""
    if not command_line:
        raise CliError("you must specify at least one command for the container: pykube exec POD -- COMMAND")
    pod = pods_of(cluster, target)[0]
    phase = (pod.get("status") or {}).get("phase", "")
    if phase in ("Succeeded", "Failed"):
        raise CliError(f"cannot exec into a container in a completed pod; current phase is {phase}")
    chosen = container_of(pod, container, quiet=quiet)
    if terminal and stdin and not sys.stdin.isatty():
        click.echo("Unable to use a TTY - input is not a terminal or the right kind of file", err=True)
        terminal = False
    streams = remote_command.own_streams(stdin=stdin, terminal=terminal)
    query = [
        ("container", chosen),
        *(("command", word) for word in command_line),
        ("stdout", "true"),
        *([("stdin", "true")] if stdin else []),
        *([("tty", "true")] if terminal else [("stderr", "true")]),
    ]
    metadata = pod["metadata"]
    path = cluster.kinds.find("pods").path(metadata["namespace"], metadata["name"], "exec")
    asyncio.run(_run(cluster, path, query, streams))


async def _run(cluster: Cluster, path: str, query: list[tuple[str, str]], streams: remote_command.Streams) -> None:
    async with connect(cluster.config, path, query, remote_command.PROTOCOLS) as socket:
        await remote_command.run(socket, streams)
