"""scripts/down --purge leaves nothing behind; the last test, since it ends the cluster."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e import cluster
from tests.e2e.test_recovery import processes


def cgroups() -> list[str]:
    return [str(path) for path in Path("/sys/fs/cgroup").rglob("kubepods*")]


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_purge_leaves_nothing(default_kubectl: cluster.Kubectl) -> None:
    default_kubectl.apply(
        cluster.pod(
            "mounted",
            container={"volumeMounts": [{"name": "m", "mountPath": "/m"}, {"name": "h", "mountPath": "/h"}]},
            volumes=[
                {"name": "m", "emptyDir": {"medium": "Memory"}},
                {"name": "h", "hostPath": {"path": "/tmp/pykube-e2e-host", "type": "DirectoryOrCreate"}},
            ],
        )
    )
    default_kubectl("wait", "--for=condition=Ready", "pod/mounted", "--timeout=30s")
    kept = Path("/tmp/pykube-e2e-host/kept")
    kept.write_text("data of the user")
    assert cgroups()
    cluster.run("scripts/down", "--purge", timeout=300)
    assert kept.read_text() == "data of the user"
    assert processes(r"(/opt|/run|/etc|/var/lib)/pykube") == []
    mounts = Path("/proc/self/mounts").read_text()
    assert "pykube" not in mounts
    assert "cni-" not in output("ip", "netns")
    links = output("ip", "-o", "link")
    assert "pykube" not in links
    assert " pk" not in links
    assert "10.42." not in output("ip", "route")
    assert "10.43." not in output("ip", "-o", "address")
    assert "pykube" not in output("nft", "list", "tables")
    assert cgroups() == []
    for path in (
        "/etc/pykube",
        "/var/lib/pykube",
        "/run/pykube",
        "/var/log/pykube",
        "/opt/pykube",
        "/usr/local/bin/pykube",
        "/var/log/pods",
    ):
        assert not Path(path).exists(), path
