"""``subPath``: a part of a volume, held fast before a container may swap it for a link to somewhere else.

The part is opened step by step without following links, and what was opened is bind-mounted to a place of ours: what
the runtime mounts is then exactly what was checked (CVE-2017-1002101).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .context import VolumeError
from .mount import bind, is_mounted


def hold(volume: Path, sub_path: str, place: Path, *, create: bool = True) -> Path:
    """Bind `sub_path` of `volume` to `place`, which is made as a file or directory to fit; returns `place`.

    A directory that does not exist is made, with the mode of the volume's root.

    Raises:
        VolumeError: it leads out of the volume, or cannot be opened.
    """
    if os.path.isabs(sub_path) or ".." in Path(sub_path).parts:
        raise VolumeError(f"subPath {sub_path!r} must stay within the volume")
    if not volume.is_dir():
        raise VolumeError(f"subPath {sub_path!r} of {volume}, which is not a directory")
    root = os.path.realpath(volume)
    real = os.path.realpath(os.path.join(root, sub_path))
    if real != root and not real.startswith(root + "/"):
        raise VolumeError(f'failed to prepare subPath for volumeMount: "{sub_path}" leads out of the volume')
    descriptor = _open(root, Path(os.path.relpath(real, root)).parts, create=create)
    try:
        _make_place(place, directory=stat.S_ISDIR(os.fstat(descriptor).st_mode))
        if not is_mounted(place):
            bind(f"/proc/self/fd/{descriptor}", place)
    finally:
        os.close(descriptor)
    return place


def _open(root: str, parts: tuple[str, ...], *, create: bool) -> int:
    """A descriptor of the last part, each one opened relative to the one before it."""
    current = os.open(root, os.O_PATH | os.O_DIRECTORY)
    mode = stat.S_IMODE(os.fstat(current).st_mode)
    try:
        for part in (part for part in parts if part != "."):
            following = _step(current, part, mode, create=create)
            os.close(current)
            current = following
    except OSError as error:
        os.close(current)
        raise VolumeError(f"failed to prepare subPath for volumeMount: {error}") from error
    return current


def _step(current: int, part: str, mode: int, *, create: bool) -> int:
    flags = os.O_PATH | os.O_NOFOLLOW
    try:
        found = os.open(part, flags, dir_fd=current)
    except FileNotFoundError:
        if not create:
            raise
        os.mkdir(part, mode, dir_fd=current)
        found = os.open(part, flags, dir_fd=current)
        os.chmod(f"/proc/self/fd/{found}", mode)
    if stat.S_ISLNK(os.fstat(found).st_mode):
        os.close(found)
        raise OSError(40, f"{part} has become a symbolic link")
    return found


def _make_place(place: Path, *, directory: bool) -> None:
    if directory:
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
