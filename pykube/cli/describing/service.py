"""A Service."""

from __future__ import annotations

from collections.abc import Iterable

from .containers import selectors
from .facts import Facts, Object, events, head
from .report import NONE, Report, joined


def describe(facts: Facts) -> Report:
    """Its addresses, its ports, and the pods behind each."""
    report, spec = Report(), facts.spec
    head(report, facts)
    report.field("Selector", selectors(spec.get("selector")).replace("\n", ","))
    report.field("Type", spec.get("type", "ClusterIP"))
    report.field("IP Family Policy", spec.get("ipFamilyPolicy", NONE))
    report.field("IP Families", joined(spec.get("ipFamilies")))
    report.field("IP", spec.get("clusterIP", ""))
    report.field("IPs", joined(spec.get("clusterIPs")))
    report.optional("External IPs", ",".join(spec.get("externalIPs") or ()))
    report.optional("External Name", spec.get("externalName"))
    ingress = (facts.status.get("loadBalancer") or {}).get("ingress") or ()
    report.optional("LoadBalancer Ingress", ",".join(one.get("ip") or one.get("hostname", "") for one in ingress))
    slices = facts.related.get("endpointslices", ())
    for port in spec.get("ports") or ():
        protocol, name = port.get("protocol", "TCP"), port.get("name", "")
        report.field("Port", f"{name or '<unset>'}  {port['port']}/{protocol}")
        report.field("TargetPort", f"{port.get('targetPort', port['port'])}/{protocol}")
        if port.get("nodePort"):
            report.field("NodePort", f"{name or '<unset>'}  {port['nodePort']}/{protocol}")
        report.field("Endpoints", endpoints(slices, name))
    report.field("Session Affinity", spec.get("sessionAffinity", "None"))
    report.optional("External Traffic Policy", spec.get("externalTrafficPolicy"))
    report.field("Internal Traffic Policy", spec.get("internalTrafficPolicy", "Cluster"))
    events(report, facts)
    return report


def endpoints(slices: Iterable[Object], port_name: str) -> str:
    """The ready addresses behind a port, the first three of them written out."""
    found = [
        f"[{address}]:{port['port']}" if ":" in address else f"{address}:{port['port']}"
        for one in slices
        for port in one.get("ports") or ()
        if port.get("name", "") == port_name and port.get("port")
        for endpoint in one.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready", True)
        for address in endpoint.get("addresses") or ()
    ]
    shown = ",".join(found[:3])
    return f"{shown} + {len(found) - 3} more..." if len(found) > 3 else shown or NONE
