"""Whether the node can take a pod at all; whoever chose the node may not have known what it holds. Pure.

The scheduler looks at the same things, but pods with a ``spec.nodeName`` of their own never met it. Reasons and
messages are those of the kubelet (pkg/kubelet/lifecycle/predicate.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pykube.api import core_v1
from pykube.api.quantity import Quantity

from .inputs import Evicted
from .resources import pod_request

_ANYWHERE = ("", "0.0.0.0", "::")


def refusal(pod: core_v1.Pod, others: Iterable[core_v1.Pod], allocatable: Mapping[str, Quantity]) -> Evicted | None:
    """Why the pod cannot run beside `others`, the pods that are not over; None when it can."""
    present = list(others)
    for name in ("cpu", "memory"):
        limit = allocatable.get(name)
        wanted = pod_request(pod, name)
        if limit is None or not wanted:
            continue
        most = limit.milli if name == "cpu" else limit.value
        used = sum(pod_request(other, name) for other in present)
        if used + wanted > most:
            amounts = f"requested: {wanted}, used: {used}, capacity: {most}"
            return _refused(f"OutOf{name}", f"Node didn't have enough resource: {name}, {amounts}")
    taken = [port for other in present for port in _host_ports(other)]
    if any(_clash(one, other) for one in _host_ports(pod) for other in taken):
        return _refused(
            "NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
        )
    return None


def _refused(reason: str, why: str) -> Evicted:
    return Evicted(reason, f"Pod was rejected: {why}")


def _host_ports(pod: core_v1.Pod) -> Iterator[tuple[str, str, int]]:
    """Address, protocol and number of each port of the node that the pod asks for."""
    sidecars = (container for container in pod.spec.init_containers if container.restart_policy == "Always")
    for container in (*pod.spec.containers, *sidecars):
        for port in container.ports:
            if port.host_port:
                yield port.host_ip, port.protocol or "TCP", port.host_port


def _clash(one: tuple[str, str, int], other: tuple[str, str, int]) -> bool:
    same_address = one[0] == other[0] or one[0] in _ANYWHERE or other[0] in _ANYWHERE
    return same_address and one[1:] == other[1:]
