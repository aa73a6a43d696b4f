"""``pykube scale``: set the number of replicas."""

from __future__ import annotations

from typing import Any

import click

from ..errors import ApiError
from . import arguments, changes, cluster, completing
from .cluster import Cluster
from .failures import CliError, Failures
from .manifests import filename_options, read_all
from .verb import Verb

EXAMPLES = """
Examples:
  pykube scale deployment/web --replicas=5
  pykube scale deployment web --current-replicas=2 --replicas=3   only if there are 2 now
  pykube scale --replicas=0 deploy --all                          stop everything of the namespace

Next: 'pykube rollout status deployment/web' waits until they are available.
"""


@click.command(cls=Verb, epilog=EXAMPLES)
@click.argument("words", nargs=-1, metavar="KIND NAME... | KIND/NAME...", shell_complete=completing.objects)
@cluster.options
@filename_options
@click.option("--replicas", type=click.IntRange(min=0), required=True, metavar="COUNT", help="How many there shall be.")
@click.option("--current-replicas", type=int, default=-1, metavar="COUNT", help="Only if there are so many now.")
@click.option("--resource-version", default="", metavar="VERSION", help="Only if the object is at this version.")
@click.option("-l", "--selector", default="", metavar="SELECTOR", help="Objects by labels.")
@click.option("--all", "everything", is_flag=True, help="All of the kind in the namespace.")
@changes.dry_run_option
@click.option("-o", "--output", "form", default="", metavar="FORM", help="Print the objects: yaml, json, name.")
def command(
    *,
    words: tuple[str, ...],
    cluster: Cluster,
    filenames: tuple[str, ...],
    recursive: bool,
    dry_run: str,
    form: str,
    **flags: Any,
) -> None:
    """Set the number of replicas of Deployments, ReplicaSets, StatefulSets and whatever else can be scaled."""
    reporter, failures = changes.Reporter(form, dry_run), Failures()
    if filenames:
        asked = [
            arguments.Asked(manifest.kind_at(cluster.kinds), (manifest.name,))
            for manifest in read_all(filenames, recursive=recursive)
        ]
    else:
        asked = arguments.parse(cluster.kinds, words, verb="scale")
    for one in asked:
        if "scale" not in one.kind.subresources:
            raise CliError(f"{one.kind.plural} cannot be scaled: {one.kind.group_resource} has no scale subresource")
        if not one.names and not flags["selector"] and not flags["everything"]:
            raise CliError("no names were given: name objects, or use -l SELECTOR or --all")
        for name in one.names or completing.names(cluster, one.kind, label_selector=flags["selector"]):
            try:
                reporter.done(_scale(cluster, one.kind.path(cluster.namespace, name), dry_run, flags), "scaled")
            except (ApiError, CliError) as error:
                failures.add(error)
    reporter.finish()
    failures.finish()


def _scale(cluster: Cluster, path: str, dry_run: str, flags: dict[str, Any]) -> Any:
    """The scaled object."""
    found = cluster.http.get(path)
    current, wanted = flags["current_replicas"], flags["replicas"]
    patch: dict[str, Any] = {"spec": {"replicas": wanted}}
    if current >= 0 or flags["resource_version"]:
        scale = cluster.http.get(f"{path}/scale")
        there = scale.get("spec", {}).get("replicas", 0)
        if current >= 0 and there != current:
            raise CliError(f"Expected replicas to be {current}, was {there}")
        version = flags["resource_version"] or scale["metadata"]["resourceVersion"]
        patch["metadata"] = {"resourceVersion": version}
    if dry_run != "client":
        cluster.http.request(
            "PATCH",
            f"{path}/scale",
            params=changes.params(dry_run, fieldManager="kubectl-scale"),
            body=patch,
            content_type="application/merge-patch+json",
        )
    return {**found, "spec": {**found.get("spec", {}), "replicas": wanted}}
