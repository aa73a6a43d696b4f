"""LimitRanger: containers get the namespace's usual requests and limits, and nothing beyond its bounds comes in.

Source: k8s.io/kubernetes, plugin/pkg/admission/limitranger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pykube.api import core_v1
from pykube.api.quantity import Quantity
from pykube.api.quota import pod_resources

from .. import statuses
from ..write import Operation, Write

ANNOTATION = "kubernetes.io/limit-ranger"
_CONTAINER, _POD, _CLAIM = "Container", "Pod", "PersistentVolumeClaim"

Amounts = Mapping[str, Quantity]


def _limit_ranges(write: Write) -> list[core_v1.LimitRange]:
    cache = write.registry.cache(core_v1.LimitRange)
    return write.registry.list(core_v1.LimitRange, write.namespace) if len(cache) else []


async def limit_ranger(write: Write) -> None:
    """Give the containers of a new pod what they do not ask for themselves."""
    if not write.is_for("pods") or write.operation is not Operation.CREATE:
        return
    for limit_range in _limit_ranges(write):
        _set_defaults(write.object, limit_range)


async def limit_ranger_check(write: Write) -> None:
    """Refuse a pod or claim that is out of bounds.

    Raises:
        Forbidden: it is; all that is wrong with one LimitRange is said at once.
    """
    if write.operation not in (Operation.CREATE, Operation.UPDATE):
        return
    if write.old is not None and write.old.metadata.deletion_timestamp is not None:
        return
    if (write.is_for("pods") and write.operation is Operation.CREATE) or write.is_for("pods", subresource="resize"):
        check: Callable[[Any, core_v1.LimitRange], Iterator[str]] = _pod_findings
    elif write.is_for("persistentvolumeclaims"):
        check = _claim_findings
    else:
        return
    for limit_range in _limit_ranges(write):
        found = list(dict.fromkeys(check(write.object, limit_range)))
        if found:
            why = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
            raise statuses.forbidden(write.resource, write.name, why)


def _set_defaults(pod: core_v1.Pod, limit_range: core_v1.LimitRange) -> None:
    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}
    for item in limit_range.spec.limits:
        if item.type == _CONTAINER:
            requests.update(item.default_request)
            limits.update(item.default)
    notes: list[str] = []
    for kind, containers in (("container", pod.spec.containers), ("init container", pod.spec.init_containers)):
        for container in containers:
            resources = container.resources
            new_requests = sorted(requests.keys() - resources.requests.keys())
            new_limits = sorted(limits.keys() - resources.limits.keys())
            resources.requests = {**requests, **resources.requests}
            resources.limits = {**limits, **resources.limits}
            if new_requests:
                notes.append(f"{', '.join(new_requests)} request for {kind} {container.name}")
            if new_limits:
                notes.append(f"{', '.join(new_limits)} limit for {kind} {container.name}")
    if notes:
        pod.metadata.annotations = {
            **pod.metadata.annotations,
            ANNOTATION: "LimitRanger plugin set: " + "; ".join(notes),
        }


def _pod_findings(pod: core_v1.Pod, limit_range: core_v1.LimitRange) -> Iterator[str]:
    for item in limit_range.spec.limits:
        if item.type == _CONTAINER:
            for container in (*pod.spec.containers, *pod.spec.init_containers):
                yield from _bounds(item, container.resources.requests, container.resources.limits)
        elif item.type == _POD:
            yield from _bounds(item, pod_resources.wanted(pod, overhead=False), pod_resources.wanted_limits(pod))


def _claim_findings(claim: core_v1.PersistentVolumeClaim, limit_range: core_v1.LimitRange) -> Iterator[str]:
    requests = claim.spec.resources.requests
    for item in limit_range.spec.limits:
        if item.type != _CLAIM:
            continue
        for name, bound in item.min.items():
            yield from _below(item.type, name, bound, requests.get(name), None)
        for name, bound in item.max.items():
            asked = requests.get(name)
            if asked is None:
                yield f"maximum {name} usage per {item.type} is {bound}.  No request is specified"
            elif asked > bound:
                yield f"maximum {name} usage per {item.type} is {bound}, but request is {asked}"


def _bounds(item: core_v1.LimitRangeItem, requests: Amounts, limits: Amounts) -> Iterator[str]:
    for name, bound in item.min.items():
        yield from _below(item.type, name, bound, requests.get(name), limits.get(name))
    for name, bound in item.max.items():
        yield from _above(item.type, name, bound, requests.get(name), limits.get(name))
    for name, bound in item.max_limit_request_ratio.items():
        yield from _ratio(item.type, name, bound, requests.get(name), limits.get(name))


def _below(kind: str, name: str, bound: Quantity, request: Quantity | None, limit: Quantity | None) -> Iterator[str]:
    text = f"minimum {name} usage per {kind} is {bound}"
    if request is None:
        yield f"{text}.  No request is specified"
    elif request < bound:
        yield f"{text}, but request is {request}"
    elif limit is not None and limit < bound:
        yield f"{text}, but limit is {limit}"


def _above(kind: str, name: str, bound: Quantity, request: Quantity | None, limit: Quantity | None) -> Iterator[str]:
    text = f"maximum {name} usage per {kind} is {bound}"
    if limit is None:
        yield f"{text}.  No limit is specified"
    elif limit > bound:
        yield f"{text}, but limit is {limit}"
    elif request is not None and request > bound:
        yield f"{text}, but request is {request}"


def _ratio(kind: str, name: str, bound: Quantity, request: Quantity | None, limit: Quantity | None) -> Iterator[str]:
    text = f"{name} max limit to request ratio per {kind} is {bound}"
    if not request:
        yield f"{text}, but no request is specified or request is 0"
    elif not limit:
        yield f"{text}, but no limit is specified or limit is 0"
    elif limit.nano > request.nano * float(bound):
        yield f"{text}, but provided ratio is {limit.nano / request.nano:f}"
