"""``autoscaling/v2``: HorizontalPodAutoscaler."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .meta_v1 import Time
from .quantity import Quantity
from .schema import Int32, Int64, ListAtomic, ListMap, PatchMerge, Required, Struct, always, constant


class CrossVersionObjectReference(Struct):
    api_version: str = ""
    kind: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)


class HorizontalPodAutoscalerSpec(Struct):
    scale_target_ref: Annotated[CrossVersionObjectReference, Required] = always(CrossVersionObjectReference)
    min_replicas: Int32 | None = None
    max_replicas: Annotated[Int32, Required] = always(int)
    metrics: Annotated[list[MetricSpec], ListAtomic] = []
    behavior: HorizontalPodAutoscalerBehavior | None = None


class HorizontalPodAutoscalerStatus(Struct):
    observed_generation: Int64 | None = None
    last_scale_time: Time | None = None
    current_replicas: Int32 = 0
    desired_replicas: Annotated[Int32, Required] = always(int)
    current_metrics: Annotated[list[MetricStatus], ListAtomic] = always(list)
    conditions: Annotated[list[HorizontalPodAutoscalerCondition], ListMap("type"), PatchMerge("type")] = []


class HorizontalPodAutoscaler(Struct):
    """Sets replicas by measured use."""

    api_version: str = constant("autoscaling/v2")
    kind: str = constant("HorizontalPodAutoscaler")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[HorizontalPodAutoscalerSpec, Required] = always(HorizontalPodAutoscalerSpec)
    status: HorizontalPodAutoscalerStatus = always(HorizontalPodAutoscalerStatus)


class MetricSpec(Struct):
    type: Annotated[str, Required] = always(str)
    object_: ObjectMetricSource | None = None
    pods: PodsMetricSource | None = None
    resource: ResourceMetricSource | None = None
    container_resource: ContainerResourceMetricSource | None = None
    external: ExternalMetricSource | None = None


class HorizontalPodAutoscalerBehavior(Struct):
    scale_up: HPAScalingRules | None = None
    scale_down: HPAScalingRules | None = None


class HPAScalingRules(Struct):
    stabilization_window_seconds: Int32 | None = None
    select_policy: str | None = None
    policies: Annotated[list[HPAScalingPolicy], ListAtomic] = []
    tolerance: Quantity | None = None


class HPAScalingPolicy(Struct):
    type: Annotated[str, Required] = always(str)
    value: Annotated[Int32, Required] = always(int)
    period_seconds: Annotated[Int32, Required] = always(int)


class MetricIdentifier(Struct):
    name: Annotated[str, Required] = always(str)
    selector: meta_v1.LabelSelector | None = None


class MetricTarget(Struct):
    type: Annotated[str, Required] = always(str)
    value: Quantity | None = None
    average_value: Quantity | None = None
    average_utilization: Int32 | None = None


class ObjectMetricSource(Struct):
    described_object: Annotated[CrossVersionObjectReference, Required] = always(CrossVersionObjectReference)
    target: Annotated[MetricTarget, Required] = always(MetricTarget)
    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)


class PodsMetricSource(Struct):
    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    target: Annotated[MetricTarget, Required] = always(MetricTarget)


class ResourceMetricSource(Struct):
    name: Annotated[str, Required] = always(str)
    target: Annotated[MetricTarget, Required] = always(MetricTarget)


class ContainerResourceMetricSource(Struct):
    name: Annotated[str, Required] = always(str)
    target: Annotated[MetricTarget, Required] = always(MetricTarget)
    container: Annotated[str, Required] = always(str)


class ExternalMetricSource(Struct):
    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    target: Annotated[MetricTarget, Required] = always(MetricTarget)


class HorizontalPodAutoscalerCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class MetricStatus(Struct):
    type: Annotated[str, Required] = always(str)
    object_: ObjectMetricStatus | None = None
    pods: PodsMetricStatus | None = None
    resource: ResourceMetricStatus | None = None
    container_resource: ContainerResourceMetricStatus | None = None
    external: ExternalMetricStatus | None = None


class MetricValueStatus(Struct):
    value: Quantity | None = None
    average_value: Quantity | None = None
    average_utilization: Int32 | None = None


class ObjectMetricStatus(Struct):
    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)
    described_object: Annotated[CrossVersionObjectReference, Required] = always(CrossVersionObjectReference)


class PodsMetricStatus(Struct):
    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)


class ResourceMetricStatus(Struct):
    name: Annotated[str, Required] = always(str)
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)


class ContainerResourceMetricStatus(Struct):
    name: Annotated[str, Required] = always(str)
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)
    container: Annotated[str, Required] = always(str)


class ExternalMetricStatus(Struct):
    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)


class HorizontalPodAutoscalerList(Struct):
    api_version: str = constant("autoscaling/v2")
    kind: str = constant("HorizontalPodAutoscalerList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[HorizontalPodAutoscaler], Required] = always(list)
