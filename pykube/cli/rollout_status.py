"""How far a rollout is, told from the object alone. Pure.

Source: the wording and conditions of kubectl's rollout status.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .failures import CliError

REVISION = "deployment.kubernetes.io/revision"
"""The annotation with a Deployment's or ReplicaSet's revision."""

Progress = tuple[str, bool]
"""What to print, and whether the rollout is complete."""


def progress(document: dict[str, Any], revision: int = 0) -> Progress:
    """Where the rollout of an object stands.

    Raises:
        CliError: it has failed, or objects of this kind have no rollout.
    """
    find = _KINDS.get(document.get("kind", ""))
    if find is None:
        raise CliError(f"no status viewer has been implemented for {document.get('kind', '')}")
    return find(document, revision)


def deployment(document: dict[str, Any], revision: int = 0) -> Progress:
    """Of a Deployment; `revision`, where not 0, must be the current one.

    Raises:
        CliError: it exceeded its deadline, or is at another revision.
    """
    metadata, spec, status = document["metadata"], document["spec"], document.get("status") or {}
    name, wanted = metadata["name"], spec.get("replicas", 1)
    if revision and int((metadata.get("annotations") or {}).get(REVISION, 0)) != revision:
        raise CliError(
            f"desired revision ({revision}) is different from the running revision "
            f"({(metadata.get('annotations') or {}).get(REVISION, 0)})"
        )
    if not _observed(document):
        return "Waiting for deployment spec update to be observed...", False
    condition: dict[str, Any] = next(
        (one for one in status.get("conditions") or () if one["type"] == "Progressing"), {}
    )
    if condition.get("reason") == "ProgressDeadlineExceeded":
        raise CliError(f'deployment "{name}" exceeded its progress deadline')
    total, updated = status.get("replicas", 0), status.get("updatedReplicas", 0)
    available = status.get("availableReplicas", 0)
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new replicas have been updated...", False
    if total > updated:
        return f"{waiting}{total - updated} old replicas are pending termination...", False
    if available < updated:
        return f"{waiting}{available} of {updated} updated replicas are available...", False
    return f'deployment "{name}" successfully rolled out', True


def daemon_set(document: dict[str, Any], _revision: int = 0) -> Progress:
    """Of a DaemonSet.

    Raises:
        CliError: its pods are replaced only when they are deleted.
    """
    name, status = document["metadata"]["name"], document.get("status") or {}
    _check_strategy(document)
    if not _observed(document):
        return "Waiting for daemon set spec update to be observed...", False
    wanted, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
    available = status.get("numberAvailable", 0)
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new pods have been updated...", False
    if available < wanted:
        return f"{waiting}{available} of {wanted} updated pods are available...", False
    return f'daemon set "{name}" successfully rolled out', True


def stateful_set(document: dict[str, Any], _revision: int = 0) -> Progress:
    """Of a StatefulSet.

    Raises:
        CliError: its pods are replaced only when they are deleted.
    """
    spec, status = document["spec"], document.get("status") or {}
    _check_strategy(document)
    if not _observed(document):
        return "Waiting for statefulset spec update to be observed...", False
    wanted, ready, updated = spec.get("replicas", 1), status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    if ready < wanted:
        return f"Waiting for {wanted - ready} pods to be ready...", False
    partition = ((spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition", 0)
    if partition:
        if updated < wanted - partition:
            text = f"{updated} out of {wanted - partition} new pods have been updated..."
            return f"Waiting for partitioned roll out to finish: {text}", False
        return f"partitioned roll out complete: {updated} new pods have been updated...", True
    revision = status.get("updateRevision", "")
    if revision != status.get("currentRevision", ""):
        return f"waiting for statefulset rolling update to complete {updated} pods at revision {revision}...", False
    current = status.get("currentReplicas", 0)
    return f"statefulset rolling update complete {current} pods at revision {revision}...", True


def _observed(document: dict[str, Any]) -> bool:
    generation: int = document["metadata"].get("generation", 0)
    observed: int = (document.get("status") or {}).get("observedGeneration", 0)
    return generation <= observed


def _check_strategy(document: dict[str, Any]) -> None:
    strategy = (document["spec"].get("updateStrategy") or {}).get("type", "RollingUpdate")
    if strategy != "RollingUpdate":
        raise CliError("rollout status is only available for RollingUpdate strategy type")


_KINDS: dict[str, Callable[[dict[str, Any], int], Progress]] = {
    "Deployment": deployment,
    "DaemonSet": daemon_set,
    "StatefulSet": stateful_set,
}
