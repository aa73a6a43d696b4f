"""What the private containerd's configuration must know of the host it runs on."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

CAP_SYS_RESOURCE = 24


def has_sys_resource(status: str | None = None) -> bool:
    """Whether the process with this ``/proc/<pid>/status`` (our own by default) may lower an oom_score_adj."""
    if status is None:
        status = Path("/proc/self/status").read_text()
    found = re.search(r"^CapEff:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return bool(found and int(found[1], 16) >> CAP_SYS_RESOURCE & 1)


def parse_containerd_version(text: str) -> tuple[int, int]:
    """Major and minor of ``containerd github.com/containerd/containerd v2.0.5 <commit>``.

    Raises:
        ValueError: the text holds no version.
    """
    found = re.search(r"\bv?(\d+)\.(\d+)\.\d+", text)
    if not found:
        raise ValueError(f"no version in {text.strip()!r}")
    return int(found[1]), int(found[2])


def has_overlayfs(directory: Path) -> bool:
    """Whether overlays can be mounted whose layers lie in `directory`; mounts one and unmounts it."""
    directory.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="overlay-probe-", dir=directory))
    try:
        for name in ("lower", "upper", "work", "merged"):
            (scratch / name).mkdir()
        options = f"lowerdir={scratch}/lower,upperdir={scratch}/upper,workdir={scratch}/work"
        command = ["mount", "-t", "overlay", "overlay", "-o", options, str(scratch / "merged")]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
        if mounted:
            # Lazily: the deletion below must never run into a mounted tree.
            subprocess.run(["umount", "-l", str(scratch / "merged")], capture_output=True, check=True)
        return mounted
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
