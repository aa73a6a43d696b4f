"""Rows of the storage group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .cells import NONE, UNSET, age, name, part
from .printer import AGE, NAME, Column, Object, Printer, columns

DEFAULT_CLASSES = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def storage_class(item: Object, now: datetime) -> list[Any]:
    annotations = item["metadata"].get("annotations") or {}
    default = any(annotations.get(key) == "true" for key in DEFAULT_CLASSES)
    return [
        f"{name(item)} (default)" if default else name(item),
        item.get("provisioner", ""),
        item.get("reclaimPolicy") or "Delete",
        item.get("volumeBindingMode") or "Immediate",
        item.get("allowVolumeExpansion") or False,
        age(item, now),
    ]


def volume_attributes_class(item: Object, now: datetime) -> list[Any]:
    return [name(item), item.get("driverName", ""), age(item, now)]


def volume_attachment(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    return [
        name(item),
        spec.get("attacher", ""),
        part(spec, "source").get("persistentVolumeName") or "",
        spec.get("nodeName", ""),
        part(item, "status").get("attached", False),
        age(item, now),
    ]


def csi_node(item: Object, now: datetime) -> list[Any]:
    return [name(item), len(part(item, "spec").get("drivers") or ()), age(item, now)]


def csi_driver(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    requests = spec.get("tokenRequests")
    return [
        name(item),
        spec.get("attachRequired", True),
        spec.get("podInfoOnMount", False),
        spec.get("storageCapacity", False),
        UNSET if requests is None else ",".join(one.get("audience", "") for one in requests),
        spec.get("requiresRepublish", False),
        ",".join(spec.get("volumeLifecycleModes") or ()) or NONE,
        age(item, now),
    ]


def csi_storage_capacity(item: Object, now: datetime) -> list[Any]:
    return [name(item), item.get("storageClassName", ""), item.get("capacity") or UNSET]


STORAGE = "storage.k8s.io"

PRINTERS = {
    (STORAGE, "StorageClass"): Printer(
        columns("Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion", "Age"), storage_class
    ),
    (STORAGE, "VolumeAttributesClass"): Printer(columns("DriverName", "Age"), volume_attributes_class),
    (STORAGE, "VolumeAttachment"): Printer(
        (
            NAME,
            Column("Attacher", format="name"),
            Column("PV"),
            Column("Node"),
            Column("Attached", "boolean"),
            AGE,
        ),
        volume_attachment,
    ),
    (STORAGE, "CSINode"): Printer(columns("Drivers", "Age", drivers="integer"), csi_node),
    (STORAGE, "CSIDriver"): Printer(
        columns(
            "AttachRequired",
            "PodInfoOnMount",
            "StorageCapacity",
            "TokenRequests",
            "RequiresRepublish",
            "Modes",
            "Age",
            attachrequired="boolean",
            podinfoonmount="boolean",
            storagecapacity="boolean",
            requiresrepublish="boolean",
        ),
        csi_driver,
    ),
    (STORAGE, "CSIStorageCapacity"): Printer(columns("StorageClassName", "Capacity"), csi_storage_capacity),
}
