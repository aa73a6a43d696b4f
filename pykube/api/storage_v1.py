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
    persistent_volume_name: str | None = None
    inline_volume_spec: core_v1.PersistentVolumeSpec | None = None


class VolumeAttachmentSpec(Struct):
    attacher: Annotated[str, Required] = always(str)
    source: Annotated[VolumeAttachmentSource, Required] = always(VolumeAttachmentSource)
    node_name: Annotated[str, Required] = always(str)


class VolumeAttachmentStatus(Struct):
    attached: Annotated[bool, Required] = always(bool)
    attachment_metadata: dict[str, str] = {}
    attach_error: VolumeError | None = None
    detach_error: VolumeError | None = None


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
    time: Time | None = None
    message: str = ""
    error_code: Int32 | None = None


class CSIDriverSpec(Struct):
    attach_required: bool | None = None
    pod_info_on_mount: bool | None = None
    volume_lifecycle_modes: Annotated[list[str], ListSet] = []
    storage_capacity: bool | None = None
    fs_group_policy: str | None = None
    token_requests: Annotated[list[TokenRequest], ListAtomic] = []
    requires_republish: bool | None = None
    se_linux_mount: bool | None = None
    node_allocatable_update_period_seconds: Int64 | None = None
    service_account_token_in_secrets: bool | None = None
    prevent_pod_scheduling_if_missing: bool | None = None


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
    audience: Annotated[str, Required] = always(str)
    expiration_seconds: Int64 | None = None


class CSINodeSpec(Struct):
    drivers: Annotated[list[CSINodeDriver], Required, ListMap("name"), PatchMerge("name")] = always(list)


class CSINode(Struct):
    """The CSI drivers of one node."""

    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("CSINode")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[CSINodeSpec, Required] = always(CSINodeSpec)


class CSINodeDriver(Struct):
    name: Annotated[str, Required] = always(str)
    node_id: Annotated[str, Required] = always(str)
    topology_keys: Annotated[list[str], ListAtomic] = always(list)
    allocatable: VolumeNodeResources | None = None


class VolumeNodeResources(Struct):
    count: Int32 | None = None


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
    storage_class_name: Annotated[str, Required] = always(str)
    capacity: Quantity | None = None
    maximum_volume_size: Quantity | None = None


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
    parameters: dict[str, str] = {}


class VolumeAttributesClassList(Struct):
    api_version: str = constant("storage.k8s.io/v1")
    kind: str = constant("VolumeAttributesClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[VolumeAttributesClass], Required] = always(list)
