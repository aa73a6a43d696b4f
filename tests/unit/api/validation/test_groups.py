"""Networking, storage, RBAC, autoscaling, certificates, CRDs, webhooks and the rest."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pykube.api.validation import certificates_v1

from .documents import VALID, build, created, status_updated, updated

NET, STORE, RBAC = "networking.k8s.io/v1", "storage.k8s.io/v1", "rbac.authorization.k8s.io/v1"
HOOKS, CRD, FLOW = "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1"
DISCOVERY, CSR = "discovery.k8s.io/v1", "certificates.k8s.io/v1"
BACKEND = {"service": {"name": "x", "port": {"number": 80}}}
GROUP = "rbac.authorization.k8s.io"


def spec(**change: Any) -> dict[str, Any]:
    return {"spec": change}


def path(**change: Any) -> dict[str, Any]:
    """An Ingress with one path."""
    return spec(rules=[{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": BACKEND, **change}]}}])


def hook(**change: Any) -> dict[str, Any]:
    return {"webhooks": [{**VALID[(HOOKS, "ValidatingWebhookConfiguration")]["webhooks"][0], **change}]}


def schema(**change: Any) -> dict[str, Any]:
    """A definition whose one version has this schema."""
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": change}}
    return spec(versions=[version])


S = "spec.versions[0].schema.openAPIV3Schema"


@pytest.mark.parametrize(
    ("api_version", "kind", "change", "expected"),
    [
        (
            NET,
            "Ingress",
            spec(defaultBackend=None),
            "spec: Invalid value: []: either `defaultBackend` or `rules` must be",
        ),
        (
            NET,
            "Ingress",
            spec(rules=[{"host": "10.0.0.1"}]),
            'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
        ),
        (NET, "Ingress", path(pathType=None), "spec.rules[0].http.paths[0].pathType: Required value: pathType must be"),
        (
            NET,
            "Ingress",
            path(path="a"),
            'spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path',
        ),
        (
            NET,
            "Ingress",
            path(path="/a//b"),
            "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b\": must not contain '//'",
        ),
        (
            NET,
            "Ingress",
            path(backend={"service": {"name": "x"}}),
            "spec.rules[0].http.paths[0].backend: Required value: port name or number is required",
        ),
        (
            NET,
            "IngressClass",
            spec(controller="x"),
            'spec.controller: Invalid value: "x": must be a domain-prefixed path',
        ),
        (
            NET,
            "NetworkPolicy",
            spec(ingress=[{"from": [{}]}]),
            "spec.ingress[0].from[0]: Required value: must specify a peer",
        ),
        (
            NET,
            "NetworkPolicy",
            spec(ingress=[{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}}]}]),
            'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset',
        ),
        (
            NET,
            "NetworkPolicy",
            spec(egress=[{"ports": [{"port": 80, "endPort": 79}]}]),
            "spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
        ),
        (NET, "ServiceCIDR", spec(cidrs=["10.0.0.1/16"]), 'spec.cidrs[0]: Invalid value: "10.0.0.1/16": must be in'),
        (DISCOVERY, "EndpointSlice", {"addressType": None}, "addressType: Required value"),
        (
            DISCOVERY,
            "EndpointSlice",
            {"endpoints": [{"addresses": ["::1"]}]},
            'endpoints[0].addresses: Invalid value: "::1": must be an IPv4 address',
        ),
        (
            DISCOVERY,
            "EndpointSlice",
            {"ports": [{"port": 1}, {"port": 2}]},
            'ports[1].name: Duplicate value: ""',
        ),
        (STORE, "StorageClass", {"provisioner": None}, "provisioner: Required value"),
        (
            STORE,
            "StorageClass",
            {"reclaimPolicy": "Recycle"},
            'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
        ),
        (STORE, "CSIDriver", spec(fsGroupPolicy="x"), 'spec.fsGroupPolicy: Unsupported value: "x"'),
        (
            STORE,
            "CSINode",
            spec(drivers=[{"name": "a.b", "nodeID": ""}]),
            "spec.drivers[0].nodeID: Required value",
        ),
        (
            RBAC,
            "Role",
            {"rules": [{"verbs": []}]},
            "rules[0].verbs: Required value: verbs must contain at least one value",
        ),
        (
            RBAC,
            "Role",
            {"rules": [{"verbs": ["get"], "nonResourceURLs": ["/x"]}]},
            'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
        ),
        (
            RBAC,
            "ClusterRoleBinding",
            {"roleRef": {"kind": "Role"}},
            'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
        ),
        (
            RBAC,
            "ClusterRoleBinding",
            {"subjects": [{"kind": "ServiceAccount", "name": "s"}]},
            "subjects[0].namespace: Required value",
        ),
        (
            RBAC,
            "RoleBinding",
            {"subjects": [{"kind": "Robot", "name": "s"}]},
            'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
        ),
        (RBAC, "Role", {"metadata": {"name": "a/b"}}, "metadata.name: Invalid value: \"a/b\": may not contain '/'"),
        (
            "policy/v1",
            "PodDisruptionBudget",
            spec(maxUnavailable=1),
            'spec: Invalid value: {"minAvailable":"50%","selector":{"matchLabels":{"app":"x"}},"maxUnavailable":1}:'
            " minAvailable and maxUnavailable cannot be both set",
        ),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            spec(metrics=[{"type": "Pods"}]),
            "spec.metrics[0].pods: Required value: must populate information for the given metric source",
        ),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            spec(minReplicas=4),
            "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`",
        ),
        (
            "scheduling.k8s.io/v1",
            "PriorityClass",
            {"value": 1000000001},
            "value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
        ),
        (
            "scheduling.k8s.io/v1",
            "PriorityClass",
            {"metadata": {"name": "system-mine"}},
            "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only.",
        ),
        ("node.k8s.io/v1", "RuntimeClass", {"handler": "A"}, 'handler: Invalid value: "A": a lowercase RFC 1123 label'),
        (
            "coordination.k8s.io/v1",
            "Lease",
            spec(leaseDurationSeconds=0),
            "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
        ),
        (
            "apiregistration.k8s.io/v1",
            "APIService",
            {"metadata": {"name": "x"}},
            'metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.example.com"',
        ),
        (
            HOOKS,
            "ValidatingWebhookConfiguration",
            hook(name="short"),
            'webhooks[0].name: Invalid value: "short": should be a domain with at least three segments',
        ),
        (
            HOOKS,
            "ValidatingWebhookConfiguration",
            hook(clientConfig={"url": "http://x"}),
            "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired",
        ),
        (
            HOOKS,
            "MutatingWebhookConfiguration",
            hook(sideEffects=None),
            "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun",
        ),
        (
            CRD,
            "CustomResourceDefinition",
            {"metadata": {"name": "x"}},
            'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
        ),
        (
            CRD,
            "CustomResourceDefinition",
            spec(group="x"),
            'spec.group: Invalid value: "x": should be a domain with at',
        ),
        (CRD, "CustomResourceDefinition", schema(), f"{S}.type: Required value: must not be empty at the root"),
        (
            CRD,
            "CustomResourceDefinition",
            schema(type="object", properties={"a": {}}),
            f"{S}.properties[a].type: Required value: must not be empty for specified object fields",
        ),
        (
            CRD,
            "CustomResourceDefinition",
            schema(type="object", properties={"a": {"type": "array"}}),
            f"{S}.properties[a].items: Required value: must be specified",
        ),
        (
            CRD,
            "CustomResourceDefinition",
            schema(type="object", properties={"a": {"type": "object", "anyOf": [{"type": "string"}]}}),
            f"{S}.properties[a].anyOf[0].type: Forbidden: must be empty to be structural",
        ),
        (
            FLOW,
            "FlowSchema",
            spec(matchingPrecedence=1),
            "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
        ),
        (
            FLOW,
            "PriorityLevelConfiguration",
            spec(limited={"limitResponse": {"queuing": {"handSize": 65}}}),
            "spec.limited.limitResponse.queuing.handSize: Invalid value: 65: should not be greater than queues (64)",
        ),
        (
            "resource.k8s.io/v1",
            "ResourceClaim",
            spec(devices={"requests": [{"name": "r"}]}),
            "spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required",
        ),
        (
            "authorization.k8s.io/v1",
            "SubjectAccessReview",
            spec(user=None),
            'spec.user: Invalid value: "": at least one of user or group must be specified',
        ),
        (
            "events.k8s.io/v1",
            "Event",
            {"deprecatedCount": 1},
            'count: Invalid value: "": needs to be unset',
        ),
    ],
)
def test_broken_rules(api_version: str, kind: str, change: dict[str, Any], expected: str) -> None:
    found = created(build(kind, change, api_version=api_version))
    assert any(message.startswith(expected) for message in found), found


@pytest.mark.parametrize(
    ("api_version", "kind", "change", "expected"),
    [
        (RBAC, "RoleBinding", {"roleRef": {"name": "edit"}}, "roleRef: Invalid value: "),
        (
            STORE,
            "StorageClass",
            {"provisioner": "example.com/x"},
            'provisioner: Invalid value: "example.com/x": field is',
        ),
        (STORE, "VolumeAttachment", spec(nodeName="m"), "spec: Invalid value: "),
        (NET, "IngressClass", spec(controller="a.b/c"), 'spec.controller: Invalid value: "a.b/c": field is immutable'),
        (DISCOVERY, "EndpointSlice", {"addressType": "IPv6"}, 'addressType: Invalid value: "IPv6": field is immutable'),
        ("scheduling.k8s.io/v1", "PriorityClass", {"value": 7}, "value: Forbidden: may not be changed in an update."),
        ("node.k8s.io/v1", "RuntimeClass", {"handler": "x"}, 'handler: Invalid value: "x": field is immutable'),
        ("resource.k8s.io/v1", "ResourceClaim", spec(devices=None), "spec: Invalid value: "),
        ("events.k8s.io/v1", "Event", {"reason": "Other"}, 'reason: Invalid value: "Other": field is immutable'),
    ],
)
def test_what_stays(api_version: str, kind: str, change: dict[str, Any], expected: str) -> None:
    found = updated(build(kind, change, api_version=api_version), build(kind, api_version=api_version))
    assert any(message.startswith(expected) for message in found), found


@pytest.fixture(scope="module")
def request_pem() -> str:
    """A certificate request, in base64 as the API carries it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "u")])
    signed = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name)
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    )
    return base64.b64encode(signed.public_bytes(serialization.Encoding.PEM)).decode()


