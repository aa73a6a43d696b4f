"""Rules of workloads. Source: pkg/apis/apps/validation."""

from __future__ import annotations

from .. import apps_v1, codec, names
from ..apps_v1 import ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet
from ..core_v1 import PersistentVolumeClaimVolumeSource, PodTemplateSpec, Volume
from ..field_errors import SPEC, Errors, Path, forbidden, invalid_value, not_supported, required
from . import checks, claims, workloads
from .rules import Rules

_SELECTOR = SPEC.child("selector")
_STRATEGY = SPEC.child("strategy")
_UPDATE_STRATEGY = SPEC.child("updateStrategy")
_RETENTION = ("Retain", "Delete")
_STATEFUL_UPDATES = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy',"
    " 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)


def _is_zero(value: int | str | None) -> bool:
    return (checks.percentage_of(value) if isinstance(value, str) else value) in (0, None)


def _deployment(found: Deployment) -> Errors:
    spec = found.spec
    yield from checks.not_negative(SPEC.child("replicas"), spec.replicas)
    yield from workloads.selector(spec.selector, "deployment")
    yield from workloads.matches(spec.selector, spec.template.metadata.labels)
    yield from workloads.template(spec.template)
    yield from workloads.always_running(spec.template, "ReplicaSet")
    yield from _deployment_strategy(spec.strategy)
    yield from checks.not_negative(SPEC.child("minReadySeconds"), spec.min_ready_seconds)
    yield from checks.not_negative(SPEC.child("revisionHistoryLimit"), spec.revision_history_limit)
    seconds = spec.progress_deadline_seconds
    if seconds is not None:
        path = SPEC.child("progressDeadlineSeconds")
        yield from checks.not_negative(path, seconds)
        if seconds <= spec.min_ready_seconds:
            yield invalid_value(path, seconds, "must be greater than minReadySeconds")


def _deployment_strategy(strategy: apps_v1.DeploymentStrategy) -> Errors:
    rolling, path = strategy.rolling_update, _STRATEGY.child("rollingUpdate")
    if strategy.type == "Recreate":
        if rolling is not None:
            yield forbidden(path, "may not be specified when strategy `type` is 'Recreate'")
    elif strategy.type != "RollingUpdate":
        yield not_supported(_STRATEGY, strategy, ("Recreate", "RollingUpdate"))
    elif rolling is None:
        yield required(path, "this should be defaulted and never be nil")
    else:
        unavailable = path.child("maxUnavailable")
        yield from _amount(unavailable, rolling.max_unavailable)
        yield from _amount(path.child("maxSurge"), rolling.max_surge)
        if _is_zero(rolling.max_unavailable) and _is_zero(rolling.max_surge):
            yield invalid_value(unavailable, rolling.max_unavailable, "may not be 0 when `maxSurge` is 0")
        yield from checks.not_over_100_percent(unavailable, rolling.max_unavailable)


def _amount(path: Path, value: int | str | None) -> Errors:
    """A number of pods or a share of them."""
    if isinstance(value, str):
        yield from checks.follows(path, value, names.percent)
    else:
        yield from checks.not_negative(path, value)


def _deployment_update(new: Deployment, old: Deployment) -> Errors:
    yield from _deployment(new)
    yield from checks.immutable(_SELECTOR, new.spec.selector, old.spec.selector)


def _deployment_status(new: Deployment, old: Deployment) -> Errors:
    status = new.status
    parts = {
        "updatedReplicas": status.updated_replicas,
        "readyReplicas": status.ready_replicas,
        "availableReplicas": status.available_replicas,
    }
    yield from workloads.counters(
        {
            "observedGeneration": status.observed_generation,
            "replicas": status.replicas,
            **parts,
            "unavailableReplicas": status.unavailable_replicas,
            "terminatingReplicas": status.terminating_replicas,
            "collisionCount": status.collision_count,
        }
    )
    yield from workloads.at_most(parts, status.replicas, "cannot be greater than status.replicas")
    available = {"availableReplicas": status.available_replicas}
    yield from workloads.at_most(available, status.ready_replicas, "cannot be greater than readyReplicas")
    yield from workloads.collisions(status.collision_count, old.status.collision_count)


def _replica_set(found: ReplicaSet) -> Errors:
    spec = found.spec
    yield from checks.not_negative(SPEC.child("replicas"), spec.replicas)
    yield from checks.not_negative(SPEC.child("minReadySeconds"), spec.min_ready_seconds)
    yield from workloads.selector(spec.selector, "deployment")
    yield from workloads.matches(spec.selector, spec.template.metadata.labels)
    yield from workloads.template(spec.template)
    yield from workloads.always_running(spec.template, "ReplicaSet")


