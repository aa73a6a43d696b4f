"""``apps/v1``: Deployment, ReplicaSet, StatefulSet, DaemonSet and ControllerRevision."""

from __future__ import annotations

from typing import Annotated, Any

from . import core_v1, meta_v1
from .meta_v1 import Time
from .schema import (
    Enum,
    Int32,
    Int64,
    IntOrString,
    ListAtomic,
    ListMap,
    PatchMerge,
    Required,
    Retain,
    Struct,
    always,
    constant,
)

DaemonSetUpdateStrategyType = Annotated[str, Enum("RollingUpdate", "OnDelete")]
DeploymentStrategyType = Annotated[str, Enum("Recreate", "RollingUpdate")]
PodManagementPolicyType = Annotated[str, Enum("OrderedReady", "Parallel")]
StatefulSetUpdateStrategyType = Annotated[str, Enum("RollingUpdate", "OnDelete")]


class StatefulSetUpdateStrategy(Struct):
    """How the pods of a StatefulSet follow a changed template."""

    type: StatefulSetUpdateStrategyType = ""
    """RollingUpdate (the default) replaces pods from the highest ordinal down; OnDelete waits for them to be deleted.
    """
    rolling_update: RollingUpdateStatefulSetStrategy | None = None
    """Settings of RollingUpdate."""


class StatefulSetSpec(Struct):
    """What a StatefulSet keeps up."""

    replicas: Int32 | None = None
    """How many pods there shall be. Default: 1."""
    selector: Annotated[meta_v1.LabelSelector | None, Required] = None
    """Which pods belong to the set. Must match the template's labels and cannot be changed."""
    template: Annotated[core_v1.PodTemplateSpec, Required] = always(core_v1.PodTemplateSpec)
    """What each pod looks like; its name is the set's name, a dash and its ordinal."""
    volume_claim_templates: Annotated[list[core_v1.PersistentVolumeClaim], ListAtomic] = []
    """Each pod gets a claim of its own from each of these, which outlives the pod."""
    service_name: str = always(str)
    """The headless Service whose name the pods' DNS names are below."""
    pod_management_policy: PodManagementPolicyType = ""
    """OrderedReady (the default) starts and stops pods one by one; Parallel all at once."""
    update_strategy: StatefulSetUpdateStrategy = always(StatefulSetUpdateStrategy)
    """How pods follow a changed template."""
    revision_history_limit: Int32 | None = None
    """How many old revisions are kept to roll back to. Default: 10."""
    min_ready_seconds: Int32 = 0
    """Seconds that a pod must be ready before it counts as available. Default: 0."""
    persistent_volume_claim_retention_policy: StatefulSetPersistentVolumeClaimRetentionPolicy | None = None
    """What becomes of claims when pods are no longer needed."""
    ordinals: StatefulSetOrdinals | None = None
    """From which number the pods are counted."""


