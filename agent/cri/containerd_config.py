"""What the private containerd is told: its configuration file, rendered from a few facts about the host.

containerd 1.6 and 1.7 read version 2 of the format, containerd 2 reads version 3, in which the CRI plugin is split
into runtime, images and streaming. Facts: containerd's docs/man/containerd-config.toml.5.md and docs/cri/config.md.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

SANDBOX_IMAGE = "pykube.local/sandbox:1"
"""The image of every pod's sandbox; built on the host, never pulled."""

# Parts that nothing here asks for: each costs memory or a probe at the start.
_UNUSED = (
    "io.containerd.internal.v1.restart",
    "io.containerd.internal.v1.tracing",
    "io.containerd.monitor.v1.cgroups",
    "io.containerd.monitor.task.v1.cgroups",
    "io.containerd.nri.v1.nri",
    "io.containerd.snapshotter.v1.aufs",
    "io.containerd.snapshotter.v1.blockfile",
    "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.devmapper",
    "io.containerd.snapshotter.v1.zfs",
    "io.containerd.tracing.processor.v1.otlp",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerdConfig:
    """The facts that the configuration is made of."""

    version: tuple[int, int]
    """Major and minor version of the containerd that will read it."""
    root: Path
    """Images and snapshots; survives a reboot."""
    state: Path
    """Sockets and what runs; may vanish with a reboot."""
    socket: Path
    """The socket of CRI and of containerd's own API."""
    cni_conf_dir: Path
    """Where the pod network's configuration appears."""
    cni_bin_dir: Path
    """Where the CNI plugins lie."""
    registries: Path
    """``<registry>/hosts.toml`` files: mirrors and certificates."""
    snapshotter: str = "overlayfs"
    """``overlayfs``, or ``native`` (copies) where the kernel or file system has no overlays."""
    systemd_cgroup: bool = False
    """Whether runc asks systemd for cgroups instead of making them."""
    restrict_oom_score_adj: bool = False
    """Never ask for a lower oom_score_adj than our own; needed without CAP_SYS_RESOURCE."""
    log_level: str = "warn"
    """trace, debug, info, warn or error."""

    def render(self) -> str:
        """The file's text."""
        body = _version_3(self) if self.version[0] >= 2 else _version_2(self)
        return "# Written by the pykube agent at each start; changes are lost.\n" + body


def _quoted(value: str | Path) -> str:
    # A TOML basic string and a JSON string agree on everything a path can hold.
    return json.dumps(str(value))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _general(config: ContainerdConfig, version: int) -> str:
    unused = [*_UNUSED, *(["io.containerd.snapshotter.v1.overlayfs"] if config.snapshotter == "native" else [])]
    return f"""\
version = {version}
root = {_quoted(config.root)}
state = {_quoted(config.state)}
disabled_plugins = {json.dumps(unused)}

[grpc]
  address = {_quoted(config.socket)}

[debug]
  level = {_quoted(config.log_level)}
"""


def _version_2(config: ContainerdConfig) -> str:
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    return f"""\
{_general(config, 2)}
[{cri}]
  sandbox_image = {_quoted(SANDBOX_IMAGE)}
  restrict_oom_score_adj = {_flag(config.restrict_oom_score_adj)}
  netns_mounts_under_state_dir = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"

  [{cri}.cni]
    bin_dir = {_quoted(config.cni_bin_dir)}
    conf_dir = {_quoted(config.cni_conf_dir)}

  [{cri}.containerd]
    snapshotter = {_quoted(config.snapshotter)}
    default_runtime_name = "runc"

    [{cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [{cri}.containerd.runtimes.runc.options]
        SystemdCgroup = {_flag(config.systemd_cgroup)}

  [{cri}.registry]
    config_path = {_quoted(config.registries)}
"""


def _version_3(config: ContainerdConfig) -> str:
    runtime, images = 'plugins."io.containerd.cri.v1.runtime"', 'plugins."io.containerd.cri.v1.images"'
    return f"""\
{_general(config, 3)}
[{images}]
  snapshotter = {_quoted(config.snapshotter)}

  [{images}.pinned_images]
    sandbox = {_quoted(SANDBOX_IMAGE)}

  [{images}.registry]
    config_path = {_quoted(config.registries)}

[{runtime}]
  restrict_oom_score_adj = {_flag(config.restrict_oom_score_adj)}
  netns_mounts_under_state_dir = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

  [{runtime}.cni]
    bin_dir = {_quoted(config.cni_bin_dir)}
    conf_dir = {_quoted(config.cni_conf_dir)}

  [{runtime}.containerd]
    default_runtime_name = "runc"

    [{runtime}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [{runtime}.containerd.runtimes.runc.options]
        SystemdCgroup = {_flag(config.systemd_cgroup)}

[plugins."io.containerd.grpc.v1.cri"]
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
"""


def chosen_snapshotter(config_path: Path) -> str:
    """The snapshotter that an existing configuration names; empty where there is none."""
    try:
        plugins = tomllib.loads(config_path.read_text()).get("plugins", {})
    except (OSError, tomllib.TOMLDecodeError):
        return ""
    old = plugins.get("io.containerd.grpc.v1.cri", {}).get("containerd", {})
    new = plugins.get("io.containerd.cri.v1.images", {})
    return str(old.get("snapshotter") or new.get("snapshotter") or "")