def _replica_set_update(new: ReplicaSet, old: ReplicaSet) -> Errors:
    yield from _replica_set(new)
    yield from checks.immutable(_SELECTOR, new.spec.selector, old.spec.selector)


def _replica_set_status(new: ReplicaSet, old: ReplicaSet) -> Errors:
    status = new.status
    parts = {
        "fullyLabeledReplicas": status.fully_labeled_replicas,
        "readyReplicas": status.ready_replicas,
        "availableReplicas": status.available_replicas,
    }
    yield from workloads.replica_status(parts, status.replicas, status.observed_generation)
    yield from workloads.counters({"terminatingReplicas": status.terminating_replicas})


def _daemon_set(found: DaemonSet) -> Errors:
    spec = found.spec
    yield from workloads.selector(spec.selector, "daemonset")
    yield from workloads.matches(spec.selector, spec.template.metadata.labels)
    yield from workloads.template(spec.template)
    yield from workloads.always_running(spec.template, "DaemonSet")
    yield from checks.not_negative(SPEC.child("minReadySeconds"), spec.min_ready_seconds)
    strategy = spec.update_strategy
    if strategy.type == "RollingUpdate":
        yield from _daemon_rolling(strategy.rolling_update, _UPDATE_STRATEGY.child("rollingUpdate"))
    elif strategy.type != "OnDelete":
        yield not_supported(_UPDATE_STRATEGY, strategy, ("RollingUpdate", "OnDelete"))
    yield from checks.not_negative(SPEC.child("revisionHistoryLimit"), spec.revision_history_limit)


def _daemon_rolling(rolling: apps_v1.RollingUpdateDaemonSet | None, path: Path) -> Errors:
    if rolling is None:
        yield required(path)
        return
    for name, value in (("maxUnavailable", rolling.max_unavailable), ("maxSurge", rolling.max_surge)):
        yield from _amount(path.child(name), value)
        yield from checks.not_over_100_percent(path.child(name), value)
    if not _is_zero(rolling.max_unavailable) and not _is_zero(rolling.max_surge):
        yield invalid_value(path.child("maxSurge"), rolling.max_surge, "may not be set when maxUnavailable is non-zero")
    elif _is_zero(rolling.max_unavailable) and _is_zero(rolling.max_surge):
        yield required(path.child("maxUnavailable"), "cannot be 0 when maxSurge is 0")


def _daemon_set_update(new: DaemonSet, old: DaemonSet) -> Errors:
    yield from checks.immutable(_SELECTOR, new.spec.selector, old.spec.selector)
    yield from _daemon_set(new)


def _daemon_set_status(new: DaemonSet, old: DaemonSet) -> Errors:
    status = new.status
    yield from workloads.counters(
        {
            "currentNumberScheduled": status.current_number_scheduled,
            "numberMisscheduled": status.number_misscheduled,
            "desiredNumberScheduled": status.desired_number_scheduled,
            "numberReady": status.number_ready,
            "observedGeneration": status.observed_generation,
            "updatedNumberScheduled": status.updated_number_scheduled,
            "numberAvailable": status.number_available,
            "numberUnavailable": status.number_unavailable,
            "collisionCount": status.collision_count,
        }
    )
    yield from workloads.collisions(status.collision_count, old.status.collision_count)


def _stateful_set(found: StatefulSet) -> Errors:
    spec = found.spec
    path = SPEC.child("podManagementPolicy")
    if not spec.pod_management_policy:
        yield required(path)
    elif spec.pod_management_policy not in ("OrderedReady", "Parallel"):
        yield invalid_value(path, spec.pod_management_policy, "must be 'OrderedReady' or 'Parallel'")
    yield from _stateful_strategy(spec.update_strategy)
    policy = spec.persistent_volume_claim_retention_policy
    if policy is not None:
        place = SPEC.child("persistentVolumeClaimRetentionPolicy")
        for name, value in (("whenDeleted", policy.when_deleted), ("whenScaled", policy.when_scaled)):
            if value not in _RETENTION:
                yield not_supported(place.child(name), value, _RETENTION)
    yield from checks.not_negative(SPEC.child("replicas"), spec.replicas)
    yield from checks.not_negative(SPEC.child("minReadySeconds"), spec.min_ready_seconds)
    if spec.ordinals is not None:
        yield from checks.not_negative(SPEC.child("ordinals.start"), spec.ordinals.start)
    yield from workloads.selector(spec.selector, "statefulset")
    yield from workloads.matches(spec.selector, spec.template.metadata.labels)
    yield from workloads.template(_with_claims(found))
    yield from workloads.always_running(spec.template, "StatefulSet")


