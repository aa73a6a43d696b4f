"""Short ways to write down nodes and pods in tests; what is not said is what a healthy one has."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pykube.api import codec, core_v1, meta_v1
from pykube.api.quantity import Quantity

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_uids = itertools.count(1)


def amounts(**values: str) -> dict[str, Quantity]:
    """A ResourceList; ``_`` in a name stands for ``-``."""
    return {name.replace("_", "-"): Quantity.parse(value) for name, value in values.items()}


def uid() -> str:
    """A fresh one."""
    return f"uid-{next(_uids)}"


def node(
    name: str,
    *,
    cpu: str = "4",
    memory: str = "8Gi",
    pods: str = "110",
    labels: Mapping[str, str] | None = None,
    taints: tuple[str, ...] = (),
    unschedulable: bool = False,
) -> core_v1.Node:
    """A ready Node; a taint is written ``key=value:Effect``."""
    found = core_v1.Node(
        metadata=meta_v1.ObjectMeta(
            name=name, uid=uid(), labels={"kubernetes.io/hostname": name, **(labels or {})}, creation_timestamp=EPOCH
        )
    )
    found.spec.unschedulable = unschedulable
    for taint in taints:
        pair, _, effect = taint.rpartition(":")
        key, _, value = pair.partition("=")
        found.spec.taints.append(core_v1.Taint(key=key, value=value, effect=effect))
    found.status.allocatable = amounts(cpu=cpu, memory=memory, pods=pods)
    found.status.capacity = dict(found.status.allocatable)
    return found


def pod(
    name: str,
    *,
    namespace: str = "default",
    cpu: str = "",
    memory: str = "",
    labels: Mapping[str, str] | None = None,
    priority: int | None = None,
    on: str = "",
    spec: Mapping[str, Any] | None = None,
) -> core_v1.Pod:
    """A Pod of one container; `on` is its node, `spec` more of its spec as in a manifest."""
    asked = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    document: dict[str, Any] = {
        "containers": [{"name": "main", "image": "example/app:1", "resources": {"requests": asked} if asked else {}}],
        "schedulerName": "default-scheduler",
        "restartPolicy": "Always",
        **(spec or {}),
    }
    if priority is not None:
        document["priority"] = priority
    if on:
        document["nodeName"] = on
    metadata = meta_v1.ObjectMeta(
        name=name, namespace=namespace, uid=uid(), labels=dict(labels or {}), creation_timestamp=EPOCH
    )
    return core_v1.Pod(
        metadata=metadata,
        spec=codec.from_dict(core_v1.PodSpec, document),
        status=core_v1.PodStatus(phase="Running" if on else "Pending"),
    )
