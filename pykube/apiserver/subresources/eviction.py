"""``pods/eviction``: a deletion that asks the PodDisruptionBudgets first.

Source of the rules: k8s.io/kubernetes, pkg/registry/core/pod/storage/eviction.go.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from pykube.api import codec, conditions, core_v1, meta_v1, policy_v1, scheme, selectors
from pykube.api.scheme import Resource
from pykube.errors import BadRequest, Cause, Details, InternalError, TooManyRequests

from .. import answers, decoding, deletion, statuses, writing
from ..options import check_deletion
from ..request import Context
from ..watch_cache import Cached
from ..write import Operation, Write
from .binding import CREATED

VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget."
_ENDED = ("Succeeded", "Failed")
_UNBUDGETED = (*_ENDED, "Pending")


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Evict the pod.

    Raises:
        TooManyRequests: a budget does not allow it now.
    """
    eviction = await decoding.read_object(ctx, policy_v1.Eviction)
    if eviction.metadata.name and eviction.metadata.name != ctx.info.name:
        raise BadRequest("name in URL does not match name in Eviction object")
    storage = ctx.registry.storage(resource)
    cached = storage.cache.find(ctx.info.namespace, ctx.info.name)
    if cached is None:
        raise statuses.not_found(resource, ctx.info.name)
    eviction = await writing.admitted(ctx, resource, eviction, name=ctx.info.name)
    pod: core_v1.Pod = storage.decode(cached.data)
    options = eviction.delete_options or meta_v1.DeleteOptions()
    check_deletion(options)
    deletion.check_preconditions(storage, pod, options)
    write = writing.write_of(ctx, resource, Operation.DELETE)
    write.admitted = True
    write.dry_run = write.dry_run or writing.checked_dry_run(options.dry_run)
    if pod.metadata.deletion_timestamp is None and pod.status.phase not in _UNBUDGETED:
        await _ask_budget(ctx, pod, dry_run=write.dry_run)
    if not write.dry_run and pod.metadata.deletion_timestamp is None and pod.status.phase not in _ENDED:
        await _note_eviction(ctx, pod)
    await deletion.delete(storage, write, options=options)
    return answers.answer(ctx, codec.encode(CREATED), status=201)


async def _note_eviction(ctx: Context, pod: core_v1.Pod) -> None:
    """Say in the pod's status why it goes: Jobs tell disruptions from failures by it (KEP-3329)."""
    resource = scheme.resource_of(core_v1.Pod)
    meta = pod.metadata
    write = Write(Operation.UPDATE, resource, meta.namespace, meta.name, ctx.registry, subresource="status")
    now = ctx.registry.clock.now().replace(microsecond=0)

    def make(old: Any, _cached: Cached) -> Any:
        new: core_v1.Pod = codec.copy(old)
        if new.metadata.uid == meta.uid:
            condition = core_v1.PodCondition(
                type="DisruptionTarget",
                status="True",
                reason="EvictionByEvictionAPI",
                message="Eviction API: evicting",
                observed_generation=new.metadata.generation,
            )
            conditions.put(new.status.conditions, condition, now)
        return new

    await ctx.registry.storage(resource).update(write, make, retry=True)


async def _ask_budget(ctx: Context, pod: core_v1.Pod, *, dry_run: bool) -> None:
    """Take one disruption from the budget that covers the pod, if there is one."""
    budgets = budgets_of(ctx.registry.list(policy_v1.PodDisruptionBudget, pod.metadata.namespace), pod)
    if not budgets:
        return
    if len(budgets) > 1:
        raise InternalError(
            "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource "
            "does not support."
        )
    if free_of_budget(budgets[0], pod):
        return
    resource = scheme.resource_of(policy_v1.PodDisruptionBudget)
    write = Write(
        Operation.UPDATE,
        resource,
        pod.metadata.namespace,
        budgets[0].metadata.name,
        ctx.registry,
        subresource="status",
        dry_run=dry_run,
    )
    now = ctx.registry.clock.now().replace(microsecond=0)

    def make(old: Any, _cached: Cached) -> Any:
        return disrupted(codec.copy(old), pod.metadata.name, now)

    await ctx.registry.storage(resource).update(write, make, retry=True)


def budgets_of(budgets: list[policy_v1.PodDisruptionBudget], pod: core_v1.Pod) -> list[policy_v1.PodDisruptionBudget]:
    """The budgets whose selector chooses the pod."""
    return [
        budget for budget in budgets if selectors.from_label_selector(budget.spec.selector).matches(pod.metadata.labels)
    ]


def free_of_budget(budget: policy_v1.PodDisruptionBudget, pod: core_v1.Pod) -> bool:
    """Whether the pod is unhealthy anyway and its going costs the budget nothing."""
    if conditions.is_true(pod.status.conditions, "Ready"):
        return False
    if budget.spec.unhealthy_pod_eviction_policy == "AlwaysAllow":
        return True
    status = budget.status
    return status.current_healthy >= status.desired_healthy and status.desired_healthy > 0


def disrupted(budget: policy_v1.PodDisruptionBudget, pod: str, now: Any) -> policy_v1.PodDisruptionBudget:
    """The budget with one disruption taken.

    Raises:
        TooManyRequests: none is left, or nobody has counted yet.
    """
    status, name = budget.status, budget.metadata.name
    if status.observed_generation < budget.metadata.generation:
        raise _too_many(f"The disruption budget {name} is still being processed by the server.", retry_after=10)
    if status.disruptions_allowed < 0:
        raise _too_many(f"The disruption budget {name} does not allow evicting pods currently")
    if status.disruptions_allowed == 0:
        raise _too_many(
            f"The disruption budget {name} needs {status.desired_healthy} healthy pods and has "
            f"{status.current_healthy} currently"
        )
    status.disruptions_allowed -= 1
    status.disrupted_pods[pod] = now
    return budget


def _too_many(message: str, *, retry_after: int = 0) -> TooManyRequests:
    causes = (Cause("DisruptionBudget", message),)
    return TooManyRequests(VIOLATES, Details(causes=causes, retry_after_seconds=retry_after))
