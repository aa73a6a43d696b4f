"""``autoscaling/v1``: Scale, and the first HorizontalPodAutoscaler."""

from __future__ import annotations

from typing import Annotated

import msgspec

from . import meta_v1
from .meta_v1 import Time
from .schema import Int32, Int64, Required, Struct, always, atomic, constant


@atomic
class CrossVersionObjectReference(Struct):
    """An object in the same namespace."""

    api_version: str = ""
    """Group and version of the object."""
    kind: Annotated[str, Required] = always(str)
    """Kind of the object."""
    name: Annotated[str, Required] = always(str)
    """Name of the object."""


class HorizontalPodAutoscalerSpec(Struct):
    """What is scaled, between which bounds, and by what."""

    scale_target_ref: Annotated[CrossVersionObjectReference, Required] = always(CrossVersionObjectReference)
    """What is scaled: anything with a scale subresource."""
    min_replicas: Int32 | None = None
    """Fewest replicas. Default: 1."""
    max_replicas: Annotated[Int32, Required] = always(int)
    """Most replicas; not below minReplicas."""
    target_cpu_utilization_percentage: Int32 | None = msgspec.field(default=None, name="targetCPUUtilizationPercentage")
    """What share of the CPU requested should be used. Default: 80."""


class HorizontalPodAutoscalerStatus(Struct):
    """What an autoscaler found and did."""

    observed_generation: Int64 | None = None
    """Generation of the spec that the controller has seen."""
    last_scale_time: Time | None = None
    """When the number of replicas was last changed."""
    current_replicas: Annotated[Int32, Required] = always(int)
    """Replicas there are."""
    desired_replicas: Annotated[Int32, Required] = always(int)
    """Replicas that the metric last asked for."""
    current_cpu_utilization_percentage: Int32 | None = msgspec.field(
        default=None, name="currentCPUUtilizationPercentage"
    )
    """What share of the CPU requested is used."""


class HorizontalPodAutoscaler(Struct):
    """Sets replicas by CPU use."""

    api_version: str = constant("autoscaling/v1")
    kind: str = constant("HorizontalPodAutoscaler")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[HorizontalPodAutoscalerSpec, Required] = always(HorizontalPodAutoscalerSpec)
    status: HorizontalPodAutoscalerStatus = always(HorizontalPodAutoscalerStatus)


class HorizontalPodAutoscalerList(Struct):
    api_version: str = constant("autoscaling/v1")
    kind: str = constant("HorizontalPodAutoscalerList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[HorizontalPodAutoscaler], Required] = always(list)


class ScaleSpec(Struct):
    """How many replicas are wanted."""

    replicas: Int32 = 0
    """The number."""


class ScaleStatus(Struct):
    """How many replicas there are."""

    replicas: Annotated[Int32, Required] = always(int)
    """The number."""
    selector: str = ""
    """Selector of the pods, as text."""


class Scale(Struct):
    """The number of replicas of any scalable object."""

    api_version: str = constant("autoscaling/v1")
    kind: str = constant("Scale")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ScaleSpec = always(ScaleSpec)
    status: ScaleStatus = always(ScaleStatus)
