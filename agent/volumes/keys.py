"""Choosing keys of a ConfigMap or Secret as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pykube.api import core_v1

from .atomic_writer import File
from .context import VolumeError

DEFAULT_MODE = 0o644


def select(
    data: Mapping[str, bytes], items: Sequence[core_v1.KeyToPath], default_mode: int, *, optional: bool, what: str
) -> dict[str, File]:
    """All keys as files of their name, or the chosen ones at the chosen paths; `what` names the source in errors.

    Raises:
        VolumeError: a key that is not optional does not exist.
    """
    if not items:
        return {key: File(value, default_mode) for key, value in data.items()}
    found = {}
    for item in items:
        if item.key in data:
            mode = default_mode if item.mode is None else item.mode
            found[item.path] = File(data[item.key], mode)
        elif not optional:
            raise VolumeError(f"references non-existent {what} key: {item.key}")
    return found
