"""What all kinds share: object metadata, lists, options, ``Status``, discovery (meta.k8s.io/v1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from .schema import Int32, Int64, ListAtomic, ListMap, ListSet, PatchMerge, Required, Struct, always, atomic

Time = datetime
"""A moment in UTC, to the second (RFC 3339)."""


def now() -> Time:
    """The present, to the second, as it is written to objects."""
    return datetime.now(UTC).replace(microsecond=0)


class GroupResource(Struct):
    group: Annotated[str, Required] = always(str)
    resource: Annotated[str, Required] = always(str)


class ListMeta(Struct):
    """What every list has: its version, and where to go on."""

    self_link: str = ""
    resource_version: str = ""
    continue_: str = ""
    remaining_item_count: Int64 | None = None
    shard_info: ShardInfo | None = None


class ShardInfo(Struct):
    selector: Annotated[str, Required] = always(str)


class ObjectMeta(Struct):
    """What every stored object has: name, namespace, labels, owners, versions."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    self_link: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: Int64 = 0
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    deletion_grace_period_seconds: Int64 | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: Annotated[list[OwnerReference], ListMap("uid"), PatchMerge("uid")] = []
    finalizers: Annotated[list[str], ListSet, PatchMerge()] = []
    managed_fields: Annotated[list[ManagedFieldsEntry], ListAtomic] = []


@atomic
class OwnerReference(Struct):
    """The object that this one belongs to and is removed with."""

    api_version: Annotated[str, Required] = always(str)
    kind: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)
    uid: Annotated[str, Required] = always(str)
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class DeleteOptions(Struct):
    """How an object is to be deleted."""

    api_version: str = ""
    kind: str = ""
    grace_period_seconds: Int64 | None = None
    preconditions: Preconditions | None = None
    orphan_dependents: bool | None = None
    propagation_policy: str | None = None
    dry_run: Annotated[list[str], ListAtomic] = []
    ignore_store_read_error_with_cluster_breaking_potential: bool | None = None


class Preconditions(Struct):
    """What must hold for a deletion to happen."""

    uid: str | None = None
    resource_version: str | None = None


class Status(Struct):
    """The answer to a request that does not return an object, and to every failed one."""

    api_version: str = ""
    kind: str = ""
    metadata: ListMeta = always(ListMeta)
    status: str = ""
    message: str = ""
    reason: str = ""
    details: StatusDetails | None = None
    code: Int32 = 0


class StatusDetails(Struct):
    name: str = ""
    group: str = ""
    kind: str = ""
    uid: str = ""
    causes: Annotated[list[StatusCause], ListAtomic] = []
    retry_after_seconds: Int32 = 0


class StatusCause(Struct):
    reason: str = ""
    message: str = ""
    field: str = ""


class APIVersions(Struct):
    """The versions of the core group."""

    api_version: str = ""
    kind: str = ""
    versions: Annotated[list[str], Required, ListAtomic] = always(list)
    server_address_by_client_cidrs: Annotated[list[ServerAddressByClientCIDR], Required, ListAtomic] = always(list)


class APIGroupList(Struct):
    """All API groups."""

    api_version: str = ""
    kind: str = ""
    groups: Annotated[list[APIGroup], Required, ListAtomic] = always(list)


class GroupVersionForDiscovery(Struct):
    group_version: Annotated[str, Required] = always(str)
    version: Annotated[str, Required] = always(str)


class APIGroup(Struct):
    """One API group and its versions."""

    api_version: str = ""
    kind: str = ""
    name: Annotated[str, Required] = always(str)
    versions: Annotated[list[GroupVersionForDiscovery], Required, ListAtomic] = always(list)
    preferred_version: GroupVersionForDiscovery = always(GroupVersionForDiscovery)
    server_address_by_client_cidrs: Annotated[list[ServerAddressByClientCIDR], ListAtomic] = []


class ServerAddressByClientCIDR(Struct):
    client_cidr: Annotated[str, Required] = always(str)
    server_address: Annotated[str, Required] = always(str)


class APIResource(Struct):
    name: Annotated[str, Required] = always(str)
    singular_name: Annotated[str, Required] = always(str)
    namespaced: Annotated[bool, Required] = always(bool)
    group: str = ""
    version: str = ""
    kind: Annotated[str, Required] = always(str)
    verbs: Annotated[list[str], Required] = always(list)
    short_names: Annotated[list[str], ListAtomic] = []
    categories: Annotated[list[str], ListAtomic] = []
    storage_version_hash: str = ""


class APIResourceList(Struct):
    """The resources of one group version."""

    api_version: str = ""
    kind: str = ""
    group_version: Annotated[str, Required] = always(str)
    resources: Annotated[list[APIResource], Required, ListAtomic] = always(list)


@atomic
class LabelSelector(Struct):
    """Picks objects by their labels; all parts must hold. Empty picks all, absent none."""

    match_labels: dict[str, str] = {}
    match_expressions: Annotated[list[LabelSelectorRequirement], ListAtomic] = []


class LabelSelectorRequirement(Struct):
    key: Annotated[str, Required] = always(str)
    operator: Annotated[str, Required] = always(str)
    values: Annotated[list[str], ListAtomic] = []


class FieldSelectorRequirement(Struct):
    key: Annotated[str, Required] = always(str)
    operator: Annotated[str, Required] = always(str)
    values: Annotated[list[str], ListAtomic] = []


class ManagedFieldsEntry(Struct):
    """Which fields one writer of the object owns."""

    manager: str = ""
    operation: str = ""
    api_version: str = ""
    time: Time | None = None
    fields_type: str = ""
    fields_v1: Any = None
    subresource: str = ""


class Condition(Struct):
    """One aspect of an object's state, with the time and reason of its last change."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    observed_generation: Int64 = 0
    last_transition_time: Annotated[Time | None, Required] = None
    reason: Annotated[str, Required] = always(str)
    message: Annotated[str, Required] = always(str)


class WatchEvent(Struct):
    """One change that a watch tells of."""

    type: Annotated[str, Required] = always(str)
    object_: Annotated[Any, Required] = None
