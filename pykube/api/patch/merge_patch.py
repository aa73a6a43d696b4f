"""JSON merge patch: ``null`` removes, objects merge, everything else replaces. Source: RFC 7386."""

from __future__ import annotations

from typing import Any


def apply(doc: Any, patch: Any) -> Any:
    """`doc` changed by `patch`; neither is modified, though the result may share parts with both."""
    if not isinstance(patch, dict):
        return patch
    found = dict(doc) if isinstance(doc, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = apply(found.get(key), value)
    return found


def diff(before: Any, after: Any) -> Any:
    """The smallest patch that makes `after` of `before`, provided `after` holds no nulls."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    found: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key not in before:
            found[key] = value
        elif before[key] != value or type(before[key]) is not type(value):
            found[key] = diff(before[key], value)
    return found
