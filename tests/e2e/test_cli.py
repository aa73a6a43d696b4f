"""Our own command line against live containers."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest

from tests.e2e.cluster import ENVIRONMENT, CommandError, Kubectl, eventually, pod, run

PYKUBE = "/usr/local/bin/pykube"


@pytest.fixture
def pykube(default_kubectl: Kubectl) -> Iterator[Kubectl]:
    """The command, in a namespace of its own; it takes kubectl's words."""
    default_kubectl("create", "namespace", "cli")
    own = Kubectl(PYKUBE, "cli")
    eventually(lambda: own("get", "serviceaccount", "default"), "the default ServiceAccount")
    yield own
    default_kubectl("delete", "namespace", "cli", timeout=120)


def test_a_pod_from_apply_to_delete(pykube: Kubectl) -> None:
    manifest = json.dumps(pod("box", "sh", "-c", "echo started; exec busybox sleep 3600"))
    assert pykube("apply", "-f", "-", stdin=manifest).strip() == "pod/box created"
    assert pykube("apply", "-f", "-", stdin=manifest).strip() == "pod/box unchanged"
    eventually(lambda: "1/1" in pykube("get", "pods"), "the pod's readiness")
    assert pykube("get", "pod", "box", "-o", "jsonpath={.status.phase}") == "Running"
    assert pykube("logs", "box").strip() == "started"
    assert pykube("exec", "box", "--", "/bin/busybox", "hostname").strip() == "box"
    assert pykube("exec", "-i", "box", "--", "/bin/busybox", "cat", stdin="through\n") == "through\n"
    with pytest.raises(CommandError) as caught:
        pykube("exec", "box", "--", "/bin/busybox", "sh", "-c", "exit 9")
    assert caught.value.result.returncode == 9
    assert "Scheduled" in pykube("describe", "pod", "box")
    assert 'pod "box" deleted' in pykube("delete", "pod", "box")
    assert "not found" in pykube("get", "pod", "box", check=False)


def test_a_deployment_is_rolled(pykube: Kubectl) -> None:
    pykube("create", "deployment", "web", "--image=pykube.local/page:1", "--", "/bin/busybox", "sleep", "3600")
    pykube("scale", "deployment/web", "--replicas=2")
    assert "successfully rolled out" in pykube("rollout", "status", "deployment/web", timeout=90)
    pykube("rollout", "restart", "deployment/web")
    assert "successfully rolled out" in pykube("rollout", "status", "deployment/web", timeout=120)
    assert "2" in pykube("rollout", "history", "deployment/web")
    pykube("rollout", "undo", "deployment/web")


def test_a_forwarded_port(pykube: Kubectl) -> None:
    script = "busybox mkdir -p /tmp/w; echo hello > /tmp/w/index.html; exec busybox httpd -f -p 8080 -h /tmp/w"
    pykube("apply", "-f", "-", stdin=json.dumps(pod("web", "sh", "-c", script)))
    eventually(lambda: "1/1" in pykube("get", "pods"), "the pod's readiness")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pykube.background("port-forward", "pod/web", f"{port}:8080"):
        answer = eventually(lambda: opener.open(f"http://127.0.0.1:{port}/", timeout=5).read(), "the forwarded page")
    assert answer == b"hello\n"


def test_images_and_completion() -> None:
    assert "pykube.local/page:1" in run(PYKUBE, "image", "list")
    assert "_pykube_completion" in run(PYKUBE, "completion", "bash")
    words = subprocess.run(
        [PYKUBE],
        env={**ENVIRONMENT, "_PYKUBE_COMPLETE": "bash_complete", "COMP_WORDS": "pykube rol", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "rollout" in words
