"""``flowcontrol.apiserver.k8s.io/v1``: priority and fairness of requests."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .meta_v1 import Time
from .schema import Int32, ListAtomic, ListMap, ListSet, PatchMerge, Required, Struct, always, constant


class PriorityLevelConfigurationReference(Struct):
    """A priority level."""

    name: Annotated[str, Required] = always(str)
    """Name of the PriorityLevelConfiguration."""


class FlowSchemaSpec(Struct):
    """Which requests belong together, and how much they count."""

    priority_level_configuration: Annotated[PriorityLevelConfigurationReference, Required] = always(
        PriorityLevelConfigurationReference
    )
    """The priority level they get."""
    matching_precedence: Int32 = always(int)
    """Of several schemas that match, the one with the lowest number decides; 1 to 10000. Default: 1000."""
    distinguisher_method: FlowDistinguisherMethod | None = None
    """What makes flows that queue by themselves; absent: all is one flow."""
    rules: Annotated[list[PolicyRulesWithSubjects], ListAtomic] = []
    """Requests that match; one rule must."""


class FlowSchemaStatus(Struct):
    """What became of a FlowSchema."""

    conditions: Annotated[list[FlowSchemaCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state, such as Dangling."""


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
    """What makes flows."""

    type: Annotated[str, Required] = always(str)
    """ByUser or ByNamespace."""


class PolicyRulesWithSubjects(Struct):
    """Requests of somebody for something."""

    subjects: Annotated[list[Subject], Required, ListAtomic] = always(list)
    """Who asks; one must match."""
    resource_rules: Annotated[list[ResourcePolicyRule], ListAtomic] = []
    """What is done to objects."""
    non_resource_rules: Annotated[list[NonResourcePolicyRule], ListAtomic] = []
    """What is done to paths; one rule of the two lists must match."""


class Subject(Struct):
    """Somebody who asks; the field for the kind is set."""

    kind: Annotated[str, Required] = always(str)
    """User, Group or ServiceAccount."""
    user: UserSubject | None = None
    """The user."""
    group: GroupSubject | None = None
    """The group."""
    service_account: ServiceAccountSubject | None = None
    """The service account."""


class UserSubject(Struct):
    """A user."""

    name: Annotated[str, Required] = always(str)
    """Name of the user; * is everybody."""


class GroupSubject(Struct):
    """A group."""

    name: Annotated[str, Required] = always(str)
    """Name of the group; * is every group."""


class ServiceAccountSubject(Struct):
    """A service account."""

    namespace: Annotated[str, Required] = always(str)
    """Its namespace."""
    name: Annotated[str, Required] = always(str)
    """Its name; * is every one of the namespace."""


class ResourcePolicyRule(Struct):
    """Something done to objects."""

    verbs: Annotated[list[str], Required, ListSet] = always(list)
    """What is done; * is everything."""
    api_groups: Annotated[list[str], Required, ListSet] = always(list)
    """Groups of the resources; * is every group."""
    resources: Annotated[list[str], Required, ListSet] = always(list)
    """Resources by plural name, with subresources as pods/log; * is all."""
    cluster_scope: bool = False
    """Whether requests outside of namespaces match. Default: false."""
    namespaces: Annotated[list[str], ListSet] = always(list)
    """Namespaces; * is every one."""


class NonResourcePolicyRule(Struct):
    """Something done to paths."""

    verbs: Annotated[list[str], Required, ListSet] = always(list)
    """Methods in lower case; * is every one."""
    non_resource_urls: Annotated[list[str], Required, ListSet] = always(list)
    """The paths; a * may stand for the last part."""


class FlowSchemaCondition(Struct):
    """One aspect of a FlowSchema's state."""

    type: str = ""
    status: str = ""
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class PriorityLevelConfigurationSpec(Struct):
    """What a priority level gets."""

    type: Annotated[str, Required] = always(str)
    """Exempt is never held back; Limited gets a share."""
    limited: LimitedPriorityLevelConfiguration | None = None
    """The share of a Limited level."""
    exempt: ExemptPriorityLevelConfiguration | None = None
    """What an Exempt level leaves to the others."""


class PriorityLevelConfigurationStatus(Struct):
    """What became of a priority level."""

    conditions: Annotated[list[PriorityLevelConfigurationCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state."""


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
    """What happens to requests beyond the share."""

    type: Annotated[str, Required] = always(str)
    """Queue lets them wait, Reject answers 429."""
    queuing: QueuingConfiguration | None = None
    """How they wait; only with Queue."""


class LimitedPriorityLevelConfiguration(Struct):
    """The share of a Limited level."""

    nominal_concurrency_shares: Int32 | None = None
    """Its part of the server's seats, relative to the others' numbers. Default: 30."""
    limit_response: LimitResponse = always(LimitResponse)
    """What happens to requests beyond it."""
    lendable_percent: Int32 | None = None
    """Which part of its seats others may use meanwhile, 0 to 100. Default: 0."""
    borrowing_limit_percent: Int32 | None = None
    """How many seats it may borrow, as a percentage of its own; absent: no limit."""


class ExemptPriorityLevelConfiguration(Struct):
    """What an Exempt level leaves to the others."""

    nominal_concurrency_shares: Int32 | None = None
    """Its part of the server's seats, relative to the others' numbers. Default: 0."""
    lendable_percent: Int32 | None = None
    """Which part of its seats others may use, 0 to 100. Default: 0."""


class QueuingConfiguration(Struct):
    """How requests wait."""

    queues: Int32 = always(int)
    """Number of queues. Default: 64."""
    hand_size: Int32 = always(int)
    """Among how many queues a flow picks the shortest. Default: 8."""
    queue_length_limit: Int32 = always(int)
    """How many requests may wait in one queue; more are rejected. Default: 50."""


class PriorityLevelConfigurationCondition(Struct):
    """One aspect of a priority level's state."""

    type: str = ""
    status: str = ""
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""