def signing(request_pem: str, *conditions: str, **change: Any) -> Any:
    doc = {
        "request": request_pem,
        "signerName": "kubernetes.io/kube-apiserver-client",
        "usages": ["client auth"],
        **change,
    }
    status = {"conditions": [{"type": kind, "status": "True"} for kind in conditions]}
    return build("CertificateSigningRequest", {"spec": doc, "status": status}, api_version=CSR)


def test_signing_requests(request_pem: str) -> None:
    assert created(signing(request_pem)) == []
    found = created(signing("", usages=["fun"], signerName="x", expirationSeconds=1))
    assert found[0] == 'spec.request: Invalid value: "": PEM block type must be CERTIFICATE REQUEST'
    assert found[1].startswith('spec.usages[0]: Unsupported value: "fun": supported values: "any", "cert sign",')
    assert found[2:] == [
        'spec.signerName: Invalid value: "x": must be a fully qualified domain and path of the form'
        " 'example.com/signer-name'",
        "spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 600 seconds (10 minutes)",
    ]


def test_only_approval_decides(request_pem: str) -> None:
    undecided, approved = signing(request_pem), signing(request_pem, "Approved")
    added = 'status.conditions: Forbidden: updates may not add a condition of type "Approved"'
    assert updated(approved, undecided) == [added]
    assert status_updated(approved, undecided) == [added]
    assert list(certificates_v1.approval(approved, undecided)) == []
    removed = 'status.conditions: Forbidden: updates may not remove a condition of type "Approved"'
    assert [str(error) for error in certificates_v1.approval(undecided, approved)] == [removed]
    assert len(list(certificates_v1.approval(signing(request_pem, "Approved", "Denied"), undecided))) == 1


def test_definitions_keep_their_names_once_established() -> None:
    kind = "CustomResourceDefinition"
    established = {"status": {"conditions": [{"type": "Established", "status": "True"}], "storedVersions": ["v1"]}}
    old = build(kind, established, api_version=CRD)
    assert updated(build(kind, established, spec(scope="Cluster"), api_version=CRD), old) == [
        'spec.scope: Invalid value: "Cluster": field is immutable'
    ]
    gone = {"status": {"storedVersions": ["v0"]}}
    [missing, *_] = [error for error in status_updated(build(kind, gone, api_version=CRD), old) if "[0]" in error]
    assert missing.startswith('status.storedVersions[0]: Invalid value: "v0": missing from spec.versions; v0 was ')
