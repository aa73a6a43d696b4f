"""kubectl's verbs that need the API alone, each with the plain objects that show whether it did what it says."""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.cluster import CommandError, Kubectl, eventually


def settings(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def sleeping(name: str, replicas: int = 0) -> dict[str, Any]:
    """A Deployment that starts nothing unless told to."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"nodeName": "nowhere", "containers": [{"name": "c", "image": "example.invalid/none"}]},
            },
        },
    }


def test_create_of_each_kind_that_it_makes_itself(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "c", "--from-literal=a=b")
    kubectl("create", "secret", "generic", "s", "--from-literal=password=geheim")
    kubectl("create", "serviceaccount", "robot")
    kubectl("create", "role", "reader", "--verb=get,list", "--resource=pods,deployments.apps")
    kubectl("create", "rolebinding", "readers", "--role=reader", f"--serviceaccount={kubectl.namespace}:robot")
    kubectl("create", "service", "clusterip", "web", "--tcp=80:8080")
    kubectl("create", "quota", "few", "--hard=pods=2")
    kubectl("create", "deployment", "web", "--image=example.invalid/none", "--replicas=0")
    kubectl("create", "ingress", "web", "--rule=web.example/*=web:80")
    secret = kubectl.json("get", "secret", "s")
    assert base64.b64decode(secret["data"]["password"]) == b"geheim"
    assert kubectl.json("get", "role", "reader")["rules"] == [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
    ]
    with pytest.raises(CommandError, match=r"AlreadyExists|already exists"):
        kubectl("create", "configmap", "c")
    robot = f"--as=system:serviceaccount:{kubectl.namespace}:robot"
    assert kubectl("auth", "can-i", "list", "pods", robot).strip() == "yes"
    assert kubectl("auth", "can-i", "delete", "pods", robot, check=False).startswith("no")
    assert re.search(r"deployments\.apps\s+\[\]\s+\[\]\s+\[get list\]", kubectl("auth", "can-i", "--list", robot))


def test_dry_runs_change_nothing(kubectl: Kubectl) -> None:
    assert "created (server dry run)" in kubectl("create", "configmap", "c", "--dry-run=server")
    assert "No resources found" in kubectl("get", "configmap", "c", check=False) or "NotFound" in kubectl(
        "get", "configmap", "c", check=False
    )
    kubectl.apply(settings("c", a="1"))
    changed = json.dumps(settings("c", a="2"))
    kubectl("apply", "--dry-run=server", "-f", "-", stdin=changed)
    kubectl("delete", "configmap", "c", "--dry-run=server")
    assert kubectl.json("get", "configmap", "c")["data"] == {"a": "1"}


def test_diff_tells_what_an_apply_would_change(kubectl: Kubectl) -> None:
    kubectl.apply(settings("c", a="1", b="1"))
    assert kubectl("diff", "-f", "-", stdin=json.dumps(settings("c", a="1", b="1"))) == ""
    with pytest.raises(CommandError) as caught:
        kubectl("diff", "-f", "-", stdin=json.dumps(settings("c", a="2")))
    assert caught.value.result.returncode == 1
    lines = caught.value.result.stdout.splitlines()
    assert '-  a: "1"' in lines
    assert '+  a: "2"' in lines
    assert '-  b: "1"' in lines


def test_edit(kubectl: Kubectl, monkeypatch: pytest.MonkeyPatch) -> None:
    kubectl.apply(settings("c", a="old"))
    monkeypatch.setenv("KUBE_EDITOR", "sed -i s/old/new/")
    assert "configmap/c edited" in kubectl("edit", "configmap", "c")
    assert kubectl.json("get", "configmap", "c")["data"] == {"a": "new"}
    monkeypatch.setenv("KUBE_EDITOR", "true")
    assert "no changes" in kubectl("edit", "configmap", "c", check=False)


def test_server_side_apply_and_its_conflicts(kubectl: Kubectl) -> None:
    def applied(manager: str, *flags: str, **data: str) -> str:
        body = json.dumps(settings("c", **data))
        return kubectl("apply", "--server-side", f"--field-manager={manager}", *flags, "-f", "-", stdin=body)

    assert "serverside-applied" in applied("first", a="1")
    version = kubectl.json("get", "configmap", "c")["metadata"]["resourceVersion"]
    applied("first", a="1")
    assert kubectl.json("get", "configmap", "c")["metadata"]["resourceVersion"] == version
    applied("second", b="2")
    with pytest.raises(CommandError, match=r'conflict with "first": \.data\.a'):
        applied("second", a="2", b="2")
    applied("second", "--force-conflicts", a="2", b="2")
    applied("second", b="2")
    assert kubectl.json("get", "configmap", "c")["data"] == {"b": "2"}


def test_client_side_apply_takes_away_what_is_left_out(kubectl: Kubectl) -> None:
    kubectl.apply(settings("c", a="1", b="1"))
    kubectl("patch", "configmap", "c", "--type=merge", "-p", '{"data":{"theirs":"x"}}')
    kubectl.apply(settings("c", a="1"))
    assert kubectl.json("get", "configmap", "c")["data"] == {"a": "1", "theirs": "x"}


def test_replace(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(settings("c", a="1")))
    old = kubectl.json("get", "configmap", "c")
    kubectl("replace", "-f", "-", stdin=json.dumps({**old, "data": {"b": "2"}}))
    assert kubectl.json("get", "configmap", "c")["data"] == {"b": "2"}
    with pytest.raises(CommandError, match=r"Conflict|has been modified"):
        kubectl("replace", "-f", "-", stdin=json.dumps({**old, "data": {"c": "3"}}))
    kubectl("replace", "--force", "-f", "-", stdin=json.dumps(settings("c", d="4")))
    new = kubectl.json("get", "configmap", "c")
    assert new["data"] == {"d": "4"}
    assert new["metadata"]["uid"] != old["metadata"]["uid"]


def test_labels_and_annotations_are_set_changed_and_taken_away(kubectl: Kubectl) -> None:
    kubectl.apply(settings("c"))
    kubectl("label", "configmap", "c", "tier=front", "old=yes")
    with pytest.raises(CommandError, match="--overwrite"):
        kubectl("label", "configmap", "c", "tier=back")
    kubectl("label", "--overwrite", "configmap", "c", "tier=back", "old-")
    kubectl("annotate", "configmap", "c", "note=a b")
    metadata = kubectl.json("get", "configmap", "c", "-L", "tier")["metadata"]
    assert metadata["labels"] == {"tier": "back"}
    assert metadata["annotations"]["note"] == "a b"
    kubectl("annotate", "configmap", "c", "note-")
    assert "note" not in kubectl.json("get", "configmap", "c")["metadata"]["annotations"]
    assert "configmap/c" in kubectl("get", "configmap", "-l", "tier in (back)", "-o", "name")
    assert kubectl("get", "configmap", "-l", "tier notin (back),old", "-o", "name") == ""
    assert "configmap/c" in kubectl("get", "configmap", "--field-selector=metadata.name=c", "-o", "name")


def test_explain_goes_all_the_way_down(kubectl: Kubectl) -> None:
    whole = kubectl("explain", "deployments", "--recursive", timeout=120)
    for field in ("maxSurge", "topologySpreadConstraints", "ephemeralContainers", "lastTransitionTime"):
        assert re.search(rf"^ +{field}\s*<", whole, re.MULTILINE), field
    assert "Readiness" in kubectl("explain", "pods.spec.containers.readinessProbe") or "readiness" in kubectl(
        "explain", "pods.spec.containers.readinessProbe"
    )
    with pytest.raises(CommandError, match="does not exist"):
        kubectl("explain", "pods.spec.nonsense")


def test_get_in_chunks_and_sorted(kubectl: Kubectl) -> None:
    names = [f"c{index:02}" for index in range(23)]
    kubectl.apply(*(settings(name, rank=f"rank-{90 - index}") for index, name in enumerate(names)))
    expected = [f"configmap/{name}" for name in names]
    found = kubectl("get", "configmaps", "--chunk-size=5", "-o", "name").split()
    assert [name for name in found if "/c" in name] == expected
    backwards = kubectl("get", "configmaps", *names, "--sort-by={.data.rank}", "-o", "name").split()
    assert backwards == expected[::-1]
    requests = kubectl("get", "configmaps", "--chunk-size=5", "-v=8", check=False)
    asked = set(re.findall(r"/configmaps\?[^\s\"]*limit=5[^\s\"]*", requests))
    assert len(asked) >= 5, "five pages, each with a continue token of its own"


@pytest.mark.parametrize(("cascade", "stays"), [("background", False), ("foreground", False), ("orphan", True)])
def test_delete_with_each_cascade(kubectl: Kubectl, cascade: str, stays: bool) -> None:
    kubectl.apply(sleeping("web"))
    eventually(lambda: kubectl.json("get", "replicasets")["items"], "the ReplicaSet")
    kubectl("delete", "deployment", "web", f"--cascade={cascade}")
    if stays:
        owners = eventually(
            lambda: [
                item["metadata"].get("ownerReferences", [])
                for item in kubectl.json("get", "replicasets")["items"]
                if not item["metadata"].get("ownerReferences")
            ],
            "a ReplicaSet that nobody owns",
        )
        assert owners == [[]]
        kubectl("delete", "replicasets", "--all")
    else:
        eventually(lambda: kubectl.json("get", "replicasets")["items"] == [], "the end of the ReplicaSet")


def test_certificates_are_approved_signed_and_denied(kubectl: Kubectl) -> None:
    names = [f"{kubectl.namespace}-{suffix}"[-60:].strip("-") for suffix in ("yes", "no")]
    for name in names:
        kubectl("delete", "csr", name, "--ignore-not-found")
        kubectl.apply(signing_request(name))
    try:
        assert "approved" in kubectl("certificate", "approve", names[0])
        pem = eventually(
            lambda: kubectl.json("get", "csr", names[0])["status"].get("certificate"), "the certificate", seconds=10
        )
        issued = x509.load_pem_x509_certificate(base64.b64decode(pem))
        assert issued.subject.rfc4514_string() == "CN=jane,O=developers"
        assert "denied" in kubectl("certificate", "deny", names[1])
        assert re.search(rf"^{names[1]}\s.*Denied", kubectl("get", "csr", names[1]), re.MULTILINE)
    finally:
        kubectl("delete", "csr", *names)


def signing_request(name: str) -> dict[str, Any]:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "developers"),
            x509.NameAttribute(NameOID.COMMON_NAME, "jane"),
        ]
    )
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": name},
        "spec": {
            "request": base64.b64encode(request.public_bytes(serialization.Encoding.PEM)).decode(),
            "signerName": "kubernetes.io/kube-apiserver-client",
            "usages": ["client auth"],
        },
    }


def test_proxy(kubectl: Kubectl) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with kubectl.background("proxy", "--port=0") as proxy:
        assert proxy.stdout is not None
        found = re.search(r"127\.0\.0\.1:\d+", proxy.stdout.readline())
        assert found is not None
        with opener.open(f"http://{found.group()}/api/v1/namespaces/{kubectl.namespace}", timeout=10) as answer:
            assert json.load(answer)["metadata"]["name"] == kubectl.namespace


def test_custom_resources(kubectl: Kubectl) -> None:
    plural = "crontabs" + re.sub(r"[^a-z]", "", kubectl.namespace)[:30]
    definition = custom_kind(plural)
    kubectl.apply(definition)
    name = definition["metadata"]["name"]
    try:
        kubectl("wait", "--for=condition=Established", f"crd/{name}", "--timeout=10s")
        eventually(lambda: name in kubectl("api-resources", "-o", "name"), "the new resource in discovery")
        tab = {
            "apiVersion": "stable.example.com/v1",
            "kind": definition["spec"]["names"]["kind"],
            "metadata": {"name": "nightly"},
            "spec": {"schedule": "0 3 * * *"},
        }
        kubectl.apply(tab)
        table = kubectl("get", name)
        assert re.search(r"NAME\s+SCHEDULE\s+AGE\nnightly\s+0 3 \* \* \*\s+\d+s", table), table
        assert kubectl.json("get", name, "nightly")["spec"] == {"schedule": "0 3 * * *", "replicas": 1}
        kubectl("patch", name, "nightly", "--type=merge", "-p", '{"spec":{"replicas":3}}')
        kubectl("scale", f"{name}/nightly", "--replicas=5")
        assert kubectl.json("get", name, "nightly")["spec"]["replicas"] == 5
        with pytest.raises(CommandError, match=r"spec\.replicas: Invalid value"):
            kubectl("patch", name, "nightly", "--type=merge", "-p", '{"spec":{"replicas":-3}}')
        assert "schedule" in eventually(lambda: kubectl("explain", f"{plural}.spec"), "the published schema")
    finally:
        kubectl("delete", "crd", name)


def custom_kind(plural: str) -> dict[str, Any]:
    spec = {
        "type": "object",
        "required": ["schedule"],
        "properties": {
            "schedule": {"type": "string", "description": "When to run, as in cron."},
            "replicas": {"type": "integer", "minimum": 0, "default": 1},
        },
    }
    status = {"type": "object", "properties": {"replicas": {"type": "integer"}}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec, "status": status}}},
        "subresources": {
            "status": {},
            "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"},
        },
        "additionalPrinterColumns": [
            {"name": "Schedule", "type": "string", "jsonPath": ".spec.schedule"},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        ],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.stable.example.com"},
        "spec": {
            "group": "stable.example.com",
            "scope": "Namespaced",
            "names": {
                "plural": plural,
                "singular": plural[:-1],
                "kind": plural.capitalize(),
                "listKind": f"{plural}List",
            },
            "versions": [version],
        },
    }


def test_raw_requests_and_versions(kubectl: Kubectl) -> None:
    assert kubectl("get", "--raw", "/readyz") == "ok"
    version = json.loads(kubectl("get", "--raw", "/version"))
    assert (version["major"], version["minor"]) == ("1", "36")
    assert "Server Version" in kubectl("version", check=False)
    assert "is running at" in kubectl("cluster-info")
