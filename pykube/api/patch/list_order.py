"""In which order the items of a merged list stand.

Items that the patch speaks of come in the patch's order, the others in the order they had; the two are interleaved so
that neither order is broken. Source: the Kubernetes design proposal on preserving order in strategic merge patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def merged_order(merged: Sequence[Any], order: Sequence[Any], before: Sequence[Any], key: str) -> list[Any]:
    """`merged` arranged by `order` (the patch's) and `before` (the live list's); `key` is "" for lists of scalars."""
    wanted = _positions(order, key)
    present = _positions(before, key)
    ours = sorted((item for item in merged if _identity(item, key) in wanted), key=lambda i: wanted[_identity(i, key)])
    rest = [item for item in merged if _identity(item, key) not in wanted]
    rest.sort(key=lambda item: present.get(_identity(item, key), len(present)))
    return _interleave(rest, ours, present, key)


def _interleave(left: list[Any], right: list[Any], present: dict[Any, int], key: str) -> list[Any]:
    found: list[Any] = []
    i = j = 0
    while i < len(left) and j < len(right):
        here, there = present.get(_identity(left[i], key)), present.get(_identity(right[j], key))
        if here is not None and there is not None and here < there:
            found.append(left[i])
            i += 1
        else:
            found.append(right[j])
            j += 1
    return [*found, *left[i:], *right[j:]]


def _positions(items: Sequence[Any], key: str) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for position, item in enumerate(items):
        found.setdefault(_identity(item, key), position)
    return found


def _identity(item: Any, key: str) -> Any:
    """What tells items apart, as something hashable; ``1`` and ``True`` differ."""
    value = item.get(key) if key and isinstance(item, dict) else item
    return repr(value) if isinstance(value, dict | list) else (type(value), value)
