"""Pods with all that hangs on them: environment, volumes, probes, hooks, identity."""

from __future__ import annotations

import json
import ssl
import urllib.request
from typing import Any

from tests.e2e.cluster import IMAGE, Kubectl, eventually, pod


def sh(kubectl: Kubectl, name: str, script: str) -> str:
    return kubectl("exec", name, "--", "/bin/busybox", "sh", "-c", script)


def test_environment(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "c", "--from-literal=A=from-map", "--from-literal=B=all")
    kubectl("create", "secret", "generic", "s", "--from-literal=P=word")
    env = [
        {"name": "PLAIN", "value": "v"},
        {"name": "EXPANDED", "value": "$(PLAIN)-$$(PLAIN)"},
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
        {"name": "MAP", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "A"}}},
        {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "P"}}},
    ]
    kubectl.apply(
        pod(
            "env",
            container={
                "env": env,
                "envFrom": [{"prefix": "X_", "configMapRef": {"name": "c"}}],
                "resources": {"limits": {"memory": "32Mi"}},
            },
        )
    )
    kubectl("wait", "--for=condition=Ready", "pod/env", "--timeout=30s")
    found = dict(line.split("=", 1) for line in sh(kubectl, "env", "busybox env").splitlines() if "=" in line)
    assert found["PLAIN"] == "v"
    assert found["EXPANDED"] == "v-$(PLAIN)"
    assert found["NAME"] == "env"
    assert found["IP"] == kubectl("get", "pod", "env", "-o", "jsonpath={.status.podIP}")
    assert (found["CPU"], found["MAP"], found["SECRET"], found["X_B"]) == ("32", "from-map", "word", "all")
    assert found["KUBERNETES_SERVICE_HOST"] == "10.43.0.1"