class StatefulSetStatus(Struct):
    """What became of a StatefulSet."""

    observed_generation: Int64 = 0
    """Generation of the spec that the controller has seen."""
    replicas: Annotated[Int32, Required] = always(int)
    """How many pods exist."""
    ready_replicas: Int32 = 0
    """How many pods are ready."""
    current_replicas: Int32 = 0
    """How many pods are of the revision before the update."""
    updated_replicas: Int32 = 0
    """How many pods are of the newest revision."""
    current_revision: str = ""
    """Revision of the pods that are not updated yet."""
    update_revision: str = ""
    """Newest revision, of the pods that are updated."""
    collision_count: Int32 | None = None
    """How often a revision's name was taken; part of the next name's hash."""
    conditions: Annotated[list[StatefulSetCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of the set's state."""
    available_replicas: Int32 = always(int)
    """How many pods have been ready for minReadySeconds."""


class StatefulSet(Struct):
    """Keeps pods with stable names and storage of their own."""

    api_version: str = constant("apps/v1")
    kind: str = constant("StatefulSet")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: StatefulSetSpec = always(StatefulSetSpec)
    status: StatefulSetStatus = always(StatefulSetStatus)


class RollingUpdateStatefulSetStrategy(Struct):
    """How a rolling update of a StatefulSet proceeds."""

    partition: Int32 | None = None
    """Only pods with this ordinal or a higher one are updated. Default: 0."""
    max_unavailable: IntOrString | None = None
    """How many pods, or what percentage, may be down during the update. Default: 1."""


class StatefulSetPersistentVolumeClaimRetentionPolicy(Struct):
    """What becomes of a StatefulSet's claims."""

    when_deleted: str = ""
    """Retain (the default) or Delete the claims when the set is deleted."""
    when_scaled: str = ""
    """Retain (the default) or Delete the claims of pods that scaling down removes."""


class StatefulSetOrdinals(Struct):
    """How the pods of a StatefulSet are numbered."""

    start: Int32 = always(int)
    """Number of the first pod. Default: 0."""


class StatefulSetCondition(Struct):
    """One aspect of a StatefulSet's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class StatefulSetList(Struct):
    api_version: str = constant("apps/v1")
    kind: str = constant("StatefulSetList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[StatefulSet], Required] = always(list)


class DeploymentStrategy(Struct):
    """How a Deployment replaces pods."""

    type: DeploymentStrategyType = ""
    """RollingUpdate (the default) replaces pods bit by bit; Recreate stops all old ones first."""
    rolling_update: RollingUpdateDeployment | None = None
    """Settings of RollingUpdate."""


class DeploymentSpec(Struct):
    """What a Deployment keeps up."""

    replicas: Int32 | None = None
    """How many pods there shall be. Default: 1."""
    selector: Annotated[meta_v1.LabelSelector | None, Required] = None
    """Which pods belong to the Deployment. Must match the template's labels and cannot be changed."""
    template: Annotated[core_v1.PodTemplateSpec, Required] = always(core_v1.PodTemplateSpec)
    """What each pod looks like. A change starts a rollout."""
    strategy: Annotated[DeploymentStrategy, Retain()] = always(DeploymentStrategy)
    """How old pods are replaced by new ones."""
    min_ready_seconds: Int32 = 0
    """Seconds that a pod must be ready before it counts as available. Default: 0."""
    revision_history_limit: Int32 | None = None
    """How many old ReplicaSets are kept to roll back to. Default: 10."""
    paused: bool = False
    """While true, changes of the template start no rollout."""
    progress_deadline_seconds: Int32 | None = None
    """Seconds without progress after which a rollout is reported as failed. Default: 600."""


class DeploymentStatus(Struct):
    """What became of a Deployment."""

    observed_generation: Int64 = 0
    """Generation of the spec that the controller has seen."""
    replicas: Int32 = 0
    """How many pods exist that are not being deleted."""
    updated_replicas: Int32 = 0
    """How many of them are of the current template."""
    ready_replicas: Int32 = 0
    """How many of them are ready."""
    available_replicas: Int32 = 0
    """How many of them have been ready for minReadySeconds."""
    unavailable_replicas: Int32 = 0
    """How many more pods must become available."""
    terminating_replicas: Int32 | None = None
    """How many pods are being deleted but not gone."""
    conditions: Annotated[list[DeploymentCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of the Deployment's state: Available, Progressing, ReplicaFailure."""
    collision_count: Int32 | None = None
    """How often a ReplicaSet's name was taken; part of the next name's hash."""


class Deployment(Struct):
    """Keeps copies of a pod running and replaces them step by step when their template changes."""

    api_version: str = constant("apps/v1")
    kind: str = constant("Deployment")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: DeploymentSpec = always(DeploymentSpec)
    status: DeploymentStatus = always(DeploymentStatus)


class RollingUpdateDeployment(Struct):
    """How a rolling update of a Deployment proceeds."""

    max_unavailable: IntOrString | None = None
    """How many pods, or what percentage (rounded down), may be missing meanwhile. Default: 25%."""
    max_surge: IntOrString | None = None
    """How many pods, or what percentage (rounded up), may exist beyond the wanted number. Default: 25%."""


class DeploymentCondition(Struct):
    """One aspect of a Deployment's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_update_time: Time | None = None
    """When the condition was last written."""
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class DeploymentList(Struct):
    api_version: str = constant("apps/v1")
    kind: str = constant("DeploymentList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Deployment], Required] = always(list)


class DaemonSetUpdateStrategy(Struct):
    """How the pods of a DaemonSet follow a changed template."""

    type: DaemonSetUpdateStrategyType = ""
    """RollingUpdate (the default) replaces pods node by node; OnDelete waits for them to be deleted."""
    rolling_update: RollingUpdateDaemonSet | None = None
    """Settings of RollingUpdate."""


class RollingUpdateDaemonSet(Struct):
    """How a rolling update of a DaemonSet proceeds."""

    max_unavailable: IntOrString | None = None
    """On how many nodes, or what percentage of them, the pod may be down meanwhile. Default: 1."""
    max_surge: IntOrString | None = None
    """On how many nodes, or what percentage of them, a new pod may run beside the old one. Default: 0."""


class DaemonSetSpec(Struct):
    """What a DaemonSet keeps up on each node."""

    selector: Annotated[meta_v1.LabelSelector | None, Required] = None
    """Which pods belong to the set. Must match the template's labels and cannot be changed."""
    template: Annotated[core_v1.PodTemplateSpec, Required] = always(core_v1.PodTemplateSpec)
    """What each pod looks like. Its node selector and affinity decide on which nodes it runs."""
    update_strategy: DaemonSetUpdateStrategy = always(DaemonSetUpdateStrategy)
    """How pods follow a changed template."""
    min_ready_seconds: Int32 = 0
    """Seconds that a pod must be ready before it counts as available. Default: 0."""
    revision_history_limit: Int32 | None = None
    """How many old revisions are kept to roll back to. Default: 10."""


class DaemonSetStatus(Struct):
    """What became of a DaemonSet."""

    current_number_scheduled: Annotated[Int32, Required] = always(int)
    """How many nodes run the pod and should."""
    number_misscheduled: Annotated[Int32, Required] = always(int)
    """How many nodes run the pod and should not."""
    desired_number_scheduled: Annotated[Int32, Required] = always(int)
    """How many nodes should run the pod."""
    number_ready: Annotated[Int32, Required] = always(int)
    """How many nodes have a ready pod."""
    observed_generation: Int64 = 0
    """Generation of the spec that the controller has seen."""
    updated_number_scheduled: Int32 = 0
    """How many nodes run a pod of the current template."""
    number_available: Int32 = 0
    """How many nodes have a pod that has been ready for minReadySeconds."""
    number_unavailable: Int32 = 0
    """How many nodes should have an available pod and have none."""
    collision_count: Int32 | None = None
    """How often a revision's name was taken; part of the next name's hash."""
    conditions: Annotated[list[DaemonSetCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of the set's state."""


class DaemonSetCondition(Struct):
    """One aspect of a DaemonSet's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class DaemonSet(Struct):
    """Keeps one pod on every matching node."""

    api_version: str = constant("apps/v1")
    kind: str = constant("DaemonSet")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: DaemonSetSpec = always(DaemonSetSpec)
    status: DaemonSetStatus = always(DaemonSetStatus)


class DaemonSetList(Struct):
    api_version: str = constant("apps/v1")
    kind: str = constant("DaemonSetList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[DaemonSet], Required] = always(list)


class ReplicaSetSpec(Struct):
    """What a ReplicaSet keeps up."""

    replicas: Int32 | None = None
    """How many pods there shall be. Default: 1."""
    min_ready_seconds: Int32 = 0
    """Seconds that a pod must be ready before it counts as available. Default: 0."""
    selector: Annotated[meta_v1.LabelSelector | None, Required] = None
    """Which pods belong to the set. Must match the template's labels and cannot be changed."""
    template: core_v1.PodTemplateSpec = always(core_v1.PodTemplateSpec)
    """What new pods look like; existing ones are left alone."""


class ReplicaSetStatus(Struct):
    """What became of a ReplicaSet."""

    replicas: Annotated[Int32, Required] = always(int)
    """How many pods exist that are not being deleted."""
    fully_labeled_replicas: Int32 = 0
    """How many of them have all labels of the template."""
    ready_replicas: Int32 = 0
    """How many of them are ready."""
    available_replicas: Int32 = 0
    """How many of them have been ready for minReadySeconds."""
    terminating_replicas: Int32 | None = None
    """How many pods are being deleted but not gone."""
    observed_generation: Int64 = 0
    """Generation of the spec that the controller has seen."""
    conditions: Annotated[list[ReplicaSetCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of the set's state, such as ReplicaFailure."""


class ReplicaSet(Struct):
    """Keeps a number of equal pods running."""

    api_version: str = constant("apps/v1")
    kind: str = constant("ReplicaSet")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ReplicaSetSpec = always(ReplicaSetSpec)
    status: ReplicaSetStatus = always(ReplicaSetStatus)


class ReplicaSetList(Struct):
    api_version: str = constant("apps/v1")
    kind: str = constant("ReplicaSetList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ReplicaSet], Required] = always(list)


class ReplicaSetCondition(Struct):
    """One aspect of a ReplicaSet's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class ControllerRevision(Struct):
    """One past state of a StatefulSet or DaemonSet."""

    api_version: str = constant("apps/v1")
    kind: str = constant("ControllerRevision")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    data: Any = None
    """The state itself, in a form that only its controller reads."""
    revision: Annotated[Int64, Required] = always(int)
    """Counts up; the highest is the newest."""


class ControllerRevisionList(Struct):
    api_version: str = constant("apps/v1")
    kind: str = constant("ControllerRevisionList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ControllerRevision], Required] = always(list)
