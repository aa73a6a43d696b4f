"""``pykube port-forward``: reach a pod's port from here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import click

from . import cluster, completing
from .cluster import Cluster
from .failures import CliError
from .forwarding import PROTOCOL, Forwarder, session_over
from .pod_choice import pods_of
from .verb import Verb
from .websocket import connect

EXAMPLES = """
Examples:
  pykube port-forward web-1 8080:80            http://localhost:8080 is port 80 of the pod
  pykube port-forward svc/web 8080:http        of a pod of the service, at its port named http
  pykube port-forward deploy/web :80           at any free port here
  pykube port-forward --address 0.0.0.0 web-1 8080:80    for other hosts too

It goes on until it is interrupted; try 'curl localhost:8080' in another terminal.
"""

Object = dict[str, Any]
Pair = tuple[int, int]
"""A local port, 0 for any, and the pod's."""


@click.command("port-forward", cls=Verb, epilog=EXAMPLES)
@click.argument("target", metavar="POD | KIND/NAME", shell_complete=completing.pods)
@click.argument("ports", nargs=-1, required=True, metavar="[LOCAL:]REMOTE...")
@cluster.options
@click.option("--address", default="localhost", metavar="ADDRESS,...", help="Where to listen. Default: localhost.")
def command(*, target: str, ports: tuple[str, ...], cluster: Cluster, address: str) -> None:
    """Make ports of a pod reachable from this host."""
    pod = pods_of(cluster, target)[0]
    phase = (pod.get("status") or {}).get("phase", "")
    if phase != "Running":
        raise CliError(f"unable to forward port because pod is not running. Current status={phase}")
    service = _service(cluster, target)
    pairs = [parse_ports(text, pod, service) for text in ports]
    metadata = pod["metadata"]
    path = cluster.kinds.find("pods").path(metadata["namespace"], metadata["name"], "portforward")
    asyncio.run(_forward(cluster, path, pairs, [one for one in address.split(",") if one]))


def _service(cluster: Cluster, target: str) -> Object | None:
    kind_word, slash, name = target.partition("/")
    kind = cluster.kinds.find(kind_word) if slash else None
    if kind is None or kind.kind != "Service":
        return None
    found: Object = cluster.http.get(kind.path(cluster.namespace, name))
    return found


def parse_ports(text: str, pod: Object, service: Object | None = None) -> Pair:
    """``8080``, ``8080:80``, ``:80`` or a port's name, as a pair; a Service's port is that of its pods.

    Raises:
        CliError: it is no such thing, or has no such port.
    """
    first, colon, second = text.partition(":")
    remote = second if colon else first
    port = _of_service(remote, pod, service) if service is not None else _of_pod(remote, pod)
    if colon and not first:
        return 0, port
    if not colon:
        return (int(first) if first.isdigit() else port), port
    if not first.isdigit() or not 0 <= int(first) < 65536:
        raise CliError(f'error parsing local port "{first}": it is no number from 0 to 65535')
    return int(first), port


def _of_pod(word: str, pod: Object) -> int:
    if word.isdigit():
        if not 0 < int(word) < 65536:
            raise CliError("remote port must be > 0 and < 65536")
        return int(word)
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("name") == word and port.get("protocol", "TCP") == "TCP":
                return int(port["containerPort"])
    raise CliError(f"Pod '{pod['metadata']['name']}' does not have a named port '{word}'")


def _of_service(word: str, pod: Object, service: Object) -> int:
    for port in service["spec"].get("ports") or ():
        if word in (port.get("name"), str(port["port"])):
            if service["spec"].get("clusterIP") == "None":
                return int(port["port"])
            return _of_pod(str(port.get("targetPort") or port["port"]), pod)
    raise CliError(f"Service {service['metadata']['name']} does not have a service port {word}")


async def _forward(cluster: Cluster, path: str, pairs: Sequence[Pair], addresses: Sequence[str]) -> None:
    async with connect(cluster.config, path, [], (PROTOCOL,)) as socket, session_over(socket) as session:
        forwarder = Forwarder(session, click.echo, lambda text: click.echo(text, err=True))
        async with contextlib.AsyncExitStack() as stack:
            for local, remote in pairs:
                for address in addresses:
                    for server in await listen(forwarder, address, local, remote):
                        await stack.enter_async_context(server)
            await session.closed()
    raise CliError("lost connection to pod")


async def listen(forwarder: Forwarder, address: str, local: int, remote: int) -> list[asyncio.Server]:
    """Servers at the address; ``localhost`` means both of its families, as far as the host has them.

    Raises:
        CliError: no address could be listened on.
    """
    hosts = ("127.0.0.1", "::1") if address == "localhost" else (address,)
    servers: list[asyncio.Server] = []
    failed: OSError | None = None
    for host in hosts:
        try:
            server = await _server(forwarder, host, local, remote)
        except OSError as error:
            failed = error
            continue
        local = server.sockets[0].getsockname()[1]
        click.echo(f"Forwarding from {f'[{host}]' if ':' in host else host}:{local} -> {remote}")
        servers.append(server)
    if not servers and failed is not None:
        raise CliError(f"unable to listen on port {local}: {failed.strerror or failed}")
    return servers


async def _server(forwarder: Forwarder, host: str, local: int, remote: int) -> asyncio.Server:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = writer.get_extra_info("sockname")[1]
        await forwarder.join(remote, port, reader, writer)

    return await asyncio.start_server(connected, host, local)
