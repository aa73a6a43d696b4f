"""Services: how many, and how many node ports and load balancers they take."""

from __future__ import annotations

from collections.abc import Collection

from .. import core_v1
from ..quantity import Quantity
from .amounts import ONE
from .charge import Charge

_NAMES = frozenset({"count/services", "services", "services.nodeports", "services.loadbalancers"})


def names(hard: Collection[str]) -> set[str]:
    """Those of `hard` that services use."""
    return {name for name in hard if name in _NAMES}


def charge(service: core_v1.Service) -> Charge:
    """Node ports are counted by what the service wants, as those of a new one are not allocated yet."""
    spec = service.spec
    balanced = spec.type == "LoadBalancer"
    if balanced and spec.allocate_load_balancer_node_ports is False:
        ports = sum(1 for port in spec.ports if port.node_port)
    else:
        ports = len(spec.ports) if balanced or spec.type == "NodePort" else 0
    return Charge(
        {
            "count/services": ONE,
            "services": ONE,
            "services.nodeports": Quantity.of(ports),
            "services.loadbalancers": Quantity.of(int(balanced)),
        }
    )
