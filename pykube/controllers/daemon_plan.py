"""Which pods of a DaemonSet to create and to delete, on which nodes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from pykube.api import apps_v1, core_v1

from . import taints
from .availability import is_available, is_ready
from .history import REVISION_LABEL
from .node_match import affinity_matches, bears
from .rollout import scaled

_NEVER = datetime.max.replace(tzinfo=UTC)
_TOLERATED: Final = (
    ("node.kubernetes.io/not-ready", taints.NO_EXECUTE),
    ("node.kubernetes.io/unreachable", taints.NO_EXECUTE),
    ("node.kubernetes.io/disk-pressure", taints.NO_SCHEDULE),
    ("node.kubernetes.io/memory-pressure", taints.NO_SCHEDULE),
    ("node.kubernetes.io/pid-pressure", taints.NO_SCHEDULE),
    ("node.kubernetes.io/unschedulable", taints.NO_SCHEDULE),
)
"""Taints that say nothing about what a daemon is for."""

Pods = Mapping[str, Sequence[core_v1.Pod]]
"""The daemon's pods by the name of the node they are for."""


@dataclass(slots=True)
class Plan:
    """Nodes that need a pod, pods that must go, and nodes whose pod failed."""

    create: list[str] = field(default_factory=list)
    delete: list[core_v1.Pod] = field(default_factory=list)
    failed: list[core_v1.Pod] = field(default_factory=list)


def daemon_spec(spec: core_v1.PodSpec) -> core_v1.PodSpec:
    """The template's spec with the tolerations every daemon has."""
    added = [*_TOLERATED]
    if spec.host_network:
        added.append(("node.kubernetes.io/network-unavailable", taints.NO_SCHEDULE))
    have = list(spec.tolerations)
    for key, effect in added:
        if not any((each.key, each.effect, each.operator) == (key, effect, "Exists") for each in have):
            have.append(core_v1.Toleration(key=key, operator="Exists", effect=effect))
    return msgspec.structs.replace(spec, tolerations=have)


def pinned(spec: core_v1.PodSpec, node_name: str) -> core_v1.PodSpec:
    """The spec of a pod for one node: the scheduler is to consider no other."""
    name = core_v1.NodeSelectorRequirement(key="metadata.name", operator="In", values=[node_name])
    affinity = spec.affinity or core_v1.Affinity()
    of_node = affinity.node_affinity or core_v1.NodeAffinity()
    required = of_node.required_during_scheduling_ignored_during_execution or core_v1.NodeSelector()
    terms = required.node_selector_terms or [core_v1.NodeSelectorTerm()]
    return msgspec.structs.replace(
        spec,
        affinity=msgspec.structs.replace(
            affinity,
            node_affinity=msgspec.structs.replace(
                of_node,
                required_during_scheduling_ignored_during_execution=core_v1.NodeSelector(
                    node_selector_terms=[msgspec.structs.replace(term, match_fields=[name]) for term in terms]
                ),
            ),
        ),
    )


def target_of(pod: core_v1.Pod) -> str:
    """The node that a daemon's pod is on, or meant for."""
    if pod.spec.node_name:
        return pod.spec.node_name
    affinity = pod.spec.affinity.node_affinity if pod.spec.affinity is not None else None
    required = affinity.required_during_scheduling_ignored_during_execution if affinity is not None else None
    for term in required.node_selector_terms if required is not None else ():
        for each in term.match_fields:
            if each.key == "metadata.name" and each.values:
                return each.values[0]
    return ""


def should_run(daemon: apps_v1.DaemonSet, node: core_v1.Node) -> tuple[bool, bool]:
    """(a pod should be started there, one that is there may stay)."""
    spec = daemon_spec(daemon.spec.template.spec)
    if spec.node_name and spec.node_name != node.metadata.name:
        return False, False
    if not affinity_matches(spec, node):
        return False, False
    return bears(spec, node, (taints.NO_SCHEDULE, taints.NO_EXECUTE)), bears(spec, node, (taints.NO_EXECUTE,))


