"""Cells that several kinds have: names, ages, containers, labels, selectors, shortened lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pykube.api import codec, meta_v1, selectors

from .duration import since
from .printer import Object

NONE = "<none>"
UNSET = "<unset>"


def name(item: Object) -> str:
    """The object's name."""
    found: str = item["metadata"].get("name", "")
    return found


def age(item: Object, now: datetime) -> str:
    """The time since the object was created."""
    return since(item["metadata"].get("creationTimestamp"), now)


def part(item: Object, *path: str) -> dict[str, Any]:
    """The struct at `path`; an empty one where it is absent."""
    found: Any = item
    for key in path:
        found = found.get(key)
        if found is None:
            return {}
    return found if isinstance(found, dict) else {}


def containers(spec: Mapping[str, Any]) -> tuple[str, str]:
    """The names and the images of a pod spec's containers."""
    listed = spec.get("containers") or ()
    return ",".join(one.get("name", "") for one in listed), ",".join(one.get("image", "") for one in listed)


def labels(found: Mapping[str, str] | None) -> str:
    """Labels as ``a=1,b=2``."""
    return ",".join(f"{key}={value}" for key, value in sorted(found.items())) if found else NONE


def selector(found: Mapping[str, Any] | None, *, empty: str = NONE) -> str:
    """A label selector as text; `empty` for one that selects all or nothing."""
    if not found:
        return empty
    if not found.get("matchExpressions"):
        return labels(found.get("matchLabels")) if found.get("matchLabels") else empty
    return str(selectors.from_label_selector(codec.from_dict(meta_v1.LabelSelector, found)))


def true_or_false(value: bool | None) -> str:
    """A boolean that may be absent."""
    return UNSET if value is None else str(value)


def shortened(items: Sequence[str], *, limit: int = 3, empty: str = UNSET) -> str:
    """At most `limit` items and how many there are beyond."""
    text = ",".join(items[:limit])
    if len(items) > limit:
        return f"{text} + {len(items) - limit} more..."
    return text or empty


def condition(item: Object, kind: str) -> dict[str, Any]:
    """The status condition of a type; an empty dict where there is none."""
    return find(part(item, "status").get("conditions"), kind)


def find(conditions: Iterable[dict[str, Any]] | None, kind: str) -> dict[str, Any]:
    """The condition of a type among `conditions`; an empty dict where there is none."""
    return next((one for one in conditions or () if one.get("type") == kind), {})
