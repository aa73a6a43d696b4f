"""``flowcontrol.apiserver.k8s.io/v1``: priority and fairness of requests."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .meta_v1 import Time
from .schema import Int32, ListAtomic, ListMap, ListSet, PatchMerge, Required, Struct, always, constant


class PriorityLevelConfigurationReference(Struct):
    name: Annotated[str, Required] = always(str)


class FlowSchemaSpec(Struct):
    priority_level_configuration: Annotated[PriorityLevelConfigurationReference, Required] = always(
        PriorityLevelConfigurationReference
    )
    matching_precedence: Int32 = always(int)
    distinguisher_method: FlowDistinguisherMethod | None = None
    rules: Annotated[list[PolicyRulesWithSubjects], ListAtomic] = []


class FlowSchemaStatus(Struct):
    conditions: Annotated[list[FlowSchemaCondition], ListMap("type"), PatchMerge("type")] = []


class FlowSchema(Struct):
    """Sorts requests into flows."""

    api_version: str = constant("flowcontrol.apiserver.k8s.io/v1")
    kind: str = constant("FlowSchema")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: FlowSchemaSpec = always(FlowSchemaSpec)
    status: FlowSchemaStatus = always(FlowSchemaStatus)


class FlowSchemaList(Struct):
    api_version: str = constant("flowcontrol.apiserver.k8s.io/v1")
    kind: str = constant("FlowSchemaList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[FlowSchema], Required] = always(list)


class FlowDistinguisherMethod(Struct):
    type: Annotated[str, Required] = always(str)


class PolicyRulesWithSubjects(Struct):
    subjects: Annotated[list[Subject], Required, ListAtomic] = always(list)
    resource_rules: Annotated[list[ResourcePolicyRule], ListAtomic] = []
    non_resource_rules: Annotated[list[NonResourcePolicyRule], ListAtomic] = []


class Subject(Struct):
    kind: Annotated[str, Required] = always(str)
    user: UserSubject | None = None
    group: GroupSubject | None = None
    service_account: ServiceAccountSubject | None = None


class UserSubject(Struct):
    name: Annotated[str, Required] = always(str)


class GroupSubject(Struct):
    name: Annotated[str, Required] = always(str)


class ServiceAccountSubject(Struct):
    namespace: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)


class ResourcePolicyRule(Struct):
    verbs: Annotated[list[str], Required, ListSet] = always(list)
    api_groups: Annotated[list[str], Required, ListSet] = always(list)
    resources: Annotated[list[str], Required, ListSet] = always(list)
    cluster_scope: bool = False
    namespaces: Annotated[list[str], ListSet] = always(list)


class NonResourcePolicyRule(Struct):
    verbs: Annotated[list[str], Required, ListSet] = always(list)
    non_resource_urls: Annotated[list[str], Required, ListSet] = always(list)


class FlowSchemaCondition(Struct):
    type: str = ""
    status: str = ""
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class PriorityLevelConfigurationSpec(Struct):
    type: Annotated[str, Required] = always(str)
    limited: LimitedPriorityLevelConfiguration | None = None
    exempt: ExemptPriorityLevelConfiguration | None = None


class PriorityLevelConfigurationStatus(Struct):
    conditions: Annotated[list[PriorityLevelConfigurationCondition], ListMap("type"), PatchMerge("type")] = []


class PriorityLevelConfiguration(Struct):
    """The share of the server that a level of requests gets."""

    api_version: str = constant("flowcontrol.apiserver.k8s.io/v1")
    kind: str = constant("PriorityLevelConfiguration")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: PriorityLevelConfigurationSpec = always(PriorityLevelConfigurationSpec)
    status: PriorityLevelConfigurationStatus = always(PriorityLevelConfigurationStatus)


class PriorityLevelConfigurationList(Struct):
    api_version: str = constant("flowcontrol.apiserver.k8s.io/v1")
    kind: str = constant("PriorityLevelConfigurationList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[PriorityLevelConfiguration], Required] = always(list)


class LimitResponse(Struct):
    type: Annotated[str, Required] = always(str)
    queuing: QueuingConfiguration | None = None


class LimitedPriorityLevelConfiguration(Struct):
    nominal_concurrency_shares: Int32 | None = None
    limit_response: LimitResponse = always(LimitResponse)
    lendable_percent: Int32 | None = None
    borrowing_limit_percent: Int32 | None = None


class ExemptPriorityLevelConfiguration(Struct):
    nominal_concurrency_shares: Int32 | None = None
    lendable_percent: Int32 | None = None


class QueuingConfiguration(Struct):
    queues: Int32 = always(int)
    hand_size: Int32 = always(int)
    queue_length_limit: Int32 = always(int)


class PriorityLevelConfigurationCondition(Struct):
    type: str = ""
    status: str = ""
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""
