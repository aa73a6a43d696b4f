"""The revisions of a rollout: which there are, and the pod template of each.

A Deployment keeps them as ReplicaSets, DaemonSets and StatefulSets keep them as ControllerRevisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .cluster import Cluster
from .failures import CliError
from .rollout_status import REVISION

CHANGE_CAUSE = "kubernetes.io/change-cause"
HASH_LABEL = "pod-template-hash"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision."""

    number: int
    cause: str
    template: dict[str, Any]
    """The pod template, without what the controller added."""
    patch: dict[str, Any]
    """What a ControllerRevision holds; empty for Deployments."""


def revisions(cluster: Cluster, document: dict[str, Any]) -> list[Revision]:
    """The revisions of an object, oldest first.

    Raises:
        CliError: objects of this kind have none.
    """
    kind = document["kind"]
    if kind == "Deployment":
        found = [_of_replica_set(item) for item in _owned(cluster, document, "replicasets")]
    elif kind in ("DaemonSet", "StatefulSet"):
        found = [_of_controller_revision(item) for item in _owned(cluster, document, "controllerrevisions")]
    else:
        raise CliError(f"no history viewer has been implemented for {kind}")
    return sorted(found, key=lambda one: one.number)


def chosen(found: list[Revision], number: int) -> Revision:
    """The revision `number`; 0: the one before the last.

    Raises:
        CliError: there is no such revision.
    """
    if number:
        for one in found:
            if one.number == number:
                return one
        raise CliError(f"unable to find specified revision {number} in history")
    if len(found) < 2:
        raise CliError("no rollout history found")
    return found[-2]


def same_template(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two pod templates are equal but for the hash label."""
    return _without_hash(one) == _without_hash(other)


def _owned(cluster: Cluster, document: dict[str, Any], resource: str) -> list[dict[str, Any]]:
    metadata = document["metadata"]
    kind = cluster.kinds.find(f"{resource}.apps")
    selector = selector_text(document["spec"].get("selector") or {})
    listed = cluster.http.get(kind.path(metadata["namespace"]), params={"labelSelector": selector})
    return [
        item
        for item in listed.get("items") or ()
        if any(
            owner.get("uid") == metadata["uid"] and owner.get("controller")
            for owner in item["metadata"].get("ownerReferences") or ()
        )
    ]


def selector_text(selector: dict[str, Any]) -> str:
    """A LabelSelector as a query has it: ``app=web,tier in (a,b)``."""
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for one in selector.get("matchExpressions") or ():
        values = ",".join(one.get("values") or ())
        form = {
            "In": "{key} in ({values})",
            "NotIn": "{key} notin ({values})",
            "Exists": "{key}",
            "DoesNotExist": "!{key}",
        }[one["operator"]]
        parts.append(form.format(key=one["key"], values=values))
    return ",".join(parts)


def _of_replica_set(item: dict[str, Any]) -> Revision:
    annotations = item["metadata"].get("annotations") or {}
    return Revision(
        int(annotations.get(REVISION, 0)), _cause(annotations), _without_hash(item["spec"].get("template") or {}), {}
    )


def _of_controller_revision(item: dict[str, Any]) -> Revision:
    data = item.get("data") or {}
    template = (data.get("spec") or {}).get("template") or {}
    return Revision(int(item.get("revision", 0)), _cause(item["metadata"].get("annotations") or {}), template, data)


def _cause(annotations: dict[str, str]) -> str:
    return annotations.get(CHANGE_CAUSE) or "<none>"


def _without_hash(template: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in (template.get("metadata") or {}).items() if key != "creationTimestamp"}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH_LABEL}
    return {**template, "metadata": {**metadata, "labels": labels}}
