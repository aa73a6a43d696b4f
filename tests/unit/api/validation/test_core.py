"""The core group beside pods."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from .documents import build, created, status_updated, updated


def spec(**change: Any) -> dict[str, Any]:
    return {"spec": change}


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("ConfigMap", {"data": {"a/b": "x"}}, 'data[a/b]: Invalid value: "a/b": a valid config key must consist of'),
        (
            "ConfigMap",
            {"data": {"a": "x"}, "binaryData": {"a": ""}},
            'data[a]: Invalid value: "a": duplicate of key present in binaryData',
        ),
        ("ConfigMap", {"data": {"a": "x" * 1048577}}, "<nil>: Too long: may not be more than 1048576 bytes"),
        ("Secret", {"type": "kubernetes.io/tls"}, "data[tls.crt]: Required value"),
        ("Secret", {"type": "kubernetes.io/basic-auth"}, "data[username]: Required value"),
        ("Secret", {"type": "kubernetes.io/ssh-auth"}, "data[ssh-privatekey]: Required value"),
        ("Secret", {"type": "kubernetes.io/dockerconfigjson"}, "data[.dockerconfigjson]: Required value"),
        (
            "Secret",
            {"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": "x"}},
            'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": ',
        ),
        (
            "Secret",
            {"type": "kubernetes.io/service-account-token"},
            "metadata.annotations[kubernetes.io/service-account.name]: Required value",
        ),
        ("Namespace", {"metadata": {"name": "a.b"}}, 'metadata.name: Invalid value: "a.b": must not contain dots'),
        ("Namespace", spec(finalizers=["mine"]), 'spec.finalizers: Invalid value: "mine": name is neither a standard'),
        ("Service", spec(ports=[]), "spec.ports: Required value"),
        ("Service", spec(ports=[{"port": 0}]), "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535"),
        ("Service", spec(ports=[{"port": 1}, {"port": 2, "name": "b"}]), "spec.ports[0].name: Required value"),
        (
            "Service",
            spec(ports=[{"port": 1, "name": "a"}, {"port": 1, "name": "b"}]),
            'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":1,"targetPort":0}',
        ),
        (
            "Service",
            spec(type="Moon"),
            'spec.type: Unsupported value: "Moon": supported values: "ClusterIP", "ExternalName",',
        ),
        ("Service", spec(type="ExternalName"), "spec.externalName: Required value"),
        (
            "Service",
            spec(ports=[{"port": 80, "nodePort": 30000}]),
            "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
        ),
        (
            "Service",
            spec(externalTrafficPolicy="Local"),
            'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
        ),
        (
            "Service",
            spec(externalIPs=["127.0.0.1"]),
            'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range',
        ),
        ("Service", spec(clusterIP="10.43.0.1"), "spec.clusterIPs: Required value"),
        (
            "Service",
            spec(clusterIP="x", clusterIPs=["x"]),
            'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address',
        ),
        (
            "Service",
            spec(clusterIP="10.0.0.1", clusterIPs=["10.0.0.1"], ipFamilies=["IPv6"]),
            'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
        ),
        (
            "Service",
            spec(type="NodePort", clusterIP="None", clusterIPs=["None"]),
            "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services",
        ),
        (
            "Service",
            spec(sessionAffinity="ClientIP", sessionAffinityConfig={"clientIP": {"timeoutSeconds": 86401}}),
            "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less",
        ),
        (
            "Service",
            spec(loadBalancerClass="example.com/x"),
            "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
        ),
        (
            "Endpoints",
            {"subsets": [{"addresses": [], "ports": []}]},
            "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`",
        ),
        (
            "Endpoints",
            {"subsets": [{"addresses": [{"ip": "169.254.1.1"}]}]},
            'subsets[0].addresses[0].ip: Invalid value: "169.254.1.1": may not be in the link-local range',
        ),
        (
            "Node",
            spec(taints=[{"key": "a", "effect": ""}]),
            "metadata.taints[0].effect: Required value",
        ),
        (
            "Node",
            spec(taints=[{"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoSchedule"}]),
            'metadata.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule"}: taints must be unique by key',
        ),
        ("Node", spec(podCIDR="10.0.0.0"), 'spec.podCIDRs[0]: Invalid value: "10.0.0.0": must be a valid CIDR value'),
        ("Binding", {"target": {"name": ""}}, "target.name: Required value"),
        (
            "Event",
            {"involvedObject": {"namespace": "other"}},
            'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
        ),
        ("PersistentVolume", spec(capacity=None), "spec.capacity: Required value"),
        ("PersistentVolume", spec(hostPath=None), "spec: Required value: must specify a volume type"),
        (
            "PersistentVolume",
            spec(hostPath=None, local={"path": "/x"}),
            "spec.nodeAffinity: Required value: Local volume requires node affinity",
        ),
        (
            "PersistentVolume",
            spec(accessModes=["Anything"]),
            'spec.accessModes: Unsupported value: "Anything": supported values: "ReadOnlyMany", "ReadWriteMany",',
        ),
        (
            "PersistentVolumeClaim",
            spec(accessModes=["ReadWriteOnce", "ReadWriteOncePod"]),
            "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
        ),
        ("PersistentVolumeClaim", spec(resources=None), "spec.resources[storage]: Required value"),
        (
            "ResourceQuota",
            spec(hard={"pods": "1.5"}),
            'spec.hard[pods]: Invalid value: "1500m": must be an integer',
        ),
        (
            "ResourceQuota",
            spec(scopes=["BestEffort", "NotBestEffort"], hard={"pods": "1"}),
            'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
        ),
        (
            "LimitRange",
            spec(limits=[{"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "2"}}]),
            'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
        ),
    ],
)
def test_broken_rules(kind: str, change: dict[str, Any], expected: str) -> None:
    found = created(build(kind, change))
    assert any(message.startswith(expected) for message in found), found


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        (
            "ConfigMap",
            {"immutable": True, "data": {"a": "1"}},
            {"immutable": True, "data": {"a": "2"}},
            ["data: Forbidden: field is immutable when `immutable` is set"],
        ),
        (
            "ConfigMap",
            {"immutable": True},
            {},
            ["immutable: Forbidden: field is immutable when `immutable` is set"],
        ),
        ("Secret", {}, {"type": "x/y"}, ['type: Invalid value: "x/y": field is immutable']),
        (
            "Service",
            spec(clusterIP="10.0.0.1", clusterIPs=["10.0.0.1"]),
            spec(clusterIP="10.0.0.2", clusterIPs=["10.0.0.2"]),
            ['spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set'],
        ),
        (
            "Node",
            spec(podCIDR="10.0.0.0/24"),
            spec(podCIDR="10.0.1.0/24"),
            ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
        ),
        (
            "ResourceQuota",
            spec(scopes=["Terminating"], hard={"pods": "1"}),
            spec(hard={"pods": "1"}),
            ["spec.scopes: Invalid value: []: field is immutable"],
        ),
    ],
)
def test_updates(kind: str, before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    assert [message for message in updated(build(kind, after), build(kind, before)) if message in expected] == expected


def test_services_may_change_type_and_ports() -> None:
    old = build("Service", spec(clusterIP="10.0.0.1", clusterIPs=["10.0.0.1"], ipFamilies=["IPv4"]))
    new = build(
        "Service",
        spec(
            type="NodePort",
            clusterIP="10.0.0.1",
            clusterIPs=["10.0.0.1"],
            ipFamilies=["IPv4"],
            ports=[{"port": 81, "nodePort": 30000}],
        ),
    )
    assert updated(new, old) == []
    assert updated(old, new) == []


def test_a_claim_changes_only_in_size_once_bound() -> None:
    bound = {"status": {"phase": "Bound", "capacity": {"storage": "1Gi"}}}
    old = build("PersistentVolumeClaim", bound)
    bigger = build("PersistentVolumeClaim", bound, spec(resources={"requests": {"storage": "2Gi"}}))
    assert updated(bigger, old) == []
    smaller = build("PersistentVolumeClaim", bound, spec(resources={"requests": {"storage": "1Mi"}}))
    assert updated(smaller, old) == [
        "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"
    ]
    (message,) = updated(build("PersistentVolumeClaim", bound, spec(accessModes=["ReadOnlyMany"])), old)
    assert message.startswith("spec: Forbidden: spec is immutable after creation except resources.requests")
    assert updated(build("PersistentVolumeClaim", spec(volumeName="pv")), build("PersistentVolumeClaim")) == []


def test_a_volume_keeps_its_source() -> None:
    (message,) = updated(build("PersistentVolume", spec(hostPath={"path": "/other"})), build("PersistentVolume"))
    assert message.startswith(
        "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation"
    )


def test_namespace_phase_follows_deletion() -> None:
    new, old = build("Namespace"), build("Namespace")
    new.status.phase = "Terminating"
    assert status_updated(new, old) == [
        "status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty"
    ]
    new.metadata.deletion_timestamp = old.metadata.deletion_timestamp = datetime(2026, 1, 1, tzinfo=UTC)
    assert status_updated(new, old) == []
