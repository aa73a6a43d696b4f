"""``fsGroup``: handing a volume to a group, as the kubelet does."""

from __future__ import annotations

import os
import stat
from pathlib import Path

READ = 0o440
READ_WRITE = 0o660
ENTER = 0o110
SET_GROUP = 0o2000


def hand_to_group(root: Path, group: int, *, read_only: bool = False, only_if_root_differs: bool = False) -> None:
    """Give everything below `root` to `group`, readable by it and (unless `read_only`) writable.

    Directories get the set-group bit, so that new files belong to the group too. `only_if_root_differs` is the change
    policy OnRootMismatch.
    """
    mask = READ if read_only else READ_WRITE
    if only_if_root_differs:
        info = root.lstat()
        wanted = mask | ENTER | SET_GROUP
        if info.st_gid == group and info.st_mode & wanted == wanted:
            return
    for directory, _, names in os.walk(root, topdown=False):
        for name in names:
            _hand(os.path.join(directory, name), group, mask)
        _hand(directory, group, mask | ENTER | SET_GROUP)


def _hand(path: str, group: int, mask: int) -> None:
    info = os.lstat(path)
    os.lchown(path, -1, group)
    if not stat.S_ISLNK(info.st_mode):
        os.chmod(path, stat.S_IMODE(info.st_mode) | mask | (ENTER if stat.S_ISDIR(info.st_mode) else 0))
