"""Which pods stand behind a Service, and at which ports: what Endpoints and EndpointSlices are both made of."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

from pykube.api import core_v1
from pykube.client.informer import Informer

from .availability import is_ready

HEADLESS_LABEL: Final = "service.kubernetes.io/headless"
BY_SELECTOR: Final = "selector"
"""Services by one pair of their selector, so that a pod finds its Services without asking all of them."""


def index_services(services: Informer[core_v1.Service]) -> None:
    """Add `BY_SELECTOR`."""
    services.add_index(BY_SELECTOR, _selector_key)


def _selector_key(service: core_v1.Service) -> list[str]:
    if not service.spec.selector:
        return []
    key, value = min(service.spec.selector.items())
    return [f"{service.metadata.namespace}/{key}={value}"]


def services_of(services: Informer[core_v1.Service], pod: core_v1.Pod) -> list[core_v1.Service]:
    """The Services that select a pod."""
    labels = pod.metadata.labels
    return [
        service
        for key, value in labels.items()
        for service in services.by_index(BY_SELECTOR, f"{pod.metadata.namespace}/{key}={value}")
        if service.spec.selector.items() <= labels.items()
    ]


def selected(service: core_v1.Service, pods: Iterable[core_v1.Pod]) -> list[core_v1.Pod]:
    """The pods a Service selects that have an address and have not ended, by name."""
    wanted = service.spec.selector.items()
    found = [
        pod
        for pod in pods
        if wanted <= pod.metadata.labels.items()
        and pod.status.phase not in ("Succeeded", "Failed")
        and (pod.status.pod_ip or pod.status.pod_ips)
    ]
    return sorted(found, key=lambda pod: pod.metadata.name)


def differs(old: core_v1.Pod, new: core_v1.Pod) -> bool:
    """Whether a Service can see that a pod has changed."""
    return (
        old.status.pod_ips != new.status.pod_ips
        or old.status.phase != new.status.phase
        or old.spec.node_name != new.spec.node_name
        or old.metadata.deletion_timestamp != new.metadata.deletion_timestamp
        or is_ready(old) != is_ready(new)
        or old.metadata.labels != new.metadata.labels
    )


def is_headless(service: core_v1.Service) -> bool:
    return service.spec.cluster_ip in ("", "None")


def families(service: core_v1.Service) -> list[str]:
    """The address families the Service is for: ``IPv4``, ``IPv6``."""
    if service.spec.ip_families:
        return list(service.spec.ip_families)
    if not is_headless(service):
        return ["IPv6" if ":" in service.spec.cluster_ip else "IPv4"]
    return ["IPv4", "IPv6"]


def addresses(pod: core_v1.Pod, family: str) -> list[str]:
    """The pod's addresses of one family, in canonical form."""
    texts = [each.ip for each in pod.status.pod_ips] or [pod.status.pod_ip]
    found = []
    for text in texts:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        if f"IPv{address.version}" == family:
            found.append(str(address))
    return found


def port_of(pod: core_v1.Pod, port: core_v1.ServicePort) -> int | None:
    """The pod's port that a Service's port leads to; None when the pod has none of that name."""
    target = port.target_port
    if isinstance(target, int) and target:
        return target
    if not target:
        return port.port
    sidecars = [each for each in pod.spec.init_containers if each.restart_policy == "Always"]
    for container in (*pod.spec.containers, *sidecars):
        for each in container.ports:
            if each.name == target and (each.protocol or "TCP") == (port.protocol or "TCP"):
                return each.container_port
    return None


def hostname(pod: core_v1.Pod, service: core_v1.Service) -> str:
    """The name by which DNS knows the pod below the Service; empty when it has none."""
    fits = pod.spec.subdomain == service.metadata.name and pod.metadata.namespace == service.metadata.namespace
    return pod.spec.hostname if fits else ""


def target(pod: core_v1.Pod) -> core_v1.ObjectReference:
    """A reference to the pod behind an address."""
    return core_v1.ObjectReference(
        kind="Pod", namespace=pod.metadata.namespace, name=pod.metadata.name, uid=pod.metadata.uid
    )
