"""Defaults of workloads."""

from __future__ import annotations

from .. import apps_v1
from . import pods, volumes

_HISTORY = 10
_PROGRESS_SECONDS = 600


def _deployment(found: apps_v1.Deployment) -> None:
    spec = found.spec
    if spec.replicas is None:
        spec.replicas = 1
    strategy = spec.strategy
    strategy.type = strategy.type or "RollingUpdate"
    if strategy.type == "RollingUpdate":
        strategy.rolling_update = strategy.rolling_update or apps_v1.RollingUpdateDeployment()
        if strategy.rolling_update.max_unavailable is None:
            strategy.rolling_update.max_unavailable = "25%"
        if strategy.rolling_update.max_surge is None:
            strategy.rolling_update.max_surge = "25%"
    if spec.revision_history_limit is None:
        spec.revision_history_limit = _HISTORY
    if spec.progress_deadline_seconds is None:
        spec.progress_deadline_seconds = _PROGRESS_SECONDS
    pods.template(spec.template)


def _daemon_set(found: apps_v1.DaemonSet) -> None:
    strategy = found.spec.update_strategy
    strategy.type = strategy.type or "RollingUpdate"
    if strategy.type == "RollingUpdate":
        strategy.rolling_update = strategy.rolling_update or apps_v1.RollingUpdateDaemonSet()
        if strategy.rolling_update.max_unavailable is None:
            strategy.rolling_update.max_unavailable = 1
        if strategy.rolling_update.max_surge is None:
            strategy.rolling_update.max_surge = 0
    if found.spec.revision_history_limit is None:
        found.spec.revision_history_limit = _HISTORY
    pods.template(found.spec.template)


def _stateful_set(found: apps_v1.StatefulSet) -> None:
    spec = found.spec
    spec.pod_management_policy = spec.pod_management_policy or "OrderedReady"
    strategy = spec.update_strategy
    if not strategy.type:
        strategy.type = "RollingUpdate"
        strategy.rolling_update = strategy.rolling_update or apps_v1.RollingUpdateStatefulSetStrategy()
    if strategy.type == "RollingUpdate" and strategy.rolling_update is not None:
        if strategy.rolling_update.partition is None:
            strategy.rolling_update.partition = 0
        if strategy.rolling_update.max_unavailable is None:
            strategy.rolling_update.max_unavailable = 1
    if spec.persistent_volume_claim_retention_policy is None:
        spec.persistent_volume_claim_retention_policy = apps_v1.StatefulSetPersistentVolumeClaimRetentionPolicy()
    policy = spec.persistent_volume_claim_retention_policy
    policy.when_deleted = policy.when_deleted or "Retain"
    policy.when_scaled = policy.when_scaled or "Retain"
    if spec.replicas is None:
        spec.replicas = 1
    if spec.revision_history_limit is None:
        spec.revision_history_limit = _HISTORY
    pods.template(spec.template)
    for claim in spec.volume_claim_templates:
        volumes.claim(claim)


def _replica_set(found: apps_v1.ReplicaSet) -> None:
    if found.spec.replicas is None:
        found.spec.replicas = 1
    pods.template(found.spec.template)


TABLE = {
    apps_v1.Deployment: _deployment,
    apps_v1.DaemonSet: _daemon_set,
    apps_v1.StatefulSet: _stateful_set,
    apps_v1.ReplicaSet: _replica_set,
}
