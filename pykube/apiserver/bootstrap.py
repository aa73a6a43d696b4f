"""What every cluster has from its first moment: namespaces, priority classes, default roles, the API's own Service.

Everything here is put right again at each start; what an administrator changed and may change is left alone.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging

from pykube.api import core_v1, discovery_v1, meta_v1, networking_v1, scheduling_v1
from pykube.api.schema import Struct
from pykube.errors import AlreadyExists

from .authz import default_roles
from .flowcontrol import ensure
from .registry import Registry, obj_meta

log = logging.getLogger(__name__)

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
SERVICE = "kubernetes"
SYSTEM_CLASSES = (
    (
        "system-node-critical",
        2000001000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    (
        "system-cluster-critical",
        2000000000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
)
_MANAGED = {"component": "apiserver", "provider": "kubernetes"}


def first_address(cidr: str) -> str:
    """The address that the API's own Service has."""
    return str(ipaddress.ip_network(cidr)[1])


async def bootstrap(registry: Registry, *, service_cidr: str, address: str, port: int) -> None:
    """Put everything in place; `address` and `port` are where agents and pods reach this server."""
    await asyncio.gather(*(_absent(registry, _namespace(name)) for name in NAMESPACES))
    await asyncio.gather(
        default_roles.reconcile(registry),
        ensure(registry),
        *(_absent(registry, _priority_class(*row)) for row in SYSTEM_CLASSES),
        _absent(registry, _service_cidr(service_cidr)),
        _own_service(registry, service_cidr, address, port),
    )


async def _absent(registry: Registry, obj: Struct) -> None:
    """Create what is not there. Looked up first: an address that is taken is refused before the name is compared."""
    meta = obj_meta(obj)
    if registry.find(type(obj), meta.name, meta.namespace) is not None:
        return
    try:
        await registry.create(obj)
    except AlreadyExists:
        return


def _namespace(name: str) -> core_v1.Namespace:
    return core_v1.Namespace(metadata=meta_v1.ObjectMeta(name=name))


def _priority_class(name: str, value: int, description: str) -> scheduling_v1.PriorityClass:
    return scheduling_v1.PriorityClass(
        metadata=meta_v1.ObjectMeta(name=name),
        value=value,
        description=description,
        preemption_policy="PreemptLowerPriority",
    )


def _service_cidr(cidr: str) -> networking_v1.ServiceCIDR:
    return networking_v1.ServiceCIDR(
        metadata=meta_v1.ObjectMeta(name=SERVICE), spec=networking_v1.ServiceCIDRSpec(cidrs=[cidr])
    )


async def _own_service(registry: Registry, service_cidr: str, address: str, port: int) -> None:
    """The Service ``kubernetes`` and its endpoints, which no selector finds."""
    await _absent(registry, _service(first_address(service_cidr), port))
    if ipaddress.ip_address(address).is_loopback:
        log.warning("pods cannot reach this server: it is advertised at %s", address)
        return
    await asyncio.gather(_put_endpoints(registry, address, port), _put_slice(registry, address, port))


def _service(ip: str, port: int) -> core_v1.Service:
    spec = core_v1.ServiceSpec(
        cluster_ip=ip,
        cluster_ips=[ip],
        type="ClusterIP",
        ports=[core_v1.ServicePort(name="https", protocol="TCP", port=443, target_port=port)],
        ip_families=["IPv4"],
        ip_family_policy="SingleStack",
        session_affinity="None",
    )
    meta = meta_v1.ObjectMeta(name=SERVICE, namespace="default", labels=dict(_MANAGED))
    return core_v1.Service(metadata=meta, spec=spec)


async def _put_endpoints(registry: Registry, address: str, port: int) -> None:
    wanted = [
        core_v1.EndpointSubset(
            addresses=[core_v1.EndpointAddress(ip=address)],
            ports=[core_v1.EndpointPort(name="https", port=port, protocol="TCP")],
        )
    ]
    present = registry.find(core_v1.Endpoints, SERVICE, "default")
    if present is None:
        labels = {"endpointslice.kubernetes.io/skip-mirror": "true"}
        meta = meta_v1.ObjectMeta(name=SERVICE, namespace="default", labels=labels)
        await registry.create(core_v1.Endpoints(metadata=meta, subsets=wanted))
    elif present.subsets != wanted:
        present.subsets = wanted
        await registry.update(present)


async def _put_slice(registry: Registry, address: str, port: int) -> None:
    endpoints = [discovery_v1.Endpoint(addresses=[address], conditions=discovery_v1.EndpointConditions(ready=True))]
    ports = [discovery_v1.EndpointPort(name="https", port=port, protocol="TCP")]
    present = registry.find(discovery_v1.EndpointSlice, SERVICE, "default")
    if present is None:
        meta = meta_v1.ObjectMeta(name=SERVICE, namespace="default", labels={"kubernetes.io/service-name": SERVICE})
        await registry.create(
            discovery_v1.EndpointSlice(metadata=meta, address_type="IPv4", endpoints=endpoints, ports=ports)
        )
    elif (present.endpoints, present.ports) != (endpoints, ports):
        present.endpoints, present.ports = endpoints, ports
        await registry.update(present)
