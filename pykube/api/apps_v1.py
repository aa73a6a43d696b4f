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
    type: StatefulSetUpdateStrategyType = ""
    rolling_update: RollingUpdateStatefulSetStrategy | None = None


class StatefulSetSpec(Struct):
    replicas: Int32 | None = None
    selector: Annotated[meta_v1.LabelSelector | None, Required] = None
    template: Annotated[core_v1.PodTemplateSpec, Required] = always(core_v1.PodTemplateSpec)
    volume_claim_templates: Annotated[list[core_v1.PersistentVolumeClaim], ListAtomic] = []
    service_name: str = always(str)
    pod_management_policy: PodManagementPolicyType = ""
    update_strategy: StatefulSetUpdateStrategy = always(StatefulSetUpdateStrategy)
    revision_history_limit: Int32 | None = None
    min_ready_seconds: Int32 = 0
    persistent_volume_claim_retention_policy: StatefulSetPersistentVolumeClaimRetentionPolicy | None = None
    ordinals: StatefulSetOrdinals | None = None


class StatefulSetStatus(Struct):
    observed_generation: Int64 = 0
    replicas: Annotated[Int32, Required] = always(int)
    ready_replicas: Int32 = 0
    current_replicas: Int32 = 0
    updated_replicas: Int32 = 0
    current_revision: str = ""
    update_revision: str = ""
    collision_count: Int32 | None = None
    conditions: Annotated[list[StatefulSetCondition], ListMap("type"), PatchMerge("type")] = []
    available_replicas: Int32 = always(int)


class StatefulSet(Struct):
    """Keeps pods with stable names and storage of their own."""

    api_version: str = constant("apps/v1")
    kind: str = constant("StatefulSet")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: StatefulSetSpec = always(StatefulSetSpec)
    status: StatefulSetStatus = always(StatefulSetStatus)


class RollingUpdateStatefulSetStrategy(Struct):
    partition: Int32 | None = None
    max_unavailable: IntOrString | None = None


class StatefulSetPersistentVolumeClaimRetentionPolicy(Struct):
    when_deleted: str = ""
    when_scaled: str = ""


class StatefulSetOrdinals(Struct):
    start: Int32 = always(int)


class StatefulSetCondition(Struct):
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
    type: DeploymentStrategyType = ""
    rolling_update: RollingUpdateDeployment | None = None


class DeploymentSpec(Struct):
    replicas: Int32 | None = None
    selector: Annotated[meta_v1.LabelSelector | None, Required] = None
    template: Annotated[core_v1.PodTemplateSpec, Required] = always(core_v1.PodTemplateSpec)
    strategy: Annotated[DeploymentStrategy, Retain()] = always(DeploymentStrategy)
    min_ready_seconds: Int32 = 0
    revision_history_limit: Int32 | None = None
    paused: bool = False
    progress_deadline_seconds: Int32 | None = None


class DeploymentStatus(Struct):
    observed_generation: Int64 = 0
    replicas: Int32 = 0
    updated_replicas: Int32 = 0
    ready_replicas: Int32 = 0
    available_replicas: Int32 = 0
    unavailable_replicas: Int32 = 0
    terminating_replicas: Int32 | None = None
    conditions: Annotated[list[DeploymentCondition], ListMap("type"), PatchMerge("type")] = []
    collision_count: Int32 | None = None


class Deployment(Struct):
    """Keeps copies of a pod running and replaces them step by step when their template changes."""

    api_version: str = constant("apps/v1")
    kind: str = constant("Deployment")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: DeploymentSpec = always(DeploymentSpec)
    status: DeploymentStatus = always(DeploymentStatus)


class RollingUpdateDeployment(Struct):
    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None


class DeploymentCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_update_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class DeploymentList(Struct):
    api_version: str = constant("apps/v1")
    kind: str = constant("DeploymentList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Deployment], Required] = always(list)


class DaemonSetUpdateStrategy(Struct):
    type: DaemonSetUpdateStrategyType = ""
    rolling_update: RollingUpdateDaemonSet | None = None


class RollingUpdateDaemonSet(Struct):
    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None


class DaemonSetSpec(Struct):
    selector: Annotated[meta_v1.LabelSelector | None, Required] = None
    template: Annotated[core_v1.PodTemplateSpec, Required] = always(core_v1.PodTemplateSpec)
    update_strategy: DaemonSetUpdateStrategy = always(DaemonSetUpdateStrategy)
    min_ready_seconds: Int32 = 0
    revision_history_limit: Int32 | None = None


class DaemonSetStatus(Struct):
    current_number_scheduled: Annotated[Int32, Required] = always(int)
    number_misscheduled: Annotated[Int32, Required] = always(int)
    desired_number_scheduled: Annotated[Int32, Required] = always(int)
    number_ready: Annotated[Int32, Required] = always(int)
    observed_generation: Int64 = 0
    updated_number_scheduled: Int32 = 0
    number_available: Int32 = 0
    number_unavailable: Int32 = 0
    collision_count: Int32 | None = None
    conditions: Annotated[list[DaemonSetCondition], ListMap("type"), PatchMerge("type")] = []


class DaemonSetCondition(Struct):
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
    replicas: Int32 | None = None
    min_ready_seconds: Int32 = 0
    selector: Annotated[meta_v1.LabelSelector | None, Required] = None
    template: core_v1.PodTemplateSpec = always(core_v1.PodTemplateSpec)


class ReplicaSetStatus(Struct):
    replicas: Annotated[Int32, Required] = always(int)
    fully_labeled_replicas: Int32 = 0
    ready_replicas: Int32 = 0
    available_replicas: Int32 = 0
    terminating_replicas: Int32 | None = None
    observed_generation: Int64 = 0
    conditions: Annotated[list[ReplicaSetCondition], ListMap("type"), PatchMerge("type")] = []


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
    revision: Annotated[Int64, Required] = always(int)


class ControllerRevisionList(Struct):
    api_version: str = constant("apps/v1")
    kind: str = constant("ControllerRevisionList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ControllerRevision], Required] = always(list)