def fenceposts(daemon: apps_v1.DaemonSet, nodes: int) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) in pods; both round up, and one of them is at least 1."""
    rolling = daemon.spec.update_strategy.rolling_update
    if daemon.spec.update_strategy.type != "RollingUpdate" or rolling is None:
        return 0, 0
    surge = scaled(rolling.max_surge, nodes, up=True)
    unavailable = scaled(1 if rolling.max_unavailable is None else rolling.max_unavailable, nodes, up=True)
    return surge, unavailable if surge or unavailable else 1


def _age(pod: core_v1.Pod) -> tuple[bool, datetime, str]:
    """Sorts scheduled pods first, then the oldest."""
    return not pod.spec.node_name, pod.metadata.creation_timestamp or _NEVER, pod.metadata.name


def oldest(pods: Sequence[core_v1.Pod]) -> core_v1.Pod:
    """The pod of a node that counts when there are several."""
    return min(pods, key=_age)


def manage(daemon: apps_v1.DaemonSet, nodes: Sequence[core_v1.Node], pods: Pods, mark: str, now: datetime) -> Plan:
    """One pod on each node that should have one, none elsewhere; while surging, an old and a new one."""
    plan = Plan()
    surges = fenceposts(daemon, len(nodes))[0] > 0
    for node in nodes:
        start, stay = should_run(daemon, node)
        here = pods.get(node.metadata.name, ())
        alive = [pod for pod in here if pod.metadata.deletion_timestamp is None]
        if not stay:
            plan.delete += alive
            continue
        plan.failed += [pod for pod in alive if pod.status.phase == "Failed"]
        plan.delete += [pod for pod in alive if pod.status.phase == "Succeeded"]
        running = sorted((pod for pod in alive if pod.status.phase not in ("Failed", "Succeeded")), key=_age)
        if not here or (surges and not running and not plan.failed):
            if start:
                plan.create.append(node.metadata.name)
        elif not surges:
            plan.delete += running[1:]
        elif len(running) > 1:
            plan.delete += _surplus(daemon, running, mark, now)
    known = {node.metadata.name for node in nodes}
    plan.delete += [
        pod
        for name, here in pods.items()
        if name not in known
        for pod in here
        if not pod.spec.node_name and pod.metadata.deletion_timestamp is None
    ]
    return plan


def _surplus(daemon: apps_v1.DaemonSet, running: Sequence[core_v1.Pod], mark: str, now: datetime) -> list[core_v1.Pod]:
    """Of several pods on a node all but the oldest new and the oldest old one; of these the old one, when it may go."""
    new = [pod for pod in running if pod.metadata.labels.get(REVISION_LABEL) == mark]
    old = [pod for pod in running if pod.metadata.labels.get(REVISION_LABEL) != mark]
    found = [*new[1:], *old[1:]]
    if new and old and (not is_ready(old[0]) or is_available(new[0], daemon.spec.min_ready_seconds, now)):
        found.append(old[0])
    return found


def roll(daemon: apps_v1.DaemonSet, nodes: Sequence[core_v1.Node], pods: Pods, mark: str, now: datetime) -> Plan:
    """The next step of a rolling update."""
    wanted = {node.metadata.name for node in nodes if should_run(daemon, node)[0]}
    surge, unavailable = fenceposts(daemon, len(wanted))
    pairs = {
        name: _pair([pod for pod in here if pod.metadata.deletion_timestamp is None], mark)
        for name, here in pods.items()
    }
    seconds = daemon.spec.min_ready_seconds
    if surge:
        return _roll_surging(pairs, wanted, surge, lambda pod: is_available(pod, seconds, now))
    return _roll_replacing(pairs, unavailable, lambda pod: is_available(pod, seconds, now))


_Pair = tuple[core_v1.Pod | None, core_v1.Pod | None]
_Check = Callable[[core_v1.Pod], bool]


def _pair(alive: Sequence[core_v1.Pod], mark: str) -> _Pair | None:
    """The new and the old pod of a node; None when there are several of either, which is for `manage` to mend."""
    new = [pod for pod in alive if pod.metadata.labels.get(REVISION_LABEL) == mark]
    old = [pod for pod in alive if pod.metadata.labels.get(REVISION_LABEL) != mark]
    if len(new) > 1 or len(old) > 1:
        return None
    return (new[0] if new else None), (old[0] if old else None)


def _roll_replacing(pairs: Mapping[str, _Pair | None], limit: int, available: _Check) -> Plan:
    """Delete old pods, but leave no more than `limit` nodes without a pod that is available."""
    plan = Plan()
    missing = 0
    candidates = []
    for pair in pairs.values():
        new, old = pair or (None, None)
        if pair is None or (new is None) == (old is None):
            missing += 1
        elif new is not None:
            missing += not available(new)
        elif old is not None and not available(old):
            plan.delete.append(old)
            missing += 1
        elif old is not None:
            candidates.append(old)
    plan.delete += candidates[: max(limit - missing, 0)]
    return plan


def _roll_surging(pairs: Mapping[str, _Pair | None], wanted: set[str], limit: int, available: _Check) -> Plan:
    """Start new pods beside old ones, `limit` at a time, and delete an old one when its successor is available."""
    plan = Plan()
    surging = 0
    candidates = []
    for name, pair in pairs.items():
        new, old = pair or (None, None)
        if pair is None:
            surging += 1
        elif old is None:
            continue
        elif new is not None:
            if available(new):
                plan.delete.append(old)
            else:
                surging += 1
        elif name not in wanted:
            plan.delete.append(old)
        elif not available(old):
            plan.create.append(name)
        else:
            candidates.append(name)
    plan.create += candidates[: max(limit - surging, 0)]
    return plan
