"""``pykube logs``: show a container's log."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from ..errors import ApiError
from . import arguments, cluster, completing
from .cluster import Cluster
from .failures import CliError, Failures
from .pod_choice import by_selector, container_names, container_of, pods_of
from .verb import Verb

EXAMPLES = """
Examples:
  pykube logs web-1                      what the pod's container has written
  pykube logs deploy/web -f --tail=20    the last lines of one of its pods, and all to come
  pykube logs web-1 -c sidecar --since=1h
  pykube logs web-1 --previous           of the container before its last restart
  pykube logs -l app=web --prefix        of all pods with a label

Next: 'pykube describe pod NAME' says why a pod has nothing to show.
"""

CHUNK = 64 * 1024
SELECTOR_TAIL = 10
"""Lines of each pod where pods are chosen by label and --tail is not given; kubectl's figure."""


@dataclass(frozen=True, slots=True)
class Source:
    """One container's log."""

    path: str
    pod: str
    container: str


@click.command(cls=Verb, epilog=EXAMPLES)
@click.argument("target", required=False, default="", metavar="POD | KIND/NAME", shell_complete=completing.pods)
@click.argument("container_word", required=False, default="", metavar="[CONTAINER]")
@cluster.options
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written, until interrupted.")
@click.option("--tail", type=int, default=None, metavar="LINES", help="The last lines only. Default: all.")
@click.option("--since", default="", metavar="DURATION", help="Lines of this last time only: 5s, 2m, 3h.")
@click.option("--since-time", default="", metavar="TIME", help="Lines after this time (RFC 3339) only.")
@click.option("--timestamps", is_flag=True, help="With the time of each line.")
@click.option(
    "-c", "--container", default="", metavar="NAME", shell_complete=completing.containers, help="Of this one."
)
@click.option("--all-containers", is_flag=True, help="Of all containers of the pod.")
@click.option("-p", "--previous", is_flag=True, help="Of the container before its last restart.")
@click.option("-l", "--selector", default="", metavar="SELECTOR", help="Of all pods with these labels.")
@click.option("--prefix", is_flag=True, help="With the pod and container before each line.")
@click.option("--limit-bytes", type=int, default=None, metavar="BYTES", help="No more than this.")
@click.option("--max-log-requests", type=int, default=5, metavar="COUNT", help="With -f: how many logs at once.")
def command(*, target: str, container_word: str, cluster: Cluster, **flags: Any) -> None:
    """Show the log of a container: what it wrote to its standard output and error."""
    if bool(target) == bool(flags["selector"]):
        raise CliError(
            "only a selector (-l) or a POD name is allowed" if target else "expected 'logs POD', 'logs KIND/NAME' or -l"
        )
    asked = flags["container"] or container_word
    if asked and flags["all_containers"]:
        raise CliError("--all-containers=true should not be specified with container name")
    sources = list(_sources(cluster, target, asked, flags))
    params = query(flags)
    if flags["follow"] and len(sources) > flags["max_log_requests"]:
        raise CliError(
            f"you are attempting to follow {len(sources)} log streams, "
            f"but maximum allowed concurrency is {flags['max_log_requests']}, "
            "use --max-log-requests to increase the limit"
        )
    if len(sources) > 1 and flags["follow"]:
        _together(cluster, sources, params, prefix=flags["prefix"])
        return
    failures = Failures()
    for source in sources:
        try:
            _copy(cluster, source, params, prefix=flags["prefix"])
        except ApiError as error:
            failures.add(error)
    failures.finish()


def query(flags: dict[str, Any]) -> dict[str, str]:
    """The parameters of the request for a log.

    Raises:
        CliError: flags contradict each other, or a time is none.
    """
    if flags["since"] and flags["since_time"]:
        raise CliError("at most one of `sinceTime` or `sinceSeconds` may be specified")
    found = {name: "true" for name in ("follow", "timestamps", "previous") if flags[name]}
    if flags["since"]:
        found["sinceSeconds"] = str(max(1, round(arguments.seconds(flags["since"]))))
    if flags["since_time"]:
        try:
            datetime.fromisoformat(flags["since_time"])
        except ValueError as error:
            raise CliError(f"--since-time: {flags['since_time']!r} is no time such as 2030-01-31T12:00:00Z") from error
        found["sinceTime"] = flags["since_time"]
    tail = SELECTOR_TAIL if flags["tail"] is None and flags["selector"] else flags["tail"]
    if tail is not None and tail >= 0:
        found["tailLines"] = str(tail)
    if flags["limit_bytes"]:
        found["limitBytes"] = str(flags["limit_bytes"])
    return found


def _sources(cluster: Cluster, target: str, asked: str, flags: dict[str, Any]) -> list[Source]:
    if flags["selector"]:
        pods = by_selector(cluster, flags["selector"])
        if not pods:
            click.echo(f"No resources found in {cluster.namespace} namespace.", err=True)
    else:
        pods = pods_of(cluster, target)
        if len(pods) > 1:
            click.echo(f"Found {len(pods)} pods, using pod/{pods[0]['metadata']['name']}", err=True)
            pods = pods[:1]
    kind = cluster.kinds.find("pods")
    found = []
    for pod in pods:
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        names = container_names(pod) if flags["all_containers"] else [container_of(pod, asked)]
        found += [Source(kind.path(namespace, name, "log"), name, container) for container in names]
    return found


def _copy(cluster: Cluster, source: Source, params: dict[str, str], *, prefix: bool) -> None:
    """A log to stdout, chunk by chunk as it comes; with a prefix, line by line."""
    out = sys.stdout.buffer
    mark = f"[pod/{source.pod}/{source.container}] ".encode() if prefix else b""
    with cluster.http.stream(source.path, params={**params, "container": source.container}, accept="*/*") as response:
        if prefix:
            for line in response:
                out.write(mark + line)
                out.flush()
            return
        while data := response.read1(CHUNK):
            out.write(data)
            out.flush()


def _together(cluster: Cluster, sources: Sequence[Source], params: dict[str, str], *, prefix: bool) -> None:
    """Follow several logs at once, each in a thread; whole lines of theirs follow each other."""
    failures = Failures()
    lock = threading.Lock()

    def follow(source: Source) -> None:
        mark = f"[pod/{source.pod}/{source.container}] ".encode() if prefix else b""
        try:
            with cluster.http.stream(source.path, params={**params, "container": source.container}) as response:
                for line in response:
                    with lock:
                        sys.stdout.buffer.write(mark + line)
                        sys.stdout.buffer.flush()
        except (ApiError, CliError) as error:
            with lock:
                failures.add(error)

    threads = [threading.Thread(target=follow, args=(source,), daemon=True) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failures.finish()
