"""``policy/v1``: PodDisruptionBudget and Eviction."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .meta_v1 import Time
from .schema import (
    Enum,
    Int32,
    Int64,
    IntOrString,
    ListMap,
    PatchMerge,
    PatchReplace,
    Required,
    Struct,
    always,
    constant,
)

UnhealthyPodEvictionPolicyType = Annotated[str, Enum("IfHealthyBudget", "AlwaysAllow")]


class PodDisruptionBudgetSpec(Struct):
    min_available: IntOrString | None = None
    selector: Annotated[meta_v1.LabelSelector | None, PatchReplace] = None
    max_unavailable: IntOrString | None = None
    unhealthy_pod_eviction_policy: UnhealthyPodEvictionPolicyType | None = None


class PodDisruptionBudgetStatus(Struct):
    observed_generation: Int64 = 0
    disrupted_pods: dict[str, Time] = {}
    disruptions_allowed: Int32 = always(int)
    current_healthy: Int32 = always(int)
    desired_healthy: Int32 = always(int)
    expected_pods: Int32 = always(int)
    conditions: Annotated[list[meta_v1.Condition], ListMap("type"), PatchMerge("type")] = []


class PodDisruptionBudget(Struct):
    """How many pods must stay while others are evicted."""

    api_version: str = constant("policy/v1")
    kind: str = constant("PodDisruptionBudget")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: PodDisruptionBudgetSpec = always(PodDisruptionBudgetSpec)
    status: PodDisruptionBudgetStatus = always(PodDisruptionBudgetStatus)


class PodDisruptionBudgetList(Struct):
    api_version: str = constant("policy/v1")
    kind: str = constant("PodDisruptionBudgetList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[PodDisruptionBudget], Required] = always(list)


class Eviction(Struct):
    """The request to remove a pod if its disruption budget allows."""

    api_version: str = constant("policy/v1")
    kind: str = constant("Eviction")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    delete_options: meta_v1.DeleteOptions | None = None
