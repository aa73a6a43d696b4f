"""The private containerd's configuration, in both versions of the format."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from agent.cri.containerd_config import SANDBOX_IMAGE, ContainerdConfig
from agent.cri.host_facts import has_sys_resource, parse_containerd_version


def rendered(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "version": (1, 6),
        "root": Path("/var/lib/pykube/containerd"),
        "state": Path("/run/pykube/containerd"),
        "socket": Path("/run/pykube/containerd/containerd.sock"),
        "cni_conf_dir": Path("/etc/pykube/cni/net.d"),
        "cni_bin_dir": Path("/var/lib/pykube/cni/bin"),
        "registries": Path("/etc/pykube/registries"),
    }
    return tomllib.loads(ContainerdConfig(**(facts | changes)).render())


def test_version_2_for_containerd_1() -> None:
    config = rendered(restrict_oom_score_adj=True)
    cri = config["plugins"]["io.containerd.grpc.v1.cri"]
    assert config["version"] == 2
    assert cri["sandbox_image"] == SANDBOX_IMAGE
    assert cri["restrict_oom_score_adj"] is True
    assert cri["cni"]["conf_dir"] == "/etc/pykube/cni/net.d"
    assert cri["containerd"]["snapshotter"] == "overlayfs"


def test_version_3_for_containerd_2() -> None:
    config = rendered(version=(2, 1), systemd_cgroup=True, snapshotter="native")
    runtime = config["plugins"]["io.containerd.cri.v1.runtime"]
    images = config["plugins"]["io.containerd.cri.v1.images"]
    assert config["version"] == 3
    assert runtime["containerd"]["runtimes"]["runc"]["options"]["SystemdCgroup"] is True
    assert images["pinned_images"]["sandbox"] == SANDBOX_IMAGE
    assert images["snapshotter"] == "native"
    assert images["registry"]["config_path"] == "/etc/pykube/registries"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3", (1, 6)),
        ("containerd github.com/containerd/containerd/v2 v2.1.4 75cb2b7193e4e490e9fbdc236c0e811ccaba3376", (2, 1)),
    ],
)
def test_version_is_read(text: str, version: tuple[int, int]) -> None:
    assert parse_containerd_version(text) == version


def test_missing_version_is_an_error() -> None:
    with pytest.raises(ValueError, match="no version"):
        parse_containerd_version("flag provided but not defined")


@pytest.mark.parametrize(("mask", "expected"), [("000001ffffffffff", True), ("000001fffeffffff", False)])
def test_capability_is_read(mask: str, expected: bool) -> None:
    assert has_sys_resource(f"Name:\tx\nCapPrm:\t0\nCapEff:\t{mask}\n") is expected
