"""Rows of the core group's kinds other than pods."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .cells import NONE, UNSET, age, condition, find, labels, name, part
from .duration import UNKNOWN, since
from .printer import Column, Object, Printer, columns

LOAD_BALANCER_WIDTH = 16
CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
ROLE_PREFIX = "node-role.kubernetes.io/"


def service(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    cluster_ips = spec.get("clusterIPs") or ()
    ports = ",".join(_port(port) for port in spec.get("ports") or ())
    return [
        name(item),
        spec.get("type", ""),
        cluster_ips[0] if cluster_ips else NONE,
        external_ip(item),
        ports or NONE,
        age(item, now),
        labels(spec.get("selector")),
    ]


def _port(port: dict[str, Any]) -> str:
    node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port')}{node_port}/{port.get('protocol', 'TCP')}"


def external_ip(item: Object) -> str:
    """Where a service is reached from outside."""
    spec = part(item, "spec")
    external = spec.get("externalIPs") or []
    match spec.get("type"):
        case "ClusterIP" | "NodePort":
            return ",".join(external) or NONE
        case "LoadBalancer":
            balanced = load_balancer(item)
            return ",".join([*([balanced] if balanced else []), *external]) or "<pending>"
        case "ExternalName":
            return str(spec.get("externalName", ""))
    return UNKNOWN


def load_balancer(item: Object) -> str:
    """The addresses of a load balancer; tables are not told whether they are shown wide, so all are given."""
    ingress = part(item, "status", "loadBalancer").get("ingress") or ()
    found = {one.get("ip") or one.get("hostname") or "" for one in ingress}
    return ",".join(sorted(found - {""}))


def endpoints(item: Object, now: datetime) -> list[Any]:
    found: list[str] = []
    for subset in item.get("subsets") or ():
        addresses = [address.get("ip", "") for address in subset.get("addresses") or ()]
        ports = subset.get("ports") or ()
        if not ports:
            found.extend(addresses)
        for port in ports:
            found.extend(_host_port(address, port.get("port", 0)) for address in addresses)
    if not item.get("subsets"):
        text = NONE
    else:
        text = ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "")
    return [name(item), text, age(item, now)]


def _host_port(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def node(item: Object, now: datetime) -> list[Any]:
    info = part(item, "status", "nodeInfo")
    ready = condition(item, "Ready")
    status = ("Ready" if ready.get("status") == "True" else "NotReady") if ready else "Unknown"
    if part(item, "spec").get("unschedulable"):
        status += ",SchedulingDisabled"
    kernel = info.get("kernelVersion") or UNKNOWN
    if info.get("architecture"):
        kernel += f" ({info['architecture']})"
    return [
        name(item),
        status,
        ",".join(node_roles(item)) or NONE,
        age(item, now),
        info.get("kubeletVersion", ""),
        _address(item, "InternalIP"),
        _address(item, "ExternalIP"),
        info.get("osImage") or UNKNOWN,
        kernel,
        info.get("containerRuntimeVersion") or UNKNOWN,
    ]


def node_roles(item: Object) -> list[str]:
    """The roles that a node's labels give it."""
    found: set[str] = set()
    for key, value in (item["metadata"].get("labels") or {}).items():
        if key.startswith(ROLE_PREFIX):
            found.add(key[len(ROLE_PREFIX) :])
        elif key == "kubernetes.io/role":
            found.add(value)
    return sorted(found - {""})


def _address(item: Object, kind: str) -> str:
    return str(find(part(item, "status").get("addresses"), kind).get("address", NONE))


def namespace(item: Object, now: datetime) -> list[Any]:
    return [name(item), part(item, "status").get("phase", ""), age(item, now)]


def secret(item: Object, now: datetime) -> list[Any]:
    return [name(item), item.get("type", ""), len(item.get("data") or ()), age(item, now)]


def config_map(item: Object, now: datetime) -> list[Any]:
    return [name(item), len(item.get("data") or ()) + len(item.get("binaryData") or ()), age(item, now)]


def service_account(item: Object, now: datetime) -> list[Any]:
    return [name(item), age(item, now)]


def access_modes(modes: list[str] | None) -> str:
    """``RWO,ROX``."""
    short = {
        "ReadWriteOnce": "RWO",
        "ReadOnlyMany": "ROX",
        "ReadWriteMany": "RWX",
        "ReadWriteOncePod": "RWOP",
    }
    return ",".join(text for mode, text in short.items() if mode in (modes or ()))


def _class_of(item: Object) -> str:
    """The class of a volume or claim; the annotation of old wins over the field."""
    annotations = item["metadata"].get("annotations") or {}
    return annotations.get(CLASS_ANNOTATION) or part(item, "spec").get("storageClassName") or ""


def _phase(item: Object) -> str:
    return "Terminating" if item["metadata"].get("deletionTimestamp") else part(item, "status").get("phase", "")


