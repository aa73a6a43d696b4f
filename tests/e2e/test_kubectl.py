"""What people do with kubectl every day, against live containers."""

from __future__ import annotations

import re
import socket
import subprocess
import urllib.request
from typing import Any

import pytest

from tests.e2e.cluster import ENVIRONMENT, IMAGE, CommandError, Kubectl, eventually, pod


def deployment(name: str, replicas: int = 2, **env: str) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [
                        {
                            "name": "c",
                            "image": IMAGE,
                            "command": ["/bin/busybox", "sh", "-c", "echo started; exec busybox sleep 3600"],
                            **({"env": [{"name": key, "value": value} for key, value in env.items()]} if env else {}),
                        }
                    ],
                },
            },
        },
    }


def test_apply_get_describe_and_delete(kubectl: Kubectl) -> None:
    assert "deployment.apps/web created" in kubectl.apply(deployment("web"))
    assert "unchanged" in kubectl.apply(deployment("web"))
    assert "configured" in kubectl.apply(deployment("web", 3))
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    table = kubectl("get", "deployment", "web")
    assert re.search(r"^web\s+3/3\s+3\s+3\s+\d+s", table, re.M), table
    wide = kubectl("get", "pods", "-o", "wide")
    assert re.search(r"web-\S+\s+1/1\s+Running\s+0\s+\S+\s+10\.42\.", wide), wide
    assert kubectl("get", "deploy/web", "-o", "jsonpath={.spec.replicas}") == "3"
    assert kubectl("get", "deploy", "-o", "name").strip() == "deployment.apps/web"
    described = kubectl("describe", "deployment", "web")
    assert "ScalingReplicaSet" in described
    assert re.search(r"3 desired \| 3 updated \| 3 total \| 3 available", described), described
    eventually(lambda: "Successfully assigned" in kubectl("describe", "pods", "-l", "app=web"), "the scheduler's event")
    kubectl("delete", "deployment", "web")
    eventually(lambda: "No resources found" in kubectl("get", "pods", check=False), "the pods' end")


def test_logs(kubectl: Kubectl) -> None:
    kubectl.apply(pod("talker", "sh", "-c", "echo one; echo two; while :; do busybox sleep 0.2; echo more; done"))
    kubectl("wait", "--for=condition=Ready", "pod/talker", "--timeout=30s")
    assert kubectl("logs", "talker").startswith("one\ntwo\n")
    eventually(lambda: kubectl("logs", "talker", "--tail=1").strip() == "more", "the third line")
    assert re.match(r"\d{4}-\d\d-\d\dT\S+Z one", kubectl("logs", "talker", "--timestamps"))
    with kubectl.background("logs", "-f", "talker") as following:
        assert following.stdout is not None
        lines = [following.stdout.readline().strip() for _ in range(8)]
    assert lines[:2] == ["one", "two"]
    assert lines[-1] == "more"


def test_exec(kubectl: Kubectl) -> None:
    kubectl.apply(pod("shell"))
    kubectl("wait", "--for=condition=Ready", "pod/shell", "--timeout=30s")
    assert kubectl("exec", "shell", "--", "/bin/busybox", "hostname").strip() == "shell"
    assert (
        kubectl("exec", "-i", "shell", "--", "/bin/busybox", "cat", stdin="through and back\n") == "through and back\n"
    )
    large = "x" * 70_000 + "\n"
    assert kubectl("exec", "-i", "shell", "--", "/bin/busybox", "cat", stdin=large * 10) == large * 10
    with pytest.raises(CommandError) as caught:
        kubectl("exec", "shell", "--", "/bin/busybox", "sh", "-c", "echo bad >&2; exit 7")
    assert caught.value.result.returncode == 7
    assert "bad" in caught.value.result.stderr


