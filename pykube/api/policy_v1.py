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
    """What evictions must leave alone."""

    min_available: IntOrString | None = None
    """How many pods, or what percentage, must stay healthy. Not together with maxUnavailable."""
    selector: Annotated[meta_v1.LabelSelector | None, PatchReplace] = None
    """The pods it is about; empty: all of the namespace."""
    max_unavailable: IntOrString | None = None
    """How many pods, or what percentage, may be down. Not together with minAvailable."""
    unhealthy_pod_eviction_policy: UnhealthyPodEvictionPolicyType | None = None
    """Whether running pods that are not ready may go: IfHealthyBudget (the default) or AlwaysAllow."""


class PodDisruptionBudgetStatus(Struct):
    """What a budget allows now."""

    observed_generation: Int64 = 0
    """Generation of the spec that the controller has seen."""
    disrupted_pods: dict[str, Time] = {}
    """Pods whose eviction was allowed and that have not been seen going yet, with the time."""
    disruptions_allowed: Int32 = always(int)
    """How many pods may be evicted now."""
    current_healthy: Int32 = always(int)
    """How many pods are healthy."""
    desired_healthy: Int32 = always(int)
    """How many pods must stay healthy."""
    expected_pods: Int32 = always(int)
    """How many pods there are meant to be."""
    conditions: Annotated[list[meta_v1.Condition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of the budget's state, such as DisruptionAllowed."""


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
    """How the pod is deleted if that is allowed."""
