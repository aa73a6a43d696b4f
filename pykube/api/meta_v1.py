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
    """A resource, without a version."""

    group: Annotated[str, Required] = always(str)
    """API group; empty for the core group."""
    resource: Annotated[str, Required] = always(str)
    """Plural name in lower case, such as pods."""


class ListMeta(Struct):
    """What every list has: its version, and where to go on."""

    self_link: str = ""
    """No longer filled."""
    resource_version: str = ""
    """State of the cluster that the list shows. A watch may start here. Opaque to clients."""
    continue_: str = ""
    """Token for the next page; empty on the last one. It expires after some minutes."""
    remaining_item_count: Int64 | None = None
    """How many objects come after this page; absent when selectors make that unknown."""
    shard_info: ShardInfo | None = None
    """Which part of the objects the list is limited to, when only a part was asked for."""


class ShardInfo(Struct):
    """The part of a collection that a list was limited to."""

    selector: Annotated[str, Required] = always(str)
    """The expression that chose the part."""


class ObjectMeta(Struct):
    """What every stored object has: name, namespace, labels, owners, versions."""

    name: str = ""
    """Unique among objects of the kind in the namespace. Cannot be changed."""
    generate_name: str = ""
    """Start of the name; the server appends five random characters. Used only when name is empty."""
    namespace: str = ""
    """Where the object lives; empty for kinds that belong to the whole cluster. Cannot be changed."""
    self_link: str = ""
    """No longer filled."""
    uid: str = ""
    """Given by the server; tells this object from later ones with the same name."""
    resource_version: str = ""
    """Changes with each write. Sent back in an update, the write fails if somebody else was faster."""
    generation: Int64 = 0
    """Counts the changes of what is wanted (spec); changes of status do not count."""
    creation_timestamp: Time | None = None
    """CreationTimestamp is a timestamp of when the server stored the object first."""
    deletion_timestamp: Time | None = None
    """When the object is due to go; set by a delete request that could not be carried out at once."""
    deletion_grace_period_seconds: Int64 | None = None
    """Seconds that the object was granted at its deletion; may only be shortened."""
    labels: dict[str, str] = {}
    """Keys and short values to select objects by."""
    annotations: dict[str, str] = {}
    """Keys and values of any length, up to 256 KiB together. Selectors do not see them."""
    owner_references: Annotated[list[OwnerReference], ListMap("uid"), PatchMerge("uid")] = []
    """Objects that this one depends on; once all of them are gone, it is collected as garbage."""
    finalizers: Annotated[list[str], ListSet, PatchMerge()] = []
    """Names of cleanups that are outstanding; a deleted object stays until the list is empty."""
    managed_fields: Annotated[list[ManagedFieldsEntry], ListAtomic] = []
    """Who set which fields last. Kept by the server for server-side apply."""


@atomic
class OwnerReference(Struct):
    """The object that this one belongs to and is removed with."""

    api_version: Annotated[str, Required] = always(str)
    """Group and version of the owner."""
    kind: Annotated[str, Required] = always(str)
    """Kind of the owner."""
    name: Annotated[str, Required] = always(str)
    """Name of the owner, which lives in the same namespace or belongs to the whole cluster."""
    uid: Annotated[str, Required] = always(str)
    """Identity of the owner; a later object of the same name does not count."""
    controller: bool | None = None
    """Whether this owner steers the object. At most one owner does."""
    block_owner_deletion: bool | None = None
    """Whether a foreground deletion of the owner waits for this object to go first."""


class DeleteOptions(Struct):
    """How an object is to be deleted."""

    api_version: str = ""
    kind: str = ""
    grace_period_seconds: Int64 | None = None
    """Seconds to shut down in; 0 deletes at once. Default: what the kind or the object says."""
    preconditions: Preconditions | None = None
    """The deletion happens only if these match, else the answer is 409 Conflict."""
    orphan_dependents: bool | None = None
    """Old form of propagationPolicy: true leaves what the object owns in place."""
    propagation_policy: str | None = None
    """What becomes of owned objects. Orphan keeps them, Background deletes them afterwards, Foreground before."""
    dry_run: Annotated[list[str], ListAtomic] = []
    """All stops everything from being stored; the answer is what it would have been."""
    ignore_store_read_error_with_cluster_breaking_potential: bool | None = None
    """Delete even if the stored data cannot be read. Skips finalizers: dangerous."""


class Preconditions(Struct):
    """What must hold for a deletion to happen."""

    uid: str | None = None
    """The object must be this very one."""
    resource_version: str | None = None
    """The object must not have changed since this version."""


class Status(Struct):
    """The answer to a request that does not return an object, and to every failed one."""

    api_version: str = ""
    kind: str = ""
    metadata: ListMeta = always(ListMeta)
    """List metadata, mostly empty."""
    status: str = ""
    """Success or Failure."""
    message: str = ""
    """What happened, for people."""
    reason: str = ""
    """What happened, as one word for programs, such as NotFound or Conflict."""
    details: StatusDetails | None = None
    """The object concerned, and each single cause."""
    code: Int32 = 0
    """The HTTP status code of the answer."""


class StatusDetails(Struct):
    """What a Status is about."""

    name: str = ""
    """Name of the object concerned."""
    group: str = ""
    """API group of the object concerned."""
    kind: str = ""
    """Kind, or plural resource name, of the object concerned."""
    uid: str = ""
    """Identity of the object concerned, when known."""
    causes: Annotated[list[StatusCause], ListAtomic] = []
    """Each single thing that was wrong."""
    retry_after_seconds: Int32 = 0
    """Seconds to wait before another try; 0 says nothing about it."""


