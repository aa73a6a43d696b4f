"""``pykube describe``: show one object, what belongs to it and its events."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from ..aio.clock import SystemClock
from ..errors import ApiError
from . import arguments, cluster, completing
from .cluster import Cluster
from .describing import generic, node, pod, service, workloads
from .describing.facts import Facts
from .describing.report import Report
from .failures import Failures, no_such_object
from .kinds import Kind
from .manifests import filename_options, read_all
from .rollout_history import selector_text
from .verb import Verb

EXAMPLES = """
Examples:
  pykube describe pod web-1                 why a pod does not run: its events are at the end
  pykube describe deployment/web svc/web
  pykube describe nodes                     what each node offers and what its pods ask for
  pykube describe pods -l app=web

Next: 'pykube logs POD' shows what a container says itself.
"""

Object = dict[str, Any]
Describe = Callable[[Facts], Report]

DESCRIBERS: dict[tuple[str, str], Describe] = {
    ("", "Pod"): pod.describe,
    ("", "Node"): node.describe,
    ("", "Service"): service.describe,
    ("apps", "Deployment"): workloads.deployment,
    ("apps", "ReplicaSet"): workloads.workload,
    ("apps", "StatefulSet"): workloads.workload,
    ("apps", "DaemonSet"): workloads.workload,
}
"""By group and kind; every other kind is described field by field."""

COLOURS = {"Warning": "yellow", "Failed": "red", "Running": "green", "Pending": "yellow"}


@click.command(cls=Verb, epilog=EXAMPLES)
@click.argument("words", nargs=-1, metavar="KIND [NAME...] | KIND/NAME...", shell_complete=completing.objects)
@cluster.options
@filename_options
@click.option("-l", "--selector", default="", metavar="SELECTOR", help="Objects by labels.")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="In all namespaces.")
@click.option("--show-events/--no-show-events", default=True, help="With events. Default: with.")
def command(
    *,
    words: tuple[str, ...],
    cluster: Cluster,
    filenames: tuple[str, ...],
    recursive: bool,
    selector: str,
    everywhere: bool,
    show_events: bool,
) -> None:
    """Show all there is to know of an object, with its events."""
    if filenames:
        asked = [
            arguments.Asked(manifest.kind_at(cluster.kinds), (manifest.name,))
            for manifest in read_all(filenames, recursive=recursive)
        ]
    else:
        asked = arguments.parse(cluster.kinds, words, verb="describe")
    arguments.check_selection(asked, label_selector=selector, everywhere=everywhere)
    failures, shown, now = Failures(), 0, SystemClock().now()
    for one in asked:
        for found in _objects(cluster, one, selector, everywhere=everywhere, failures=failures):
            facts = gather(cluster, one.kind, found, now, with_events=show_events)
            if shown:
                click.echo("\n")
            show(DESCRIBERS.get((one.kind.group, one.kind.kind), generic.describe)(facts))
            shown += 1
    if not shown and not any(one.names for one in asked):
        click.echo(f"No resources found in {cluster.namespace} namespace.", err=True)
    failures.finish()


def _objects(
    cluster: Cluster, asked: arguments.Asked, selector: str, *, everywhere: bool, failures: Failures
) -> Iterator[Object]:
    place = "" if everywhere else cluster.namespace
    types = {"apiVersion": asked.kind.api_version, "kind": asked.kind.kind}
    if not asked.names:
        yield from ({**types, **item} for item in _listed(cluster, asked.kind, place, labelSelector=selector))
    for name in asked.names:
        try:
            yield from _named(cluster, asked.kind, place, name)
        except ApiError as error:
            failures.add(error)


def _named(cluster: Cluster, kind: Kind, place: str, name: str) -> list[Object]:
    """The object of that name, or else those whose names begin with it.

    Raises:
        NotFound: there is neither.
    """
    types = {"apiVersion": kind.api_version, "kind": kind.kind}
    try:
        return [cluster.http.get(kind.path(place, name))]
    except ApiError as error:
        if error.code != 404:
            raise
    found = [item for item in _listed(cluster, kind, place) if item["metadata"]["name"].startswith(name)]
    if not found:
        raise no_such_object(kind.group_resource, name)
    return [{**types, **item} for item in found]


def gather(cluster: Cluster, kind: Kind, document: Object, now: datetime, *, with_events: bool) -> Facts:
    """An object with its events and whatever its description needs besides."""
    metadata = document["metadata"]
    related = {
        plural: _listed(cluster, cluster.kinds.find(plural), namespace, **params)
        for plural, namespace, params in related_lists(kind, document)
    }
    events: Sequence[Object] = ()
    if with_events:
        fields = {
            "involvedObject.name": metadata["name"],
            "involvedObject.namespace": metadata.get("namespace", ""),
            "involvedObject.kind": kind.kind,
            # events of nodes carry the node's name in place of its uid
            "involvedObject.uid": "" if kind.kind == "Node" else metadata.get("uid", ""),
        }
        chosen = ",".join(f"{name}={value}" for name, value in fields.items() if value)
        events = _listed(cluster, cluster.kinds.find("events"), metadata.get("namespace", ""), fieldSelector=chosen)
    return Facts(document, now, events, related)


def related_lists(kind: Kind, document: Object) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Which other objects a description needs: plural, namespace and selectors."""
    metadata = document["metadata"]
    namespace = metadata.get("namespace", "")
    if kind.kind == "Node":
        yield "pods", "", {"fieldSelector": f"spec.nodeName={metadata['name']}"}
    elif kind.kind == "Service":
        yield "endpointslices", namespace, {"labelSelector": f"kubernetes.io/service-name={metadata['name']}"}
    elif kind.group == "apps" and kind.kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"):
        plural = "replicasets" if kind.kind == "Deployment" else "pods"
        yield plural, namespace, {"labelSelector": selector_text(document["spec"].get("selector") or {})}


def _listed(cluster: Cluster, kind: Kind, namespace: str, **params: str) -> list[Object]:
    """The objects; none where we may not list them."""
    given = {name: value for name, value in params.items() if value}
    try:
        found: list[Object] = cluster.http.get(kind.path(namespace), params=given).get("items") or []
    except ApiError as error:
        if error.code in (403, 404):
            return []
        raise
    return found


def show(report: Report) -> None:
    """Print a report; labels stand out on a terminal, and nothing but text goes into pipes."""
    if not sys.stdout.isatty():
        click.echo(str(report))
        return
    for label, value in report.lines():
        colour = COLOURS.get(value.split(maxsplit=1)[0]) if value.strip() else None
        click.echo(f"{click.style(label, bold=True)}{click.style(value, fg=colour)}".rstrip())
