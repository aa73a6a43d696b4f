"""Files that change all at once: a reader sees the old set or the new one, never a mixture.

Layout, as the kubelet's: each set lies in a directory of its own, ``..data`` points to the present one, and every
top-level name is a symbolic link through ``..data``. Replacing ``..data`` by rename(2) switches all names.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .ownership import hand_to_group

DATA = "..data"
_NEXT = "..data_tmp"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a set; `user` owns it where that matters (tokens)."""

    data: bytes
    mode: int
    user: int | None = None


def write(root: Path, files: Mapping[str, File], now: datetime, group: int | None = None) -> bool:
    """Bring the files under `root` to exactly this set; returns whether anything was changed.

    `files` maps relative paths, which may have several parts, to files. `group` is the pod's fsGroup.
    """
    present = _present(root)
    if present is not None and _same(present, files, group):
        return False
    fresh = Path(tempfile.mkdtemp(prefix=now.strftime("..%Y_%m_%d_%H_%M_%S."), dir=root))
    for path, file in files.items():
        target = fresh / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
        target.chmod(file.mode)
        if file.user is not None:
            os.chown(target, file.user, -1)
    fresh.chmod(0o755)
    if group is not None:
        hand_to_group(fresh, group, read_only=True)
    _switch(root, fresh)
    _link(root, {path.partition("/")[0] for path in files})
    if present is not None:
        shutil.rmtree(present, ignore_errors=True)
    return True


def _present(root: Path) -> Path | None:
    link = root / DATA
    return root / os.readlink(link) if link.is_symlink() else None


def _same(present: Path, files: Mapping[str, File], group: int | None) -> bool:
    known = {str(path.relative_to(present)) for path in present.rglob("*") if not path.is_dir()}
    if known != set(files):
        return False
    for name, file in files.items():
        path = present / name
        mode = path.stat().st_mode & 0o777
        if path.read_bytes() != file.data or (group is None and mode != file.mode):
            return False
    return True


def _switch(root: Path, fresh: Path) -> None:
    following = root / _NEXT
    following.unlink(missing_ok=True)
    following.symlink_to(fresh.name)
    following.replace(root / DATA)


def _link(root: Path, names: set[str]) -> None:
    for name in names:
        link = root / name
        if not link.is_symlink():
            link.symlink_to(f"{DATA}/{name}")
    for entry in root.iterdir():
        if entry.is_symlink() and not entry.name.startswith("..") and entry.name not in names:
            entry.unlink()
