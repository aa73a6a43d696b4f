"""``node.k8s.io/v1``: RuntimeClass."""

from __future__ import annotations

from typing import Annotated

from . import core_v1, meta_v1
from .quantity import Quantity
from .schema import ListAtomic, MapAtomic, Required, Struct, always, constant


class RuntimeClass(Struct):
    """A way of running containers that pods can choose."""

    api_version: str = constant("node.k8s.io/v1")
    kind: str = constant("RuntimeClass")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    handler: Annotated[str, Required] = always(str)
    overhead: Overhead | None = None
    scheduling: Scheduling | None = None


class Overhead(Struct):
    pod_fixed: dict[str, Quantity] = {}


class Scheduling(Struct):
    node_selector: Annotated[dict[str, str], MapAtomic] = {}
    tolerations: Annotated[list[core_v1.Toleration], ListAtomic] = []


class RuntimeClassList(Struct):
    api_version: str = constant("node.k8s.io/v1")
    kind: str = constant("RuntimeClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[RuntimeClass], Required] = always(list)
