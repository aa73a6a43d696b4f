"""The variables by which a container finds services without asking DNS, in the manner of Docker links."""

from __future__ import annotations

from collections.abc import Iterable

from pykube.api import core_v1


def service_env(services: Iterable[core_v1.Service], namespace: str, *, links: bool) -> dict[str, str]:
    """Variables for the services of `namespace` (with `links`), and always for ``default/kubernetes``.

    Services without a virtual address have none. A service of the pod's own namespace wins over the master's.
    """
    chosen: dict[str, core_v1.Service] = {}
    for service in services:
        meta = service.metadata
        if service.spec.cluster_ip in ("", "None"):
            continue
        if meta.namespace == namespace and links:
            chosen[meta.name] = service
        elif (meta.namespace, meta.name) == ("default", "kubernetes"):
            chosen.setdefault(meta.name, service)
    variables: dict[str, str] = {}
    for name in sorted(chosen):
        variables |= _of_service(name, chosen[name].spec)
    return variables


def _of_service(name: str, spec: core_v1.ServiceSpec) -> dict[str, str]:
    prefix = _variable(name)
    if not spec.ports:
        return {}
    address = spec.cluster_ip
    shown = f"[{address}]" if ":" in address else address
    first = spec.ports[0]
    variables = {f"{prefix}_SERVICE_HOST": address, f"{prefix}_SERVICE_PORT": str(first.port)}
    for port in spec.ports:
        if port.name:
            variables[f"{prefix}_SERVICE_PORT_{_variable(port.name)}"] = str(port.port)
    variables[f"{prefix}_PORT"] = f"{(first.protocol or 'TCP').lower()}://{shown}:{first.port}"
    for port in spec.ports:
        protocol = port.protocol or "TCP"
        link = f"{prefix}_PORT_{port.port}_{protocol}"
        variables[link] = f"{protocol.lower()}://{shown}:{port.port}"
        variables[f"{link}_PROTO"] = protocol.lower()
        variables[f"{link}_PORT"] = str(port.port)
        variables[f"{link}_ADDR"] = address
    return variables


def _variable(name: str) -> str:
    return name.replace("-", "_").upper()
