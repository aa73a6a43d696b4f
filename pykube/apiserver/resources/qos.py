"""The quality-of-service class of a pod, from what its containers request and may use (pure).

Source: k8s.io/kubernetes, pkg/apis/core/helper/qos. Only CPU and memory count; a quantity of zero counts as absent.
"""

from __future__ import annotations

from collections.abc import Mapping

from pykube.api import core_v1
from pykube.api.quantity import Quantity

_COUNTED = ("cpu", "memory")
_ZERO = Quantity.parse("0")


def qos_class(pod: core_v1.Pod) -> str:
    """Guaranteed, Burstable or BestEffort."""
    if pod.spec.resources is not None:
        shares = [pod.spec.resources]
    else:
        shares = [container.resources for container in (*pod.spec.containers, *pod.spec.init_containers)]
    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}
    guaranteed = True
    for share in shares:
        _add(requests, share.requests)
        if _add(limits, share.limits) != len(_COUNTED):
            guaranteed = False
    if not requests and not limits:
        return "BestEffort"
    if guaranteed and requests == limits and len(requests) == len(_COUNTED):
        return "Guaranteed"
    return "Burstable"


def _add(total: dict[str, Quantity], more: Mapping[str, Quantity]) -> int:
    """Add what counts of `more` to `total`; answers how many resources counted."""
    found = 0
    for name in _COUNTED:
        quantity = more.get(name)
        if quantity is not None and quantity > _ZERO:
            total[name] = total[name] + quantity if name in total else quantity
            found += 1
    return found