def test_exec_with_a_terminal(kubectl: Kubectl) -> None:
    kubectl.apply(pod("shell"))
    kubectl("wait", "--for=condition=Ready", "pod/shell", "--timeout=30s")
    typed = "busybox stty size; busybox tty\nexit 3\n"
    command = f"{kubectl.binary} -n {kubectl.namespace} exec -it shell -- /bin/busybox sh"
    result = subprocess.run(
        ["script", "-qec", f"stty rows 33 cols 99; {command}", "/dev/null"],
        input=typed,
        capture_output=True,
        text=True,
        timeout=30,
        env={**ENVIRONMENT, "PATH": "/usr/bin:/bin", "TERM": "dumb"},
        check=False,
    )
    assert "/dev/pts/0" in result.stdout, result.stdout
    assert "33 99" in result.stdout, result.stdout
    assert "exit code 3" in result.stdout, result.stdout


def test_port_forward(kubectl: Kubectl) -> None:
    page = "mkdir -p /tmp/w; echo hello > /tmp/w/index.html; exec busybox httpd -f -p 8080 -h /tmp/w"
    kubectl.apply(pod("web", "sh", "-c", page.replace("mkdir", "busybox mkdir")))
    kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=30s")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with kubectl.background("port-forward", "pod/web", f"{port}:8080"):
        for _ in range(5):
            answer = eventually(
                lambda: opener.open(f"http://127.0.0.1:{port}/", timeout=5).read(), "the forwarded page"
            )
            assert answer == b"hello\n"


def test_scale_and_rollout(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web", COLOUR="red"))
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    kubectl("scale", "deployment/web", "--replicas=4")
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    assert kubectl.json("get", "deployment", "web")["status"]["readyReplicas"] == 4
    kubectl("set", "env", "deployment/web", "COLOUR=blue")
    assert "successfully rolled out" in kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    kubectl("rollout", "restart", "deployment/web")
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    assert len(re.findall(r"^\d+\s", kubectl("rollout", "history", "deployment/web"), re.M)) == 3
    kubectl("rollout", "undo", "deployment/web", "--to-revision=1")
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    template = kubectl.json("get", "deployment", "web")["spec"]["template"]
    assert template["spec"]["containers"][0]["env"] == [{"name": "COLOUR", "value": "red"}]
    eventually(lambda: len(kubectl.json("get", "pods")["items"]) == 4, "only the new pods")


def test_explain_and_api_resources(kubectl: Kubectl) -> None:
    explained = kubectl("explain", "deployment.spec.strategy.rollingUpdate")
    assert "maxSurge" in explained
    resources = kubectl("api-resources")
    assert re.search(r"^deployments\s+deploy\s+apps/v1\s+true\s+Deployment", resources, re.M), resources
    assert re.search(r"^pods\s+po\s+v1\s+true\s+Pod", resources, re.M), resources
    assert "rbac.authorization.k8s.io/v1" in kubectl("api-versions")


def test_wait(kubectl: Kubectl) -> None:
    kubectl.apply(pod("brief", "sleep", "1", restartPolicy="Never"))
    kubectl("wait", "--for=condition=Ready", "pod/brief", "--timeout=30s")
    with kubectl.background("wait", "--for=delete", "pod/brief", "--timeout=30s") as waiting:
        kubectl("delete", "pod", "brief", "--wait=false")
        assert waiting.wait(30) == 0


def test_edit_by_patches(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web", 1))
    kubectl("label", "deployment", "web", "tier=front")
    kubectl("annotate", "deployment", "web", "note=a b")
    kubectl(
        "patch",
        "deployment",
        "web",
        "-p",
        '{"spec":{"template":{"spec":{"containers":[{"name":"c","workingDir":"/"}]}}}}',
    )
    kubectl("patch", "deployment", "web", "--type=merge", "-p", '{"spec":{"minReadySeconds":1}}')
    kubectl("patch", "deployment", "web", "--type=json", "-p", '[{"op":"replace","path":"/spec/replicas","value":2}]')
    found = kubectl.json("get", "deployment", "web")
    assert found["metadata"]["labels"] == {"tier": "front"}
    assert found["metadata"]["annotations"]["note"] == "a b"
    assert found["spec"]["template"]["spec"]["containers"][0]["workingDir"] == "/"
    assert (found["spec"]["minReadySeconds"], found["spec"]["replicas"]) == (1, 2)
