"""``autoscaling/v2``: HorizontalPodAutoscaler."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .meta_v1 import Time
from .quantity import Quantity
from .schema import Int32, Int64, ListAtomic, ListMap, PatchMerge, Required, Struct, always, constant


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
    metrics: Annotated[list[MetricSpec], ListAtomic] = []
    """What is measured; the highest number of replicas that any of them asks for wins. Default: 80% of the CPU
    requested.
    """
    behavior: HorizontalPodAutoscalerBehavior | None = None
    """How fast replicas may change."""


class HorizontalPodAutoscalerStatus(Struct):
    """What an autoscaler found and did."""

    observed_generation: Int64 | None = None
    """Generation of the spec that the controller has seen."""
    last_scale_time: Time | None = None
    """When the number of replicas was last changed."""
    current_replicas: Int32 = 0
    """Replicas there are."""
    desired_replicas: Annotated[Int32, Required] = always(int)
    """Replicas that the metrics last asked for."""
    current_metrics: Annotated[list[MetricStatus], ListAtomic] = always(list)
    """The metrics as last read."""
    conditions: Annotated[list[HorizontalPodAutoscalerCondition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state: AbleToScale, ScalingActive, ScalingLimited."""


class HorizontalPodAutoscaler(Struct):
    """Sets replicas by measured use."""

    api_version: str = constant("autoscaling/v2")
    kind: str = constant("HorizontalPodAutoscaler")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[HorizontalPodAutoscalerSpec, Required] = always(HorizontalPodAutoscalerSpec)
    status: HorizontalPodAutoscalerStatus = always(HorizontalPodAutoscalerStatus)


class MetricSpec(Struct):
    """Something to measure; the field named by type is set."""

    type: Annotated[str, Required] = always(str)
    """Object, Pods, Resource, ContainerResource or External."""
    object_: ObjectMetricSource | None = None
    """A figure that describes one object."""
    pods: PodsMetricSource | None = None
    """A figure that each pod has; the mean counts."""
    resource: ResourceMetricSource | None = None
    """CPU or memory of whole pods."""
    container_resource: ContainerResourceMetricSource | None = None
    """CPU or memory of one container in each pod."""
    external: ExternalMetricSource | None = None
    """A figure from outside the cluster."""


class HorizontalPodAutoscalerBehavior(Struct):
    """How fast replicas may change."""

    scale_up: HPAScalingRules | None = None
    """Going up. Default: by 4 pods or 100% in 15 seconds, whichever is more, without delay."""
    scale_down: HPAScalingRules | None = None
    """Going down. Default: to any number, after a look back of 300 seconds."""


class HPAScalingRules(Struct):
    """How fast replicas may change in one direction."""

    stabilization_window_seconds: Int32 | None = None
    """Seconds looked back for the most cautious wish. Default: 0 upwards, 300 downwards."""
    select_policy: str | None = None
    """Max (the default) takes the policy that allows most, Min the least, Disabled forbids this direction."""
    policies: Annotated[list[HPAScalingPolicy], ListAtomic] = []
    """What is allowed per period."""
    tolerance: Quantity | None = None
    """Relative deviation from the target that is ignored. Default: 10%."""


class HPAScalingPolicy(Struct):
    """How much replicas may change in a period."""

    type: Annotated[str, Required] = always(str)
    """Pods for a number, Percent for a share of the present replicas."""
    value: Annotated[Int32, Required] = always(int)
    """The number or percentage."""
    period_seconds: Annotated[Int32, Required] = always(int)
    """Length of the period in seconds, up to 1800."""


class MetricIdentifier(Struct):
    """Which figure is read."""

    name: Annotated[str, Required] = always(str)
    """Name of the metric."""
    selector: meta_v1.LabelSelector | None = None
    """More labels that the metric must have."""


