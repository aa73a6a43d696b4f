"""Mounts: made, found, taken down; and directories removed without ever crossing one.

Data behind a mount is not ours: a tree is removed only after nothing in it is mounted any more, and the removal itself
refuses to enter another file system.
"""

from __future__ import annotations

import ctypes
import os
import stat
from pathlib import Path

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MNT_DETACH = 2

_libc = ctypes.CDLL(None, use_errno=True)


class MountError(OSError):
    """The kernel refused to mount or unmount, or a tree could not be removed safely."""


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise MountError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2).

    Raises:
        MountError: with the kernel's errno.
    """
    arguments = [text.encode() if text else None for text in (kind, options)]
    result = _libc.mount(source.encode(), os.fsencode(target), arguments[0], ctypes.c_ulong(flags), arguments[1])
    _check(result, f"mount {source} on {target}")


def unmount(target: Path) -> None:
    """Take one mount down; one that is busy is detached and vanishes when its last user does.

    Raises:
        MountError: with the kernel's errno.
    """
    if _libc.umount2(os.fsencode(target), 0) == 0:
        return
    _check(_libc.umount2(os.fsencode(target), MNT_DETACH), f"unmount {target}")


def bind(source: str, target: Path, *, read_only: bool = False) -> None:
    """Make `source` (a path, or ``/proc/self/fd/N``) appear at `target` too, with what is mounted below it."""
    mount(source, target, flags=MS_BIND | MS_REC)
    if read_only:
        mount("none", target, flags=MS_BIND | MS_REMOUNT | MS_RDONLY)


def mounts_below(path: Path, mountinfo: Path = Path("/proc/self/mountinfo")) -> list[Path]:
    """Mount points at or below `path`, the deepest and latest first."""
    prefix = os.path.realpath(path)
    found = []
    for line in mountinfo.read_text().splitlines():
        point = line.split(" ", 5)[4]
        if "\\" in point:
            point = point.encode().decode("unicode_escape")
        if point == prefix or point.startswith(prefix + "/"):
            found.append(Path(point))
    return found[::-1]


def is_mounted(path: Path) -> bool:
    """Whether something is mounted exactly at `path`."""
    return Path(os.path.realpath(path)) in mounts_below(path)


def is_file_system(path: Path) -> bool:
    """Whether a file system of its own is mounted at `path`; quick, but blind to bind mounts."""
    return os.path.ismount(path)


def unmount_below(path: Path) -> None:
    """Take down everything mounted at or below `path`.

    Raises:
        MountError: something could not be unmounted.
    """
    for point in mounts_below(path):
        unmount(point)


def remove_tree(path: Path) -> None:
    """Remove `path` and all below it, on its own file system only. No error if it is gone.

    Raises:
        MountError: something is mounted in it, or it reaches into another file system.
    """
    if not path.exists():
        return
    if points := mounts_below(path):
        raise MountError(16, f"{path} is not removed: {points[0]} is mounted")
    _remove(path, os.lstat(path).st_dev)


def _remove(path: Path, device: int) -> None:
    """Depth first; symbolic links are removed, never followed."""
    with os.scandir(path) as entries:
        for entry in entries:
            info = entry.stat(follow_symlinks=False)
            if not stat.S_ISDIR(info.st_mode):
                os.unlink(entry.path)
            elif info.st_dev != device:
                raise MountError(18, f"{entry.path} is not removed: it is another file system")
            else:
                _remove(Path(entry.path), device)
    os.rmdir(path)