def _stateful_strategy(strategy: apps_v1.StatefulSetUpdateStrategy) -> Errors:
    rolling, path = strategy.rolling_update, _UPDATE_STRATEGY.child("rollingUpdate")
    if not strategy.type:
        yield required(_UPDATE_STRATEGY)
    elif strategy.type == "OnDelete":
        if rolling is not None:
            yield invalid_value(path, rolling, "only allowed for updateStrategy 'RollingUpdate'")
    elif strategy.type != "RollingUpdate":
        yield invalid_value(_UPDATE_STRATEGY, strategy, "must be 'RollingUpdate' or 'OnDelete'")
    elif rolling is not None:
        yield from checks.not_negative(path.child("partition"), rolling.partition)
        if rolling.max_unavailable is not None:
            place = path.child("maxUnavailable")
            yield from _amount(place, rolling.max_unavailable)
            if _is_zero(rolling.max_unavailable):
                yield invalid_value(place, rolling.max_unavailable, "cannot be 0")
            yield from checks.not_over_100_percent(place, rolling.max_unavailable)


def _with_claims(found: StatefulSet) -> PodTemplateSpec:
    """The template as its pods will be: with a volume for each claim, and names that the controller gives."""
    spec = found.spec.template.spec
    if not found.spec.volume_claim_templates and not spec.hostname and not spec.subdomain:
        return found.spec.template
    template = codec.copy(found.spec.template)
    template.spec.hostname = template.spec.subdomain = ""
    claimed = [claim.metadata.name for claim in found.spec.volume_claim_templates]
    template.spec.volumes = [
        *(
            Volume(name=name, persistent_volume_claim=PersistentVolumeClaimVolumeSource(claim_name=name))
            for name in claimed
        ),
        *(volume for volume in template.spec.volumes if volume.name not in claimed),
    ]
    return template


def _stateful_set_create(found: StatefulSet) -> Errors:
    for index, claim in enumerate(found.spec.volume_claim_templates):
        yield from claims.spec(claim.spec, SPEC.child("volumeClaimTemplates").index(index).child("spec"))
    if found.spec.service_name:
        yield from checks.follows(SPEC.child("serviceName"), found.spec.service_name, names.dns_label)
    yield from _stateful_set(found)


def _stateful_set_update(new: StatefulSet, old: StatefulSet) -> Errors:
    yield from _stateful_set(new)
    wanted, had = codec.copy(new.spec), old.spec
    wanted.replicas = had.replicas
    wanted.template = had.template
    wanted.update_strategy = had.update_strategy
    wanted.min_ready_seconds = had.min_ready_seconds
    wanted.ordinals = had.ordinals
    wanted.revision_history_limit = had.revision_history_limit
    wanted.persistent_volume_claim_retention_policy = had.persistent_volume_claim_retention_policy
    if wanted != had:
        yield forbidden(SPEC, _STATEFUL_UPDATES)


def _stateful_set_status(new: StatefulSet, old: StatefulSet) -> Errors:
    status = new.status
    parts = {
        "readyReplicas": status.ready_replicas,
        "currentReplicas": status.current_replicas,
        "updatedReplicas": status.updated_replicas,
        "availableReplicas": status.available_replicas,
    }
    yield from workloads.counters(
        {
            "replicas": status.replicas,
            **parts,
            "observedGeneration": status.observed_generation,
            "collisionCount": status.collision_count,
        }
    )
    yield from workloads.at_most(parts, status.replicas, "cannot be greater than status.replicas")
    available = {"availableReplicas": status.available_replicas}
    yield from workloads.at_most(available, status.ready_replicas, "cannot be greater than status.readyReplicas")
    yield from workloads.collisions(status.collision_count, old.status.collision_count)


def _revision(found: ControllerRevision) -> Errors:
    yield from checks.not_negative(Path("revision"), found.revision)
    if found.data is None:
        yield required(Path("data"), "data is mandatory")
    elif not isinstance(found.data, dict):
        yield required(Path("data"), "data must be a valid JSON object")


def _revision_update(new: ControllerRevision, old: ControllerRevision) -> Errors:
    yield from checks.not_negative(Path("revision"), new.revision)
    yield from checks.immutable(Path("data"), new.data, old.data)


CATALOG = {
    Deployment: Rules(create=_deployment, update=_deployment_update, status=_deployment_status),
    ReplicaSet: Rules(create=_replica_set, update=_replica_set_update, status=_replica_set_status),
    DaemonSet: Rules(create=_daemon_set, update=_daemon_set_update, status=_daemon_set_status),
    StatefulSet: Rules(
        name=names.dns_label, create=_stateful_set_create, update=_stateful_set_update, status=_stateful_set_status
    ),
    ControllerRevision: Rules(create=_revision, update=_revision_update),
}