class StatusCause(Struct):
    """One thing that was wrong."""

    reason: str = ""
    """One word for programs, such as FieldValueRequired."""
    message: str = ""
    """The same for people."""
    field: str = ""
    """Path of the field concerned, such as spec.containers[0].image."""


class APIVersions(Struct):
    """The versions of the core group."""

    api_version: str = ""
    kind: str = ""
    versions: Annotated[list[str], Required, ListAtomic] = always(list)
    """The versions served."""
    server_address_by_client_cidrs: Annotated[list[ServerAddressByClientCIDR], Required, ListAtomic] = always(list)
    """Which address of the server clients should use, by where they are."""


class APIGroupList(Struct):
    """All API groups."""

    api_version: str = ""
    kind: str = ""
    groups: Annotated[list[APIGroup], Required, ListAtomic] = always(list)
    """The groups served."""


class GroupVersionForDiscovery(Struct):
    """One version of an API group."""

    group_version: Annotated[str, Required] = always(str)
    """Group and version, as apiVersion has them."""
    version: Annotated[str, Required] = always(str)
    """The version alone."""


class APIGroup(Struct):
    """One API group and its versions."""

    api_version: str = ""
    kind: str = ""
    name: Annotated[str, Required] = always(str)
    """Name of the group."""
    versions: Annotated[list[GroupVersionForDiscovery], Required, ListAtomic] = always(list)
    """The versions served."""
    preferred_version: GroupVersionForDiscovery = always(GroupVersionForDiscovery)
    """The version that clients without a wish should use."""
    server_address_by_client_cidrs: Annotated[list[ServerAddressByClientCIDR], ListAtomic] = []
    """Which address of the server clients should use, by where they are."""


class ServerAddressByClientCIDR(Struct):
    """An address of the server for clients in one network."""

    client_cidr: Annotated[str, Required] = always(str)
    """The network in which the clients are."""
    server_address: Annotated[str, Required] = always(str)
    """Host name or address, with a port where it is not the usual one."""


class APIResource(Struct):
    """One resource of an API group."""

    name: Annotated[str, Required] = always(str)
    """Plural name as it stands in paths."""
    singular_name: Annotated[str, Required] = always(str)
    """Name of one such object, for command lines."""
    namespaced: Annotated[bool, Required] = always(bool)
    """Whether such objects live in namespaces."""
    group: str = ""
    """Group of the kind where it is not the list's."""
    version: str = ""
    """Version of the kind where it is not the list's."""
    kind: Annotated[str, Required] = always(str)
    """The kind of its objects."""
    verbs: Annotated[list[str], Required] = always(list)
    """What can be done with it."""
    short_names: Annotated[list[str], ListAtomic] = []
    """Abbreviations for command lines."""
    categories: Annotated[list[str], ListAtomic] = []
    """Groups of resources, such as all, that it is shown with."""
    storage_version_hash: str = ""
    """Changes when objects are stored in another version."""


class APIResourceList(Struct):
    """The resources of one group version."""

    api_version: str = ""
    kind: str = ""
    group_version: Annotated[str, Required] = always(str)
    """Group and version of the resources."""
    resources: Annotated[list[APIResource], Required, ListAtomic] = always(list)
    """The resources, subresources among them."""


@atomic
class LabelSelector(Struct):
    """Picks objects by their labels; all parts must hold. Empty picks all, absent none."""

    match_labels: dict[str, str] = {}
    """Labels that must be there with exactly these values."""
    match_expressions: Annotated[list[LabelSelectorRequirement], ListAtomic] = []
    """Conditions on labels."""


class LabelSelectorRequirement(Struct):
    """A condition on one label."""

    key: Annotated[str, Required] = always(str)
    """The label's key."""
    operator: Annotated[str, Required] = always(str)
    """In, NotIn, Exists or DoesNotExist."""
    values: Annotated[list[str], ListAtomic] = []
    """What In and NotIn compare with; empty for the other two."""


class FieldSelectorRequirement(Struct):
    """A condition on one field."""

    key: Annotated[str, Required] = always(str)
    """Path of the field."""
    operator: Annotated[str, Required] = always(str)
    """In, NotIn, Exists or DoesNotExist."""
    values: Annotated[list[str], ListAtomic] = []
    """What In and NotIn compare with; empty for the other two."""


class ManagedFieldsEntry(Struct):
    """Which fields one writer of the object owns."""

    manager: str = ""
    """Name of the writer."""
    operation: str = ""
    """Apply, or Update for all other ways of writing."""
    api_version: str = ""
    """Group and version that the fields are written in."""
    time: Time | None = None
    """When the writer last changed which fields it owns."""
    fields_type: str = ""
    """Form of fieldsV1; there is only FieldsV1."""
    fields_v1: Any = None
    """The owned fields as a tree: f: before names, k: before keys of list items, v: before values."""
    subresource: str = ""
    """The subresource through which the fields were written."""


class Condition(Struct):
    """One aspect of an object's state, with the time and reason of its last change."""

    type: Annotated[str, Required] = always(str)
    """Which aspect; unique within the object."""
    status: Annotated[str, Required] = always(str)
    """True, False or Unknown."""
    observed_generation: Int64 = 0
    """Generation of the object that this was found out about."""
    last_transition_time: Annotated[Time | None, Required] = None
    """When status last changed."""
    reason: Annotated[str, Required] = always(str)
    """Why, as one word for programs."""
    message: Annotated[str, Required] = always(str)
    """Why, for people."""


class WatchEvent(Struct):
    """One change that a watch tells of."""

    type: Annotated[str, Required] = always(str)
    """ADDED, MODIFIED, DELETED, BOOKMARK or ERROR."""
    object_: Annotated[Any, Required] = None
    """The object after the change; before it for DELETED, a Status for ERROR."""
