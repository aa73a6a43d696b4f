"""The simple paths by which a definition names single fields: ``.spec.replicas``."""

from __future__ import annotations

from typing import Any


def split(path: str) -> tuple[str, ...]:
    """The keys of a path."""
    return tuple(path.removeprefix(".").split("."))


def look(content: Any, keys: tuple[str, ...]) -> Any:
    """The value at a path; None where there is none."""
    for key in keys:
        if not isinstance(content, dict):
            return None
        content = content.get(key)
    return content


def put(content: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    """Set the value at a path; objects on the way are made where they are missing."""
    *parents, last = keys
    for key in parents:
        below = content.get(key)
        if not isinstance(below, dict):
            below = content[key] = {}
        content = below
    content[last] = value
