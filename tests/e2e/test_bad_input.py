"""Wrong input gets the message that upstream gives, in the same place, and leaves nothing behind."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.e2e.cluster import Kubectl, eventually, pod


def rejected(kubectl: Kubectl, *args: str, stdin: str | None = None) -> str:
    output = kubectl(*args, stdin=stdin, check=False)
    assert "created" not in output, output
    return output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "error converting YAML to JSON"),
        ("apiVersion: v1\nkind: Nonsense\nmetadata: {name: a}\n", 'no matches for kind "Nonsense" in version "v1"'),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 1}\n", "ConfigMap.data of type string"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndat: {}\n", "dat"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n", "spec.containers"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_b}\n", "a lowercase RFC 1123 subdomain must consist of"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
            "spec:\n  containers: [{name: c, image: i, resources: {limits: {cpu: x}}}]\n",
            "quantities must match the regular expression",
        ),
    ],
    ids=["no YAML", "unknown kind", "wrong type", "unknown field", "missing field", "name", "quantity"],
)
def test_objects_that_cannot_be(kubectl: Kubectl, text: str, message: str) -> None:
    assert message in rejected(kubectl, "create", "-f", "-", stdin=text)
    assert "No resources found" in kubectl("get", "pods", check=False)


def test_an_immutable_field(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "fixed", "--from-literal=a=1")
    kubectl("patch", "configmap", "fixed", "-p", '{"immutable":true}')
    output = kubectl("patch", "configmap", "fixed", "-p", '{"data":{"a":"2"}}', check=False)
    assert "field is immutable when `immutable` is set" in output
    assert kubectl("get", "configmap", "fixed", "-o", "jsonpath={.data.a}") == "1"


def test_a_conflict(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "shared", "--from-literal=a=1")
    found = kubectl.json("get", "configmap", "shared")
    kubectl("label", "configmap", "shared", "x=y")
    output = kubectl("replace", "-f", "-", stdin=json.dumps({**found, "data": {"a": "2"}}), check=False)
    assert 'Operation cannot be fulfilled on configmaps "shared": the object has been modified' in output


def test_what_exists_and_what_does_not(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "one")
    assert '(AlreadyExists): configmaps "one" already exists' in kubectl(
        "create", "configmap", "one", check=False
    ).replace("error: failed to create configmap: ", "Error from server (AlreadyExists): ")
    assert 'Error from server (NotFound): configmaps "two" not found' in kubectl("get", "configmap", "two", check=False)
    assert "the server doesn't have a resource type" in kubectl("get", "nonsenses", check=False)


def test_an_image_that_cannot_be_had(kubectl: Kubectl) -> None:
    kubectl.apply(pod("lost", container={"image": "pykube.invalid/nothing:1", "imagePullPolicy": "IfNotPresent"}))

    def waiting() -> dict[str, Any]:
        found: dict[str, Any] = kubectl.json("get", "pod", "lost")["status"]["containerStatuses"][0]["state"]["waiting"]
        return found

    eventually(lambda: waiting()["reason"] in ("ErrImagePull", "ImagePullBackOff"), "the reason", 60)
    eventually(lambda: "Failed to pull image" in kubectl("describe", "pod", "lost"), "the event")
    never = pod("never", container={"image": "pykube.local/nothing:1", "imagePullPolicy": "Never"})
    kubectl.apply(never)
    eventually(
        lambda: (
            kubectl.json("get", "pod", "never")["status"]["containerStatuses"][0]["state"]["waiting"]["reason"]
            == "ErrImageNeverPull"
        ),
        "the reason",
    )


def test_a_command_that_does_not_exist(kubectl: Kubectl) -> None:
    kubectl.apply(pod("wrong", container={"command": ["/no/such/thing"]}, restartPolicy="Never"))

    def terminated() -> dict[str, Any]:
        found: dict[str, Any] = kubectl.json("get", "pod", "wrong")["status"]["containerStatuses"][0]["state"][
            "terminated"
        ]
        return found

    found = eventually(terminated, "the end")
    assert found["reason"] == "StartError"
    assert found["exitCode"] == 128
    assert "no such file or directory" in found["message"]


def test_a_missing_secret(kubectl: Kubectl) -> None:
    secret = {"name": "A", "valueFrom": {"secretKeyRef": {"name": "absent", "key": "a"}}}
    kubectl.apply(pod("needy", container={"env": [secret]}))

    def waiting() -> dict[str, Any]:
        found: dict[str, Any] = kubectl.json("get", "pod", "needy")["status"]["containerStatuses"][0]["state"][
            "waiting"
        ]
        return found

    eventually(lambda: waiting()["reason"] == "CreateContainerConfigError", "the reason")
    assert waiting()["message"] == 'secret "absent" not found'
    kubectl("create", "secret", "generic", "absent", "--from-literal=a=1")
    kubectl("wait", "--for=condition=Ready", "pod/needy", "--timeout=60s")


def test_a_pod_that_fits_nowhere(kubectl: Kubectl) -> None:
    kubectl.apply(pod("huge", container={"resources": {"requests": {"cpu": "1000"}}}))

    def message() -> str:
        conditions = kubectl.json("get", "pod", "huge")["status"]["conditions"]
        return next(str(found["message"]) for found in conditions if found["type"] == "PodScheduled")

    assert "0/1 nodes are available: 1 Insufficient cpu." in eventually(message, "the reason")
    assert "FailedScheduling" in kubectl("describe", "pod", "huge")


def request(path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(urllib.request.Request(f"https://127.0.0.1:6443{path}", headers=headers), timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_broken_tokens() -> None:
    code, status = request("/api/v1/namespaces", Authorization="Bearer nonsense")
    assert (code, status["reason"], status["message"]) == (401, "Unauthorized", "Unauthorized")
    code, status = request("/api/v1/namespaces")
    assert (code, status["reason"]) == (403, "Forbidden")
    assert (
        'User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope'
        in status["message"]
    )


def test_a_body_too_large(kubectl: Kubectl) -> None:
    large = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"}, "data": {"a": "x" * (4 << 20)}}
    output = rejected(kubectl, "create", "-f", "-", stdin=json.dumps(large))
    assert "equest entity too large" in output or "Too long" in output, output
