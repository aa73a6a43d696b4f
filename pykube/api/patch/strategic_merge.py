"""Strategic merge patch: a merge patch that knows which lists are merged by a key.

What is known of each field stands beside it in the types (`schema.PatchMerge`, `PatchReplace`, `Retain`). Directives in
a patch: ``$patch: replace | delete | merge`` in a map or an item, ``$deleteFromPrimitiveList/<field>``,
``$setElementOrder/<field>``, ``$retainKeys``; ``null`` removes. Source: k8s.io/apimachinery/pkg/util/strategicpatch and
the API conventions on patch.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import BadRequest, Invalid
from ..schema import PatchMerge, PatchReplace, Retain, Struct, fields_of
from .list_order import merged_order

_DIRECTIVE = "$patch"
_DELETE_PREFIX = "$deleteFromPrimitiveList"
_ORDER_PREFIX = "$setElementOrder"
_RETAIN = "$retainKeys"

Map = dict[str, Any]


def apply(cls: type[Struct], doc: Map, patch: Map) -> Map:
    """`doc`, an object of `cls` as plain data, changed by `patch`; neither is modified.

    Raises:
        BadRequest: a directive is malformed or unknown, or an item lacks its merge key. Upstream answers some of these
            with 500, in the same words; here what the client can mend is never called the server's fault.
        Invalid: lists of lists cannot be merged.
    """
    return _merge_map(doc, patch, cls)


@dataclass(frozen=True, slots=True)
class _Rule:
    """How one field is merged."""

    struct: type[Struct] | None = None
    merge: bool = False
    key: str = ""
    replace: bool = False


_FREE = _Rule()


def _rule(cls: type[Struct] | None, name: str) -> _Rule:
    return _FREE if cls is None else _rule_of(cls, name)


@functools.lru_cache(maxsize=4096)
def _rule_of(cls: type[Struct], name: str) -> _Rule:
    info = fields_of(cls).get(name)
    if info is None:
        return _FREE
    merge, retain = info.find(PatchMerge), info.find(Retain)
    # The keys of a map are data, not fields: what is below one is merged without rules, as upstream does.
    struct = None if info.is_map else info.struct
    if merge is not None:
        return _Rule(struct, merge=True, key=merge.key)
    if retain is not None:
        return _Rule(struct, merge=retain.merge, key=retain.key)
    return _Rule(struct, replace=PatchReplace in info.annotations)


def _merge_map(original: Map, patch: Map, cls: type[Struct] | None) -> Map:
    if _DIRECTIVE in patch:
        return _whole_map(patch)
    found = _retained(original, patch)
    changes = {key: value for key, value in patch.items() if key != _RETAIN}
    for key in [key for key in changes if key.startswith(_ORDER_PREFIX)]:
        _merge_ordered(found, changes, key, cls)
    for key, value in changes.items():
        if key.startswith(_DELETE_PREFIX):
            _delete_primitives(found, key, value)
        elif value is None:
            found.pop(key, None)
        else:
            _merge_field(found, key, value, _rule(cls, key))
    return found


def _whole_map(patch: Map) -> Map:
    directive = patch[_DIRECTIVE]
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != _DIRECTIVE}
    if directive == "delete":
        return {}
    raise BadRequest(f"unknown patch type: {directive} in map: {_show(patch)}")


def _merge_field(found: Map, key: str, value: Any, rule: _Rule) -> None:
    original = found.get(key)
    if isinstance(original, dict) and isinstance(value, dict):
        found[key] = value if rule.replace else _merge_map(original, value, rule.struct)
    elif isinstance(original, list) and isinstance(value, list):
        found[key] = _merge_list(original, value, rule) if rule.merge else value
    else:
        keep, plain = _without_directives(_without_nulls(value))
        if keep:
            found[key] = plain
        else:
            found.pop(key, None)


def _retained(original: Map, patch: Map) -> Map:
    """A copy of `original`, less the keys that a ``$retainKeys`` in the patch leaves out."""
    if _RETAIN not in patch:
        return dict(original)
    keys = patch[_RETAIN]
    if not isinstance(keys, list):
        raise BadRequest("invalid patch format of retainKeys")
    for key, value in patch.items():
        special = key == _RETAIN or key.startswith((_DELETE_PREFIX, _ORDER_PREFIX))
        if value is not None and not special and key not in keys:
            raise BadRequest("invalid patch format of retainKeys")
    return {key: value for key, value in original.items() if key in keys}


def _delete_primitives(found: Map, key: str, gone: Any) -> None:
    name = _suffix(key, _DELETE_PREFIX, "invalid patch format of primitive list")
    current = found.get(name)
    if isinstance(current, list) and isinstance(gone, list):
        found[name] = [item for item in current if item not in gone]


def _merge_ordered(found: Map, changes: Map, key: str, cls: type[Struct] | None) -> None:
    """Merge one list now and put it into the order that ``$setElementOrder`` asks for; takes both out of `changes`."""
    order = changes.pop(key)
    message = "invalid patch format of setElementOrder list"
    name = _suffix(key, _ORDER_PREFIX, message)
    original, patch = found.get(name), changes.pop(name, None)
    if not isinstance(order, list) or not isinstance(patch, list | None) or not isinstance(original, list | None):
        raise BadRequest(message)
    if original is None and patch is None:
        return
    rule = _rule(cls, name)
    _check_order(patch or [], order, rule.key)
    if original is None:
        merged = _without_directives(_without_nulls(patch))[1]
    elif patch is None or not rule.merge:
        merged = original if patch is None else patch
    else:
        merged = _merge_list(original, patch, rule)
    found[name] = merged_order(merged, order, _places(original or [], patch or [], rule), rule.key)


def _places(original: list[Any], patch: list[Any], rule: _Rule) -> list[Any]:
    """The order of the live list; new items take the places at its end that deleted ones free, as upstream's do."""
    if not rule.merge or not rule.key or not all(isinstance(item, dict) for item in (*original, *patch)):
        return original
    base, changes = _item_directives(original, patch, rule.key)
    known = [item.get(rule.key) for item in base]
    return [*base, *(item for item in changes if item.get(rule.key) not in known)][: len(original)]


