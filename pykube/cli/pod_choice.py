"""Which pod and container a command line means: ``web-1``, ``pod/web-1``, ``deploy/web``, ``svc/web``."""

from __future__ import annotations

from typing import Any

import click

from .cluster import Cluster
from .failures import CliError
from .rollout_history import selector_text

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
"""The annotation of a pod that says which container is meant where none is named."""

Object = dict[str, Any]


def pods_of(cluster: Cluster, word: str) -> list[Object]:
    """The pods that `word` means; of those behind a Deployment and the like, ready ones first.

    Raises:
        ApiError: there is no such object.
        CliError: objects of this kind have no pods, or there are none.
    """
    kind_word, slash, name = word.partition("/")
    if not slash:
        kind_word, name = "pods", word
    kind = cluster.kinds.find(kind_word)
    found = cluster.http.get(kind.path(cluster.namespace, name))
    if kind.kind == "Pod":
        return [found]
    selector = pod_selector(found)
    if not selector:
        raise CliError(f"cannot tell the pods of {kind.singular}/{name}: it has no selector")
    pods = by_selector(cluster, selector)
    if not pods:
        raise CliError(f"no pods found for {kind.singular}/{name} ({selector})")
    return pods


def by_selector(cluster: Cluster, selector: str) -> list[Object]:
    """The pods with these labels, ready ones first."""
    kind = cluster.kinds.find("pods")
    listed = cluster.http.get(kind.path(cluster.namespace), params={"labelSelector": selector})
    items: list[Object] = listed.get("items") or []
    return sorted(items, key=lambda pod: (not is_ready(pod), (pod.get("status") or {}).get("phase") != "Running"))


def pod_selector(document: Object) -> str:
    """How an object picks its pods, as a query has it; empty if it picks none."""
    selector = (document.get("spec") or {}).get("selector") or {}
    if "matchLabels" in selector or "matchExpressions" in selector:
        return selector_text(selector)
    return selector_text({"matchLabels": selector})


def is_ready(pod: Object) -> bool:
    """Whether the pod's Ready condition is true."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def container_names(pod: Object) -> list[str]:
    """Containers first, then init containers and ephemeral ones."""
    spec = pod["spec"]
    lists = ("containers", "initContainers", "ephemeralContainers")
    return [one["name"] for name in lists for one in spec.get(name) or ()]


def container_of(pod: Object, asked: str, *, quiet: bool = False) -> str:
    """The container to use: the one asked for, the pod's default, or its first (which is said, unless `quiet`).

    Raises:
        CliError: the pod has no such container.
    """
    name, known = pod["metadata"]["name"], container_names(pod)
    if asked:
        if asked not in known:
            raise CliError(f"container {asked} not found in pod {name}_{pod['metadata'].get('namespace', '')}")
        return asked
    annotated = (pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER, "")
    if annotated in known:
        return str(annotated)
    if len(known) > 1 and not quiet:
        click.echo(f'Defaulted container "{known[0]}" out of: {_listed(pod)}', err=True)
    return known[0]


def _listed(pod: Object) -> str:
    spec = pod["spec"]
    marks = (("containers", ""), ("initContainers", " (init)"), ("ephemeralContainers", " (ephem)"))
    return ", ".join(f"{one['name']}{mark}" for name, mark in marks for one in spec.get(name) or ())
