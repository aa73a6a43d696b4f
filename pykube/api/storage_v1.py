"""``storage.k8s.io/v1``: StorageClass, CSI drivers and nodes, VolumeAttachment."""

from __future__ import annotations

from typing import Annotated

from . import core_v1, meta_v1
from .meta_v1 import Time
from .quantity import Quantity
from .schema import Enum, Int32, Int64, ListAtomic, ListMap, ListSet, PatchMerge, Required, Struct, always, constant

VolumeBindingMode = Annotated[str, Enum("Immediate", "WaitForFirstConsumer")]


class StorageClass(Struct):
    """A kind of storage that claims can ask for by name."""

    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("StorageClass")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    provisioner: Annotated[str, Required] = always(str)
    """Name of the driver that makes the volumes."""
    parameters: dict[str, str] = {}
    """Settings for the driver."""
    reclaim_policy: str | None = None
    """Delete (the default) or Retain volumes once their claim is gone."""
    mount_options: Annotated[list[str], ListAtomic] = []
    """Options for mount; a volume whose mount refuses them does not start."""
    allow_volume_expansion: bool | None = None
    """Whether claims may be enlarged."""
    volume_binding_mode: VolumeBindingMode | None = None
    """Immediate (the default) makes the volume at once; WaitForFirstConsumer when a pod needs it."""
    allowed_topologies: Annotated[list[core_v1.TopologySelectorTerm], ListAtomic] = []
    """Where volumes may be made; empty: anywhere."""


class StorageClassList(Struct):
    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("StorageClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[StorageClass], Required] = always(list)


class VolumeAttachmentSource(Struct):
    """What is attached; one of the two is set."""

    persistent_volume_name: str | None = None
    """The PersistentVolume."""
    inline_volume_spec: core_v1.PersistentVolumeSpec | None = None
    """A volume described right here; used while old volumes move to CSI."""


class VolumeAttachmentSpec(Struct):
    """What is attached where."""

    attacher: Annotated[str, Required] = always(str)
    """Name of the driver that does it."""
    source: Annotated[VolumeAttachmentSource, Required] = always(VolumeAttachmentSource)
    """The volume."""
    node_name: Annotated[str, Required] = always(str)
    """The node."""


class VolumeAttachmentStatus(Struct):
    """Whether it is attached."""

    attached: Annotated[bool, Required] = always(bool)
    """Whether it is."""
    attachment_metadata: dict[str, str] = {}
    """What the driver says about it, for mounting."""
    attach_error: VolumeError | None = None
    """Why attaching failed last."""
    detach_error: VolumeError | None = None
    """Why detaching failed last."""


class VolumeAttachment(Struct):
    """The wish to attach a volume to a node."""

    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("VolumeAttachment")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[VolumeAttachmentSpec, Required] = always(VolumeAttachmentSpec)
    status: VolumeAttachmentStatus = always(VolumeAttachmentStatus)


class VolumeAttachmentList(Struct):
    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("VolumeAttachmentList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[VolumeAttachment], Required] = always(list)


class VolumeError(Struct):
    """What went wrong with a volume."""

    time: Time | None = None
    """When."""
    message: str = ""
    """What, for people."""
    error_code: Int32 | None = None
    """The gRPC code that the driver gave."""


class CSIDriverSpec(Struct):
    """What a CSI driver can do and needs."""

    attach_required: bool | None = None
    """Whether volumes are attached to nodes before mounting. Default: true. Cannot be changed."""
    pod_info_on_mount: bool | None = None
    """Whether the driver is told about the pod. Default: false."""
    volume_lifecycle_modes: Annotated[list[str], ListSet] = []
    """Persistent (the default), or Ephemeral for volumes inside a pod."""
    storage_capacity: bool | None = None
    """Whether the scheduler minds how much storage is left. Default: false."""
    fs_group_policy: str | None = None
    """When fsGroup changes the files' group: ReadWriteOnceWithFSType (the default), File or None."""
    token_requests: Annotated[list[TokenRequest], ListAtomic] = []
    """Tokens of the pod's service account that the driver is given."""
    requires_republish: bool | None = None
    """Whether the driver is asked again from time to time, for fresh contents. Default: false."""
    se_linux_mount: bool | None = None
    """Whether volumes can be mounted with an SELinux label. Default: false."""
    node_allocatable_update_period_seconds: Int64 | None = None
    """Seconds between updates of how many volumes a node takes; at least 10. Absent: none."""
    service_account_token_in_secrets: bool | None = None
    """Whether tokens are passed as secrets rather than as plain settings. Default: false."""
    prevent_pod_scheduling_if_missing: bool | None = None
    """Whether pods avoid nodes that lack the driver. Default: false."""


class CSIDriver(Struct):
    """What a CSI driver can do and needs."""

    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("CSIDriver")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[CSIDriverSpec, Required] = always(CSIDriverSpec)


class CSIDriverList(Struct):
    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("CSIDriverList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[CSIDriver], Required] = always(list)


class TokenRequest(Struct):
    """A token that a driver wants."""

    audience: Annotated[str, Required] = always(str)
    """For whom it is meant; empty: the API server."""
    expiration_seconds: Int64 | None = None
    """Seconds that it is wanted for. Default: 3600."""


class CSINodeSpec(Struct):
    """The CSI drivers of one node."""

    drivers: Annotated[list[CSINodeDriver], Required, ListMap("name"), PatchMerge("name")] = always(list)
    """The drivers."""


class CSINode(Struct):
    """The CSI drivers of one node."""

    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("CSINode")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[CSINodeSpec, Required] = always(CSINodeSpec)


class CSINodeDriver(Struct):
    """A CSI driver on a node."""

    name: Annotated[str, Required] = always(str)
    """Name of the driver."""
    node_id: Annotated[str, Required] = always(str)
    """What the driver calls the node."""
    topology_keys: Annotated[list[str], ListAtomic] = always(list)
    """Node labels that tell the driver's places apart."""
    allocatable: VolumeNodeResources | None = None
    """How many volumes the node takes."""


class VolumeNodeResources(Struct):
    """How many volumes a node takes."""

    count: Int32 | None = None
    """The number; absent: no limit."""


class CSINodeList(Struct):
    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("CSINodeList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[CSINode], Required] = always(list)


class CSIStorageCapacity(Struct):
    """How much storage of a class is left in a part of the cluster."""

    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("CSIStorageCapacity")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    node_topology: meta_v1.LabelSelector | None = None
    """The nodes that can reach the storage; absent: none, empty: all."""
    storage_class_name: Annotated[str, Required] = always(str)
    """The class it is about. Cannot be changed."""
    capacity: Quantity | None = None
    """How much is left."""
    maximum_volume_size: Quantity | None = None
    """The biggest volume that can be made."""


class CSIStorageCapacityList(Struct):
    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("CSIStorageCapacityList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[CSIStorageCapacity], Required] = always(list)


class VolumeAttributesClass(Struct):
    """Named properties of a volume that can change while it is used."""

    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("VolumeAttributesClass")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    driver_name: Annotated[str, Required] = always(str)
    """Name of the CSI driver. Cannot be changed."""
    parameters: dict[str, str] = {}
    """The properties, as the driver calls them. Cannot be changed."""


class VolumeAttributesClassList(Struct):
    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("VolumeAttributesClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[VolumeAttributesClass], Required] = always(list)