class MetricTarget(Struct):
    """What a figure should be."""

    type: Annotated[str, Required] = always(str)
    """Utilization, Value or AverageValue."""
    value: Quantity | None = None
    """The figure itself."""
    average_value: Quantity | None = None
    """The figure divided by the number of pods."""
    average_utilization: Int32 | None = None
    """Percentage of what the pods request. Only for CPU and memory."""


class ObjectMetricSource(Struct):
    """A figure that describes one object."""

    described_object: Annotated[CrossVersionObjectReference, Required] = always(CrossVersionObjectReference)
    """The object."""
    target: Annotated[MetricTarget, Required] = always(MetricTarget)
    """What it should be."""
    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    """Which figure."""


class PodsMetricSource(Struct):
    """A figure that each pod has."""

    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    """Which figure."""
    target: Annotated[MetricTarget, Required] = always(MetricTarget)
    """What its mean should be."""


class ResourceMetricSource(Struct):
    """CPU or memory of whole pods."""

    name: Annotated[str, Required] = always(str)
    """cpu or memory."""
    target: Annotated[MetricTarget, Required] = always(MetricTarget)
    """What it should be."""


class ContainerResourceMetricSource(Struct):
    """CPU or memory of one container in each pod."""

    name: Annotated[str, Required] = always(str)
    """cpu or memory."""
    target: Annotated[MetricTarget, Required] = always(MetricTarget)
    """What it should be."""
    container: Annotated[str, Required] = always(str)
    """Name of the container."""


class ExternalMetricSource(Struct):
    """A figure from outside the cluster."""

    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    """Which figure."""
    target: Annotated[MetricTarget, Required] = always(MetricTarget)
    """What it should be."""


class HorizontalPodAutoscalerCondition(Struct):
    """One aspect of an autoscaler's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class MetricStatus(Struct):
    """A metric as last read; the field named by type is set."""

    type: Annotated[str, Required] = always(str)
    """Object, Pods, Resource, ContainerResource or External."""
    object_: ObjectMetricStatus | None = None
    """A figure that describes one object."""
    pods: PodsMetricStatus | None = None
    """A figure that each pod has."""
    resource: ResourceMetricStatus | None = None
    """CPU or memory of whole pods."""
    container_resource: ContainerResourceMetricStatus | None = None
    """CPU or memory of one container in each pod."""
    external: ExternalMetricStatus | None = None
    """A figure from outside the cluster."""


class MetricValueStatus(Struct):
    """What a figure was."""

    value: Quantity | None = None
    """The figure itself."""
    average_value: Quantity | None = None
    """The figure divided by the number of pods."""
    average_utilization: Int32 | None = None
    """Percentage of what the pods request."""


class ObjectMetricStatus(Struct):
    """A figure of one object as last read."""

    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    """Which figure."""
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)
    """What it was."""
    described_object: Annotated[CrossVersionObjectReference, Required] = always(CrossVersionObjectReference)
    """The object."""


class PodsMetricStatus(Struct):
    """A figure of each pod as last read."""

    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    """Which figure."""
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)
    """What its mean was."""


class ResourceMetricStatus(Struct):
    """CPU or memory of whole pods as last read."""

    name: Annotated[str, Required] = always(str)
    """cpu or memory."""
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)
    """What it was."""


class ContainerResourceMetricStatus(Struct):
    """CPU or memory of one container in each pod as last read."""

    name: Annotated[str, Required] = always(str)
    """cpu or memory."""
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)
    """What it was."""
    container: Annotated[str, Required] = always(str)
    """Name of the container."""


class ExternalMetricStatus(Struct):
    """A figure from outside the cluster as last read."""

    metric: Annotated[MetricIdentifier, Required] = always(MetricIdentifier)
    """Which figure."""
    current: Annotated[MetricValueStatus, Required] = always(MetricValueStatus)
    """What it was."""


class HorizontalPodAutoscalerList(Struct):
    api_version: str = constant("autoscaling/v2")
    kind: str = constant("HorizontalPodAutoscalerList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[HorizontalPodAutoscaler], Required] = always(list)
