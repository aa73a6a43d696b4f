"""What differs between two objects, for the messages about fields that may not change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import codec

_LIMIT = 20


def difference(old: Any, new: Any) -> str:
    """One line per field that differs, old values behind ``-`` and new ones behind ``+``."""
    lines = list(_lines(codec.to_dict(old), codec.to_dict(new), ""))
    if len(lines) > _LIMIT:
        lines = [*lines[:_LIMIT], f"  ... {len(lines) - _LIMIT} more lines"]
    return "\n".join(lines)


def _lines(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _lines(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _lines(*pair, f"{path}[{index}]")
    elif old != new:
        for mark, value in (("-", old), ("+", new)):
            if value is not None:
                yield f"{mark} {path}: {codec.encode(value).decode()}"
