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
    """Name of the way in the settings of the nodes' runtime. Cannot be changed."""
    overhead: Overhead | None = None
    """What a sandbox of the class needs besides its containers."""
    scheduling: Scheduling | None = None
    """On which nodes the class exists. Default: on all."""


class Overhead(Struct):
    """What a sandbox needs besides its containers."""

    pod_fixed: dict[str, Quantity] = {}
    """The amount of each resource, for each pod."""


class Scheduling(Struct):
    """On which nodes a class exists."""

    node_selector: Annotated[dict[str, str], MapAtomic] = {}
    """Labels of the nodes; added to those of the pods."""
    tolerations: Annotated[list[core_v1.Toleration], ListAtomic] = []
    """Taints of the nodes; added to those the pods bear."""


class RuntimeClassList(Struct):
    api_version: str = constant("node.k8s.io/v1")
    kind: str = constant("RuntimeClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[RuntimeClass], Required] = always(list)