def _check_order(patch: Sequence[Any], order: Sequence[Any], key: str) -> None:
    """The items of the patch must stand in the order list, in the same order."""
    if not order or not patch:
        return
    remaining = iter(order)
    for item in patch:
        if isinstance(item, dict) and _DIRECTIVE in item:
            continue
        wanted = _key_of(item, key)
        if not any(_key_of(other, key) == wanted for other in remaining):
            raise BadRequest(
                f"The order in patch list:\n{_show(patch)}\n doesn't match {_ORDER_PREFIX} list:\n{_show(order)}\n"
            )


def _key_of(item: Any, key: str) -> Any:
    if not key:
        return item
    if not isinstance(item, dict):
        raise BadRequest(f"expected a map, but received a {type(item).__name__}")
    if key not in item:
        raise BadRequest(f"map: {_show(item)} does not contain declared merge key: {key}")
    return item[key]


def _merge_list(original: list[Any], patch: list[Any], rule: _Rule) -> list[Any]:
    kinds = {type(item) for item in (*original, *patch)}
    if list in kinds:
        raise Invalid("the server rejected our request due to an error in our request")
    if kinds <= {str, int, float, bool}:
        merged = list(dict.fromkeys([*original, *patch]))
        return merged_order(merged, patch, original, "")
    if kinds != {dict}:
        raise BadRequest(f"list element types are not identical: {_show([original, patch])}")
    if not rule.key:
        raise BadRequest(f"cannot merge lists without merge key for {rule.struct.__name__ if rule.struct else ''}")
    base, changes = _item_directives(original, patch, rule.key)
    merged = _merge_items(base, changes, rule)
    return merged_order(merged, changes, original, rule.key)


def _item_directives(original: list[Map], patch: list[Map], key: str) -> tuple[list[Map], list[Map]]:
    """Carry out the ``$patch`` of items; returns what is left to merge, and the items to merge into it."""
    base, changes, replace = list(original), [], False
    for item in patch:
        directive = item.get(_DIRECTIVE)
        if _DIRECTIVE not in item:
            changes.append(item)
        elif directive == "delete":
            gone = _key_of(item, key)
            base = [other for other in base if other.get(key) != gone]
        elif directive == "replace":
            replace = True
        elif directive == "merge":
            raise BadRequest("merging lists cannot yet be specified in the patch")
        else:
            raise BadRequest(f"unknown patch type: {directive} in map: {_show(item)}")
    return ([], [dict(item) for item in changes]) if replace else (base, changes)


def _merge_items(base: list[Map], changes: list[Map], rule: _Rule) -> list[Map]:
    places = {_hashable(item.get(rule.key)): place for place, item in reversed(list(enumerate(base)))}
    merged = list(base)
    for item in changes:
        identity = _hashable(_key_of(item, rule.key))
        place = places.get(identity)
        if place is None:
            places[identity] = len(merged)
            merged.append(_without_directives(_without_nulls(item))[1])
        else:
            merged[place] = _merge_map(merged[place], item, rule.struct)
    return merged


def _hashable(value: Any) -> Any:
    return value if not isinstance(value, dict | list) else repr(value)


def _suffix(key: str, prefix: str, message: str) -> str:
    start, slash, name = key.partition("/")
    if start != prefix or not slash:
        raise BadRequest(message)
    return name


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _without_directives(value: Any) -> tuple[bool, Any]:
    """Whether something is left, and what: a value that is new cannot be told to delete or replace itself."""
    if isinstance(value, dict):
        if _DIRECTIVE in value:
            return False, None
        pairs = {key: _without_directives(item) for key, item in value.items() if not key.startswith("$")}
        return True, {key: plain for key, (keep, plain) in pairs.items() if keep}
    if isinstance(value, list):
        return True, [plain for keep, plain in map(_without_directives, value) if keep]
    return True, value


def _show(value: Any) -> str:
    """As Go prints maps and lists, for messages."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{_show(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(_show(item) for item in value) + "]"
    return "<nil>" if value is None else str(value)
