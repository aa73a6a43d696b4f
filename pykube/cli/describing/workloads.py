"""Deployments, and the other kinds that keep a number of pods."""

from __future__ import annotations

from ..rollout_history import selector_text
from ..rollout_status import REVISION
from .containers import template
from .facts import Facts, Object, conditions, date, events, head
from .report import NONE, Report


def deployment(facts: Facts) -> Report:
    """Its strategy, its replicas, its template and its ReplicaSets."""
    report, spec, status = Report(), facts.spec, facts.status
    report.field("Name", facts.metadata.get("name", ""))
    report.field("Namespace", facts.metadata.get("namespace", ""))
    report.field("CreationTimestamp", date(facts.metadata.get("creationTimestamp")))
    report.mapping("Labels", facts.metadata.get("labels"))
    report.mapping("Annotations", facts.annotations, joint=": ")
    report.field("Selector", selector_text(spec.get("selector") or {}) or NONE)
    counts = (
        (spec.get("replicas", 1), "desired"),
        (status.get("updatedReplicas", 0), "updated"),
        (status.get("replicas", 0), "total"),
        (status.get("availableReplicas", 0), "available"),
        (status.get("unavailableReplicas", 0), "unavailable"),
    )
    report.field("Replicas", " | ".join(f"{count} {word}" for count, word in counts))
    strategy = spec.get("strategy") or {}
    report.field("StrategyType", strategy.get("type", "RollingUpdate"))
    report.field("MinReadySeconds", spec.get("minReadySeconds", 0))
    if rolling := strategy.get("rollingUpdate"):
        text = f"{rolling.get('maxUnavailable', '25%')} max unavailable, {rolling.get('maxSurge', '25%')} max surge"
        report.field("RollingUpdateStrategy", text)
    if spec.get("paused"):
        report.field("Paused", "true")
    template(report, spec.get("template") or {})
    conditions(report, status.get("conditions"), reasons=True)
    _replica_sets(report, facts)
    events(report, facts)
    return report


def _replica_sets(report: Report, facts: Facts) -> None:
    uid = facts.metadata.get("uid")
    current = (facts.metadata.get("annotations") or {}).get(REVISION, "")
    owned = [
        one
        for one in facts.related.get("replicasets", ())
        if any(owner.get("uid") == uid for owner in one["metadata"].get("ownerReferences") or ())
    ]
    new = [one for one in owned if _revision(one) == current]
    old = [one for one in owned if one not in new and (one.get("spec") or {}).get("replicas", 1)]
    report.field("OldReplicaSets", ", ".join(_counted(one) for one in old) or NONE)
    report.field("NewReplicaSet", ", ".join(_counted(one) for one in new) or NONE)


def _revision(one: Object) -> str:
    return str((one["metadata"].get("annotations") or {}).get(REVISION, ""))


def _counted(one: Object) -> str:
    created, wanted = (one.get("status") or {}).get("replicas", 0), (one.get("spec") or {}).get("replicas", 1)
    return f"{one['metadata']['name']} ({created}/{wanted} replicas created)"


def workload(facts: Facts) -> Report:
    """A ReplicaSet, StatefulSet or DaemonSet."""
    report, spec, status = Report(), facts.spec, facts.status
    head(report, facts)
    report.field("Selector", selector_text(spec.get("selector") or {}) or NONE)
    owner = next((one for one in facts.metadata.get("ownerReferences") or () if one.get("controller")), None)
    report.optional("Controlled By", f"{owner['kind']}/{owner['name']}" if owner else "")
    if "desiredNumberScheduled" in status:
        report.field("Desired Number of Nodes Scheduled", status["desiredNumberScheduled"])
        report.field("Current Number of Nodes Scheduled", status.get("currentNumberScheduled", 0))
        report.field("Number of Nodes Available", status.get("numberAvailable", 0))
    else:
        report.field("Replicas", f"{status.get('replicas', 0)} current / {spec.get('replicas', 1)} desired")
    pods = [(one.get("status") or {}).get("phase", "") for one in facts.related.get("pods", ())]
    counts = ((pods.count(phase), phase) for phase in ("Running", "Pending", "Succeeded", "Failed"))
    report.field("Pods Status", " / ".join(f"{count} {phase}" for count, phase in counts))
    template(report, spec.get("template") or {})
    conditions(report, status.get("conditions"), reasons=True)
    events(report, facts)
    return report
