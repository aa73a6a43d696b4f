"""``autoscaling/v1``: Scale, and the first HorizontalPodAutoscaler."""

from __future__ import annotations

from typing import Annotated

import msgspec

from . import meta_v1
from .meta_v1 import Time
from .schema import Int32, Int64, Required, Struct, always, atomic, constant


@atomic
class CrossVersionObjectReference(Struct):
    api_version: str = ""
    kind: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)


class HorizontalPodAutoscalerSpec(Struct):
    scale_target_ref: Annotated[CrossVersionObjectReference, Required] = always(CrossVersionObjectReference)
    min_replicas: Int32 | None = None
    max_replicas: Annotated[Int32, Required] = always(int)
    target_cpu_utilization_percentage: Int32 | None = msgspec.field(default=None, name="targetCPUUtilizationPercentage")


class HorizontalPodAutoscalerStatus(Struct):
    observed_generation: Int64 | None = None
    last_scale_time: Time | None = None
    current_replicas: Annotated[Int32, Required] = always(int)
    desired_replicas: Annotated[Int32, Required] = always(int)
    current_cpu_utilization_percentage: Int32 | None = msgspec.field(
        default=None, name="currentCPUUtilizationPercentage"
    )


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
    replicas: Int32 = 0


class ScaleStatus(Struct):
    replicas: Annotated[Int32, Required] = always(int)
    selector: str = ""


class Scale(Struct):
    """The number of replicas of any scalable object."""

    api_version: str = constant("autoscaling/v1")
    kind: str = constant("Scale")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ScaleSpec = always(ScaleSpec)
    status: ScaleStatus = always(ScaleStatus)
