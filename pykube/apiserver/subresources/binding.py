"""``pods/binding``: the scheduler's decision, written once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from pykube.api import codec, conditions, core_v1, scheme
from pykube.api.scheme import Resource
from pykube.errors import BadRequest

from .. import answers, decoding, statuses, writing
from ..request import Context
from ..watch_cache import Cached
from ..write import Operation

CREATED = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
    """Assign the pod to the node in the body; also answers the older ``bindings`` resource, which names the pod inside.

    Raises:
        Conflict: the pod has a node, is going away, or is another pod of the same name.
    """
    binding = await decoding.read_object(ctx, core_v1.Binding)
    pods = scheme.resource_of(core_v1.Pod)
    name = ctx.info.name or binding.metadata.name
    binding = await writing.admitted(ctx, resource, binding, name=name)
    if binding.target.kind not in ("", "Node"):
        raise BadRequest(
            f'target.kind: Unsupported value: "{binding.target.kind}": supported values: "Node", "<empty>"'
        )
    if not binding.target.name:
        raise BadRequest("target.name: Required value")

    def make(old: Any, cached: Cached) -> Any:
        pod = bound(pods, codec.copy(old), binding)
        scheduled(pod, ctx.registry.clock.now().replace(microsecond=0))
        return pod

    write = writing.write_of(ctx, pods, Operation.UPDATE, name=name)
    write.name, write.subresource, write.manager = name, "binding", None
    write.admitted = True
    await ctx.registry.storage(pods).update(write, make, retry=True)
    return answers.answer(ctx, codec.encode(CREATED), status=201)


def bound(pods: Resource, pod: core_v1.Pod, binding: core_v1.Binding) -> core_v1.Pod:
    """`pod`, assigned; raises Conflict when it cannot be."""
    name = pod.metadata.name
    if binding.metadata.uid and binding.metadata.uid != pod.metadata.uid:
        why = (
            f"Precondition failed: UID in precondition: {binding.metadata.uid}, UID in object meta: {pod.metadata.uid}"
        )
        raise statuses.conflict(pods, name, why)
    if pod.metadata.deletion_timestamp is not None:
        raise statuses.conflict(pods, name, f"pod {name} is being deleted, cannot be assigned to a host")
    if pod.spec.node_name:
        raise statuses.conflict(pods, name, f'pod {name} is already assigned to node "{pod.spec.node_name}"')
    if pod.spec.scheduling_gates:
        raise statuses.conflict(pods, name, f"pod {name} has non-empty .spec.schedulingGates")
    pod.spec.node_name = binding.target.name
    pod.metadata.annotations.update(binding.metadata.annotations)
    pod.metadata.labels.update(binding.metadata.labels)
    return pod


def scheduled(pod: core_v1.Pod, now: datetime) -> None:
    """Note in the pod's status that it has a node."""
    conditions.put(pod.status.conditions, core_v1.PodCondition(type="PodScheduled", status="True"), now)
