"""Parts are killed; pods go on, nothing acknowledged is lost, and all catches up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.cluster import CommandError, Kubectl, eventually, pod


def processes(pattern: str) -> list[int]:
    """Process ids whose command line matches."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if re.search(pattern, line):
            found.append(int(entry.name))
    return found


PARTS = {
    "server": r"^\S*python\S* \S*/pykube server",
    "agent": r"^\S*python\S* \S*/pykube agent",
    "containerd": r"^\S*containerd --config /\S*pykube",
}


def kill(part: str) -> None:
    """SIGKILL to every process of a part."""
    for victim in eventually(lambda: processes(PARTS[part]), f"a process of {part}"):
        os.kill(victim, signal.SIGKILL)


def container_of(kubectl: Kubectl, name: str) -> str:
    status = kubectl.json("get", "pod", name)["status"]["containerStatuses"][0]
    assert isinstance(status["containerID"], str)
    return status["containerID"]


class Writer(threading.Thread):
    """Creates ConfigMaps all the time and remembers which were acknowledged."""

    def __init__(self, kubectl: Kubectl) -> None:
        super().__init__()
        self.kubectl = kubectl
        self.acknowledged: list[str] = []
        self._end = threading.Event()

    def run(self) -> None:
        number = 0
        while not self._end.is_set():
            number += 1
            try:
                self.kubectl("create", "configmap", f"written-{number}", "--from-literal=n=1", timeout=20)
            except (CommandError, subprocess.TimeoutExpired):
                continue
            self.acknowledged.append(f"written-{number}")

    def stop(self) -> list[str]:
        self._end.set()
        self.join()
        return self.acknowledged


def test_a_killed_container_comes_back(kubectl: Kubectl) -> None:
    kubectl.apply(pod("victim", "sleep", "54321"))
    kubectl("wait", "--for=condition=Ready", "pod/victim", "--timeout=30s")
    (process,) = processes(r"sleep 54321$")
    os.kill(process, signal.SIGKILL)
    eventually(
        lambda: kubectl.json("get", "pod", "victim")["status"]["containerStatuses"][0]["restartCount"] == 1,
        "the restart",
    )
    kubectl("wait", "--for=condition=Ready", "pod/victim", "--timeout=30s")
    last = kubectl.json("get", "pod", "victim")["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert last["exitCode"] == 137


@pytest.mark.parametrize("part", PARTS)
def test_kill_9_under_load(kubectl: Kubectl, part: str) -> None:
    kubectl.apply(pod("steady"))
    kubectl("wait", "--for=condition=Ready", "pod/steady", "--timeout=30s")
    before = container_of(kubectl, "steady")
    writer = Writer(kubectl)
    writer.start()
    eventually(lambda: len(writer.acknowledged) >= 3, "the first writes")
    for _ in range(2):
        kill(part)
        so_far = len(writer.acknowledged)
        eventually(lambda so_far=so_far: len(writer.acknowledged) > so_far + 2, "writes after the kill", 60)
    acknowledged = writer.stop()
    there = set(kubectl("get", "configmaps", "-o", "name").split())
    assert [name for name in acknowledged if f"configmap/{name}" not in there] == []
    kubectl.apply(pod("after"))
    kubectl("wait", "--for=condition=Ready", "pod/after", "--timeout=90s")
    assert container_of(kubectl, "steady") == before
    status = kubectl.json("get", "pod", "steady")["status"]["containerStatuses"][0]
    assert (status["restartCount"], status["ready"]) == (0, True)
    eventually(lambda: kubectl("exec", "steady", "--", "/bin/busybox", "hostname").strip() == "steady", "exec", 30)


def test_a_deletion_that_the_agent_missed_is_finished(kubectl: Kubectl) -> None:
    kubectl.apply(pod("gone", "sleep", "65432"))
    kubectl("wait", "--for=condition=Ready", "pod/gone", "--timeout=30s")
    kill("agent")
    kubectl("delete", "pod", "gone", "--wait=false")
    eventually(lambda: "NotFound" in kubectl("get", "pod", "gone", check=False), "the pod's end", 60)
    eventually(lambda: not processes(r"sleep 65432$"), "the process's end")


def hold(check: Callable[[], bool], seconds: float) -> None:
    """Fail as soon as `check` does, within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert check()
        time.sleep(0.1)


def test_a_deployment_heals(kubectl: Kubectl) -> None:
    kubectl(
        "create",
        "deployment",
        "web",
        "--image=pykube.local/page:1",
        "--replicas=2",
        "--",
        "/bin/busybox",
        "sleep",
        "77",
    )
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    victim = kubectl("get", "pods", "-o", "jsonpath={.items[0].metadata.name}")
    kubectl("delete", "pod", victim, "--grace-period=1")
    kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    eventually(lambda: kubectl.json("get", "deployment", "web")["status"].get("readyReplicas") == 2, "two replicas")
    hold(lambda: len(kubectl.json("get", "pods", "-l", "app=web")["items"]) == 2, 1)