def persistent_volume(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    claim = spec.get("claimRef")
    return [
        name(item),
        part(spec, "capacity").get("storage", "0"),
        access_modes(spec.get("accessModes")),
        spec.get("persistentVolumeReclaimPolicy", ""),
        _phase(item),
        f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "",
        _class_of(item),
        spec.get("volumeAttributesClassName") or UNSET,
        part(item, "status").get("reason", ""),
        age(item, now),
        spec.get("volumeMode") or UNSET,
    ]


def persistent_volume_claim(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    volume = spec.get("volumeName", "")
    return [
        name(item),
        _phase(item),
        volume,
        part(status, "capacity").get("storage", "0") if volume else "",
        access_modes(status.get("accessModes")) if volume else "",
        _class_of(item),
        spec.get("volumeAttributesClassName") or UNSET,
        age(item, now),
        spec.get("volumeMode") or UNSET,
    ]


def component_status(item: Object, now: datetime) -> list[Any]:
    healthy = find(item.get("conditions"), "Healthy")
    status = ("Healthy" if healthy.get("status") == "True" else "Unhealthy") if healthy else "Unknown"
    return [name(item), status, healthy.get("message", ""), healthy.get("error", "")]


def resource_quota(item: Object, now: datetime) -> list[Any]:
    hard, used = part(item, "status", "hard"), part(item, "status", "used")
    requests: list[str] = []
    limits: list[str] = []
    for resource in sorted(hard):
        column = limits if resource.startswith("limits.") else requests
        column.append(f"{resource}: {used.get(resource, '0')}/{hard[resource]}")
    return [name(item), ", ".join(requests), ", ".join(limits), age(item, now)]


def event(item: Object, now: datetime) -> list[Any]:
    """Both groups' events; the field names of events.k8s.io are the other way round."""
    involved = item.get("involvedObject") or item.get("regarding") or {}
    first = item.get("firstTimestamp") or item.get("deprecatedFirstTimestamp") or item.get("eventTime")
    last = item.get("lastTimestamp") or item.get("deprecatedLastTimestamp") or first
    count = item.get("count") or item.get("deprecatedCount") or 1
    if series := item.get("series"):
        last, count = series.get("lastObservedTime"), series.get("count", 0)
    source = item.get("source") or item.get("deprecatedSource") or {}
    component = source.get("component") or item.get("reportingComponent") or item.get("reportingController") or ""
    instance = source.get("host") or item.get("reportingInstance") or ""
    target = str(involved.get("kind", "")).lower()
    if involved.get("name"):
        target += f"/{involved['name']}"
    return [
        since(last, now),
        item.get("type", ""),
        item.get("reason", ""),
        target,
        involved.get("fieldPath", ""),
        f"{component}, {instance}" if instance else component,
        (item.get("message") or item.get("note") or "").strip(),
        since(first, now),
        count,
        name(item),
    ]


EVENT = Printer(
    (
        Column("Last Seen"),
        Column("Type"),
        Column("Reason"),
        Column("Object"),
        Column("Subobject", priority=1),
        Column("Source", priority=1),
        Column("Message"),
        Column("First Seen", priority=1),
        Column("Count", priority=1),
        Column("Name", format="name", priority=1),
    ),
    event,
)

PRINTERS = {
    ("", "Service"): Printer(
        columns("Type", "Cluster-IP", "External-IP", "Port(s)", "Age", wide=("Selector",)), service
    ),
    ("", "Endpoints"): Printer(columns("Endpoints", "Age"), endpoints),
    ("", "Node"): Printer(
        columns(
            "Status",
            "Roles",
            "Age",
            "Version",
            wide=("Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"),
        ),
        node,
    ),
    ("", "Namespace"): Printer(columns("Status", "Age"), namespace),
    ("", "Secret"): Printer(columns("Type", "Data", "Age"), secret),
    ("", "ConfigMap"): Printer(columns("Data", "Age"), config_map),
    ("", "ServiceAccount"): Printer(columns("Age"), service_account),
    ("", "PersistentVolume"): Printer(
        columns(
            "Capacity",
            "Access Modes",
            "Reclaim Policy",
            "Status",
            "Claim",
            "StorageClass",
            "VolumeAttributesClass",
            "Reason",
            "Age",
            wide=("VolumeMode",),
        ),
        persistent_volume,
    ),
    ("", "PersistentVolumeClaim"): Printer(
        columns(
            "Status",
            "Volume",
            "Capacity",
            "Access Modes",
            "StorageClass",
            "VolumeAttributesClass",
            "Age",
            wide=("VolumeMode",),
        ),
        persistent_volume_claim,
    ),
    ("", "ComponentStatus"): Printer(columns("Status", "Message", "Error"), component_status),
    ("", "ResourceQuota"): Printer(columns("Request", "Limit", "Age"), resource_quota),
    ("", "Event"): EVENT,
    ("events.k8s.io", "Event"): EVENT,
}
