"""``scheduling.k8s.io/v1``: PriorityClass."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .schema import Int32, Required, Struct, always, constant


class PriorityClass(Struct):
    """A name for a pod priority."""

    api_version: str = constant("scheduling.k8s.io/v1")
    kind: str = constant("PriorityClass")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    value: Int32 = always(int)
    """The priority; pods with a higher one are scheduled first. Cannot be changed."""
    global_default: bool = False
    """Whether pods without a class get this one. Only one class should have it."""
    description: str = ""
    """What the class is for."""
    preemption_policy: str | None = None
    """PreemptLowerPriority (the default) may push lower pods off nodes; Never waits."""


class PriorityClassList(Struct):
    api_version: str = constant("scheduling.k8s.io/v1")
    kind: str = constant("PriorityClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[PriorityClass], Required] = always(list)
