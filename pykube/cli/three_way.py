"""What an apply has to change: from what was applied last, what is wanted now, and what is there.

What both are agreed on is left alone; what is wanted and not there is set; what was applied last and is wanted no more
is removed; what others have set is kept. The patch is strategic for types that say how their lists merge, and a JSON
merge patch where there is no such type. Source: the declarative application of Kubernetes objects. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..api.schema import FieldInfo, PatchMerge, PatchReplace, Retain, Struct, fields_of

Map = dict[str, Any]


class AmbiguousList(ValueError):
    """Two items of a list have the same merge key, so a strategic patch cannot tell them apart."""


def patch(original: Map, modified: Map, current: Map, cls: type[Struct] | None) -> Map:
    """The patch that brings `current` to what `modified` says; empty if there is nothing to change.

    `original` is what was applied last; empty where nothing was. `cls` is the type of all three; None gives a JSON
    merge patch.

    Raises:
        AmbiguousList: `cls` cannot be used; try without.
    """
    return _map(original, modified, current, cls)


def _map(original: Map, modified: Map, current: Map, cls: type[Struct] | None) -> Map:
    found: Map = {}
    fields = fields_of(cls) if cls is not None else {}
    for key, value in modified.items():
        if value is None:
            if key in current:
                found[key] = None
        elif key not in current:
            found[key] = without_nulls(value)
        elif value != current[key]:
            _field(found, key, original.get(key), value, current[key], fields.get(key))
    for key in original:
        if key not in modified and key in current:
            found[key] = None
    return found


def _field(found: Map, key: str, original: Any, modified: Any, current: Any, info: FieldInfo | None) -> None:
    replace = info is not None and PatchReplace in info.annotations
    if isinstance(modified, dict) and isinstance(current, dict) and not replace:
        # The values of a map of structs are merged without the struct's rules, as the server does.
        struct = info.struct if info is not None and not info.is_map else None
        below = _map(original if isinstance(original, dict) else {}, modified, current, struct)
        if below:
            found[key] = _retaining(below, modified) if info is not None and info.find(Retain) else below
        return
    if isinstance(modified, list) and isinstance(current, list):
        merge = _merge_rule(info)
        if merge is not None and info is not None:
            before = original if isinstance(original, list) else []
            _list(found, key, (before, modified, current), merge, info)
            return
    found[key] = without_nulls(modified)


def _merge_rule(info: FieldInfo | None) -> str | None:
    """The merge key of a list, "" for a set of primitives; None for a list that is replaced whole."""
    if info is None:
        return None
    if (merge := info.find(PatchMerge)) is not None:
        return merge.key
    retain = info.find(Retain)
    return retain.key if retain is not None and retain.merge else None


def _list(found: Map, name: str, lists: tuple[list[Any], list[Any], list[Any]], key: str, info: FieldInfo) -> None:
    original, modified, current = lists
    if not key:
        _primitives(found, name, original, modified, current)
        return
    if not all(isinstance(item, dict) for item in (*modified, *current)):
        found[name] = modified
        return
    there, before = _by_key(current, key), _by_key([item for item in original if isinstance(item, dict)], key)
    wanted = _by_key(modified, key)
    changes: list[Map] = []
    for identity, item in wanted.items():
        if identity not in there:
            changes.append(without_nulls(item))
            continue
        below = _map(before.get(identity, {}), item, there[identity], info.struct)
        if below:
            change = {key: identity, **below}
            changes.append(_retaining(change, item) if info.find(Retain) else change)
    gone = [identity for identity in before if identity not in wanted and identity in there]
    changes += [{"$patch": "delete", key: identity} for identity in gone]
    order = [identity for identity in there if identity in wanted] != [one for one in wanted if one in there]
    if changes or order:
        found[f"$setElementOrder/{name}"] = [{key: identity} for identity in wanted]
    if changes:
        found[name] = changes


def _primitives(found: Map, name: str, original: list[Any], modified: list[Any], current: list[Any]) -> None:
    missing = [item for item in modified if item not in current]
    gone = [item for item in original if item not in modified and item in current]
    if missing or gone:
        found[f"$setElementOrder/{name}"] = modified
    if missing:
        found[name] = missing
    if gone:
        found[f"$deleteFromPrimitiveList/{name}"] = gone


def _by_key(items: Sequence[Map], key: str) -> dict[Any, Map]:
    found: dict[Any, Map] = {}
    for item in items:
        if key not in item or isinstance(item[key], dict | list) or item[key] in found:
            raise AmbiguousList(f"items without a {key} of their own")
        found[item[key]] = item
    return found


def _retaining(below: Map, modified: Map) -> Map:
    """With the list of the only keys that stay: a volume has one source, a strategy its own settings."""
    return {**below, "$retainKeys": sorted(modified)}


def without_nulls(value: Any) -> Any:
    """A copy of plain data without the keys whose value is null."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
