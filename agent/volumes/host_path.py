"""``hostPath``: something of the host's own, checked to be what the pod says it is."""

from __future__ import annotations

import stat
from pathlib import Path

from pykube.api import core_v1

from .context import VolumeError

_CHECKS = {
    "Directory": (stat.S_ISDIR, "a directory"),
    "File": (stat.S_ISREG, "a file"),
    "Socket": (stat.S_ISSOCK, "a socket file"),
    "CharDevice": (stat.S_ISCHR, "a character device"),
    "BlockDevice": (stat.S_ISBLK, "a block device"),
}


def set_up(source: core_v1.HostPathVolumeSource) -> Path:
    """The path itself; nothing is ever removed from it.

    Raises:
        VolumeError: it is not of the type that the pod names.
    """
    path = Path(source.path)
    kind = source.type or ""
    if kind == "DirectoryOrCreate":
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
        kind = "Directory"
    elif kind == "FileOrCreate":
        if not path.exists():
            path.touch(mode=0o644)
        kind = "File"
    if kind:
        check, name = _CHECKS[kind]
        if not path.exists() or not check(path.stat().st_mode):
            raise VolumeError(f"hostPath type check failed: {source.path} is not {name}")
    return path
