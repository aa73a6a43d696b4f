"""What scripts/up leaves behind it."""

from __future__ import annotations

import urllib.request
from pathlib import Path

from tests.e2e import cluster


def fetch(url: str) -> str:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
        body: bytes = answer.read()
        return body.decode()


def test_the_page_is_served_by_three_replicas(default_kubectl: cluster.Kubectl) -> None:
    assert default_kubectl.json("get", "deployment", "page")["status"]["readyReplicas"] == 3
    service = default_kubectl.json("get", "service", "page")
    node = default_kubectl.json("get", "nodes")["items"][0]
    address = next(found["address"] for found in node["status"]["addresses"] if found["type"] == "InternalIP")
    assert "It runs." in fetch(f"http://{service['spec']['clusterIP']}/")
    assert "It runs." in fetch(f"http://{address}:30080/")


def test_a_second_run_changes_nothing(default_kubectl: cluster.Kubectl) -> None:
    def state() -> list[object]:
        pods = default_kubectl.json("get", "pods", "-l", "app=page")["items"]
        deployment = default_kubectl.json("get", "deployment", "page")
        return [
            sorted((pod["metadata"]["uid"], pod["metadata"]["resourceVersion"]) for pod in pods),
            deployment["metadata"]["resourceVersion"],
            [Path(f"/run/pykube/{name}.pid").read_text() for name in ("server", "agent")]
            if not Path("/run/systemd/system").is_dir()
            else [],
        ]

    before = state()
    output = cluster.run("scripts/up", timeout=300)
    assert state() == before
    assert "the page is served" in output