def test_volumes(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "c", "--from-literal=a=one")
    kubectl("create", "secret", "generic", "s", "--from-literal=b=two")
    projected = [
        {"configMap": {"name": "c", "items": [{"key": "a", "path": "deep/a"}]}},
        {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
    ]
    kubectl.apply(
        pod(
            "vol",
            container={
                "volumeMounts": [
                    {"name": "map", "mountPath": "/map"},
                    {"name": "secret", "mountPath": "/secret", "readOnly": True},
                    {"name": "empty", "mountPath": "/empty"},
                    {"name": "memory", "mountPath": "/memory"},
                    {"name": "host", "mountPath": "/host"},
                    {"name": "all", "mountPath": "/all"},
                    {"name": "map", "mountPath": "/single", "subPath": "a"},
                ]
            },
            volumes=[
                {"name": "map", "configMap": {"name": "c"}},
                {"name": "secret", "secret": {"secretName": "s", "defaultMode": 0o400}},
                {"name": "empty", "emptyDir": {}},
                {"name": "memory", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
                {"name": "host", "hostPath": {"path": "/tmp/pykube-e2e-host", "type": "DirectoryOrCreate"}},
                {"name": "all", "projected": {"sources": projected}},
            ],
        )
    )
    kubectl("wait", "--for=condition=Ready", "pod/vol", "--timeout=30s")
    assert sh(kubectl, "vol", "busybox cat /map/a /secret/b /all/deep/a /single") == "onetwooneone"
    assert 'app="vol"' in sh(kubectl, "vol", "busybox cat /all/labels")
    assert sh(kubectl, "vol", "busybox stat -L -c %a /secret/b").strip() == "400"
    assert "tmpfs" in sh(kubectl, "vol", "busybox mount | busybox grep ' /memory '")
    sh(kubectl, "vol", "echo x > /empty/f && echo y > /host/f")
    with open("/tmp/pykube-e2e-host/f") as file:
        assert file.read() == "y\n"
    kubectl("patch", "configmap", "c", "-p", '{"data":{"a":"changed"}}')
    eventually(lambda: sh(kubectl, "vol", "busybox cat /map/a") == "changed", "the new content", 90)


def test_identity_towards_the_api(kubectl: Kubectl) -> None:
    kubectl.apply(pod("me"))
    kubectl("wait", "--for=condition=Ready", "pod/me", "--timeout=30s")
    root = "/var/run/secrets/kubernetes.io/serviceaccount"
    assert sh(kubectl, "me", f"busybox cat {root}/namespace") == kubectl.namespace
    token = sh(kubectl, "me", f"busybox cat {root}/token")
    assert token.count(".") == 2
    assert "BEGIN CERTIFICATE" in sh(kubectl, "me", f"busybox cat {root}/ca.crt")
    bare = ("--kubeconfig", "/dev/null", "--server", "https://127.0.0.1:6443", "--insecure-skip-tls-verify")
    answer = kubectl(*bare, "--token", token, "get", "pods", check=False)
    assert f'User "system:serviceaccount:{kubectl.namespace}:default" cannot list resource "pods"' in answer


def test_probes(kubectl: Kubectl) -> None:
    script = "touch /tmp/ready /tmp/live; exec busybox httpd -f -p 8080 -h /tmp".replace(
        "touch", "busybox mkdir -p /tmp; busybox touch"
    )
    kubectl.apply(
        pod(
            "probed",
            "sh",
            "-c",
            script,
            container={
                "startupProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
                "readinessProbe": {
                    "httpGet": {"path": "/ready", "port": 8080},
                    "periodSeconds": 1,
                    "failureThreshold": 1,
                },
                "livenessProbe": {
                    "exec": {"command": ["/bin/busybox", "test", "-e", "/tmp/live"]},
                    "periodSeconds": 1,
                    "failureThreshold": 1,
                },
            },
        )
    )
    kubectl("wait", "--for=condition=Ready", "pod/probed", "--timeout=30s")
    sh(kubectl, "probed", "busybox rm /tmp/ready")
    kubectl("wait", "--for=condition=Ready=false", "pod/probed", "--timeout=30s")
    sh(kubectl, "probed", "busybox touch /tmp/ready; busybox rm /tmp/live")
    eventually(
        lambda: kubectl.json("get", "pod", "probed")["status"]["containerStatuses"][0]["restartCount"] == 1,
        "the restart",
    )
    assert "Liveness probe failed" in kubectl("describe", "pod", "probed")


def test_hooks_and_grace(kubectl: Kubectl) -> None:
    kubectl.apply(
        pod(
            "graceful",
            "sh",
            "-c",
            "trap 'echo term >> /host/story; exit 0' TERM; while :; do busybox sleep 0.1; done",
            terminationGracePeriodSeconds=20,
            container={
                "lifecycle": {
                    "postStart": {"exec": {"command": ["/bin/busybox", "sh", "-c", "echo start > /host/story"]}},
                    "preStop": {"exec": {"command": ["/bin/busybox", "sh", "-c", "echo stop >> /host/story"]}},
                },
                "volumeMounts": [{"name": "host", "mountPath": "/host"}],
            },
            volumes=[{"name": "host", "hostPath": {"path": "/tmp/pykube-e2e-host", "type": "DirectoryOrCreate"}}],
        )
    )
    kubectl("wait", "--for=condition=Ready", "pod/graceful", "--timeout=30s")
    kubectl("delete", "pod", "graceful")
    with open("/tmp/pykube-e2e-host/story") as file:
        assert file.read() == "start\nstop\nterm\n"


def test_init_containers_and_restart_policy(kubectl: Kubectl) -> None:
    first: dict[str, Any] = {"name": "first", "image": IMAGE, "command": ["/bin/busybox", "sh", "-c", "echo 1 > /w/a"]}
    mounts = {"volumeMounts": [{"name": "w", "mountPath": "/w"}]}
    kubectl.apply(
        pod(
            "steps",
            "sh",
            "-c",
            "busybox cat /w/a; exit 4",
            initContainers=[{**first, **mounts}],
            container=mounts,
            volumes=[{"name": "w", "emptyDir": {}}],
            restartPolicy="Never",
        )
    )
    found = eventually(
        lambda: (status := kubectl.json("get", "pod", "steps")["status"])["phase"] == "Failed" and status, "the end"
    )
    assert found["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 4
    assert found["initContainerStatuses"][0]["state"]["terminated"]["reason"] == "Completed"
    assert kubectl("logs", "steps").strip() == "1"


def test_crash_loop(kubectl: Kubectl) -> None:
    kubectl.apply(pod("loop", "false"))

    def status() -> dict[str, Any]:
        found: dict[str, Any] = kubectl.json("get", "pod", "loop")["status"]["containerStatuses"][0]
        return found

    eventually(lambda: status()["state"]["waiting"]["reason"] == "CrashLoopBackOff", "the back-off", 60)
    assert "back-off" in status()["state"]["waiting"]["message"]
    assert status()["lastState"]["terminated"]["exitCode"] == 1
    assert "Back-off restarting failed container" in kubectl("describe", "pod", "loop")


def test_limits_reach_the_cgroup(kubectl: Kubectl) -> None:
    kubectl.apply(pod("limited", container={"resources": {"limits": {"memory": "32Mi", "cpu": "500m"}}}))
    kubectl("wait", "--for=condition=Ready", "pod/limited", "--timeout=30s")
    assert kubectl("get", "pod", "limited", "-o", "jsonpath={.status.qosClass}") == "Guaranteed"
    files = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes"
    assert sh(kubectl, "limited", f"busybox cat {files} 2>/dev/null || true").strip() == str(32 << 20)
    kubectl.apply(
        pod(
            "hungry",
            "sh",
            "-c",
            "busybox tail /dev/zero",
            restartPolicy="Never",
            container={"resources": {"limits": {"memory": "16Mi"}}},
        )
    )
    found = eventually(
        lambda: kubectl.json("get", "pod", "hungry")["status"]["containerStatuses"][0]["state"]["terminated"],
        "the end",
        60,
    )
    assert found["reason"] == "OOMKilled", json.dumps(found)


def test_a_pod_is_somebody_at_the_api(kubectl: Kubectl) -> None:
    """What is mounted into each pod is enough to reach the API server, to trust it, and to be known by it."""
    kubectl.apply(pod("caller"))
    kubectl("wait", "--for=condition=Ready", "pod/caller", "--timeout=30s")
    folder = "/var/run/secrets/kubernetes.io/serviceaccount"
    token = sh(kubectl, "caller", f"busybox cat {folder}/token")
    trusted = ssl.create_default_context(cadata=sh(kubectl, "caller", f"busybox cat {folder}/ca.crt"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted))
    address = sh(kubectl, "caller", "echo $KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT").strip()
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    request = urllib.request.Request(
        f"https://{address}/apis/authentication.k8s.io/v1/selfsubjectreviews",
        data=json.dumps(review).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with opener.open(request, timeout=10) as answer:
        found = json.load(answer)["status"]["userInfo"]
    assert found["username"] == f"system:serviceaccount:{kubectl.namespace}:default"
    assert found["extra"]["authentication.kubernetes.io/pod-name"] == ["caller"]
