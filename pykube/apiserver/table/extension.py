"""Rows of the kinds that extend or steer the API server: admission, flow control, aggregated APIs, devices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .cells import NONE, UNSET, age, condition, name, part, selector
from .printer import Object, Printer, columns


def webhooks(item: Object, now: datetime) -> list[Any]:
    return [name(item), len(item.get("webhooks") or ()), age(item, now)]


def _policy(item: Object, now: datetime, counted: str) -> list[Any]:
    spec = part(item, "spec")
    kind = spec.get("paramKind")
    text = f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}" if kind else UNSET
    return [name(item), len(spec.get(counted) or ()), text, age(item, now)]


def validating_policy(item: Object, now: datetime) -> list[Any]:
    return _policy(item, now, "validations")


def mutating_policy(item: Object, now: datetime) -> list[Any]:
    return _policy(item, now, "mutations")


def policy_binding(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    reference = part(spec, "paramRef")
    text = UNSET
    if reference.get("name"):
        text = f"{reference.get('namespace') or '*'}/{reference['name']}"
    elif reference.get("selector") is not None:
        text = selector(reference["selector"], empty="")
    return [name(item), spec.get("policyName", ""), text, age(item, now)]


def flow_schema(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    return [
        name(item),
        part(spec, "priorityLevelConfiguration").get("name", ""),
        spec.get("matchingPrecedence", 0),
        part(spec, "distinguisherMethod").get("type", NONE),
        age(item, now),
        condition(item, "Dangling").get("status", "?"),
    ]


def priority_level(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    limited = part(spec, "limited")
    queuing = part(limited, "limitResponse", "queuing")
    return [
        name(item),
        spec.get("type", ""),
        limited.get("nominalConcurrencyShares", NONE),
        queuing.get("queues", NONE),
        queuing.get("handSize", NONE),
        queuing.get("queueLengthLimit", NONE),
        age(item, now),
    ]


def api_service(item: Object, now: datetime) -> list[Any]:
    service = part(item, "spec").get("service")
    available = condition(item, "Available")
    text = "Unknown"
    if available:
        text = available.get("status", "")
        if text != "True":
            text = f"{text} ({available.get('reason', '')})"
    where = f"{service.get('namespace', '')}/{service.get('name', '')}" if service else "Local"
    return [name(item), where, text, age(item, now)]


def named(item: Object, now: datetime) -> list[Any]:
    return [name(item), age(item, now)]


def resource_claim(item: Object, now: datetime) -> list[Any]:
    deleted = bool(item["metadata"].get("deletionTimestamp"))
    states = ["deleted"] if deleted else []
    status = part(item, "status")
    if status.get("allocation") is None:
        states += [] if deleted else ["pending"]
    else:
        states += ["allocated", *(["reserved"] if status.get("reservedFor") else [])]
    return [name(item), ",".join(states), age(item, now)]


def resource_slice(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    pool = part(spec, "pool").get("name", "")
    return [name(item), spec.get("nodeName") or "", spec.get("driver", ""), pool, age(item, now)]


ADMISSION = "admissionregistration.k8s.io"
FLOW = "flowcontrol.apiserver.k8s.io"
RESOURCE = "resource.k8s.io"
WEBHOOKS = Printer(columns("Webhooks", "Age", webhooks="integer"), webhooks)
POLICY_BINDING = Printer(columns("PolicyName", "ParamRef", "Age"), policy_binding)

PRINTERS = {
    (ADMISSION, "MutatingWebhookConfiguration"): WEBHOOKS,
    (ADMISSION, "ValidatingWebhookConfiguration"): WEBHOOKS,
    (ADMISSION, "ValidatingAdmissionPolicy"): Printer(
        columns("Validations", "ParamKind", "Age", validations="integer"), validating_policy
    ),
    (ADMISSION, "MutatingAdmissionPolicy"): Printer(
        columns("Mutations", "ParamKind", "Age", mutations="integer"), mutating_policy
    ),
    (ADMISSION, "ValidatingAdmissionPolicyBinding"): POLICY_BINDING,
    (ADMISSION, "MutatingAdmissionPolicyBinding"): POLICY_BINDING,
    (FLOW, "FlowSchema"): Printer(
        columns("PriorityLevel", "MatchingPrecedence", "DistinguisherMethod", "Age", "MissingPL"), flow_schema
    ),
    (FLOW, "PriorityLevelConfiguration"): Printer(
        columns("Type", "NominalConcurrencyShares", "Queues", "HandSize", "QueueLengthLimit", "Age"), priority_level
    ),
    ("apiregistration.k8s.io", "APIService"): Printer(columns("Service", "Available", "Age"), api_service),
    (RESOURCE, "DeviceClass"): Printer(columns("Age"), named),
    (RESOURCE, "ResourceClaim"): Printer(columns("State", "Age"), resource_claim),
    (RESOURCE, "ResourceClaimTemplate"): Printer(columns("Age"), named),
    (RESOURCE, "ResourceSlice"): Printer(columns("Node", "Driver", "Pool", "Age"), resource_slice),
}
