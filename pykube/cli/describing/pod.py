"""A Pod."""

from __future__ import annotations

from .containers import containers, selectors, tolerations, volumes
from .facts import Facts, conditions, date, events
from .report import NONE, Report


def describe(facts: Facts) -> Report:
    """Where it runs, its containers and their states, its volumes and events."""
    report, metadata, spec, status = Report(), facts.metadata, facts.spec, facts.status
    report.field("Name", metadata.get("name", ""))
    report.field("Namespace", metadata.get("namespace", ""))
    report.field("Priority", spec.get("priority", 0))
    report.optional("Priority Class Name", spec.get("priorityClassName"))
    report.field("Service Account", spec.get("serviceAccountName", NONE))
    node = spec.get("nodeName", "")
    report.field("Node", f"{node}/{status.get('hostIP', '')}" if node else NONE)
    report.optional("Start Time", date(status["startTime"]) if status.get("startTime") else "")
    report.mapping("Labels", metadata.get("labels"))
    report.mapping("Annotations", facts.annotations, joint=": ")
    if metadata.get("deletionTimestamp"):
        report.field("Status", f"Terminating (since {date(metadata['deletionTimestamp'])})")
        report.field("Termination Grace Period", f"{metadata.get('deletionGracePeriodSeconds', 0)}s")
    else:
        report.field("Status", status.get("phase", ""))
    report.optional("Reason", status.get("reason"))
    report.optional("Message", status.get("message"))
    report.field("IP", status.get("podIP", ""))
    owner = next((one for one in metadata.get("ownerReferences") or () if one.get("controller")), None)
    report.optional("Controlled By", f"{owner['kind']}/{owner['name']}" if owner else "")
    for heading, name, listed in (
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
        ("Ephemeral Containers", "ephemeralContainers", "ephemeralContainerStatuses"),
    ):
        if spec.get(name):
            containers(report, heading, spec[name], {one["name"]: one for one in status.get(listed) or ()})
    conditions(report, status.get("conditions"))
    volumes(report, spec.get("volumes") or ())
    report.field("QoS Class", status.get("qosClass", ""))
    report.field("Node-Selectors", selectors(spec.get("nodeSelector")))
    report.field("Tolerations", tolerations(spec.get("tolerations")))
    events(report, facts)
    return report
