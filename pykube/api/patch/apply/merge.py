"""An applied configuration laid over the live object, and fields taken out of an object.

Nothing is removed by `merge`: what the configuration does not mention stays. Lists with keys keep the order of the
live object where the configuration does not say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .compare import by_element, element_of
from .field_sets import SELF, Fields, is_member, node_of
from .nodes import Kind, Node

Map = dict[str, Any]


def merge(node: Node, live: Mapping[str, Any], config: Mapping[str, Any]) -> Map:
    """`live` with what `config` says; where both say something, `config` is right."""
    found = dict(live)
    for key, value in config.items():
        found[key] = _merged(node.child(key), live[key], value) if key in live else value
    return found


def _merged(node: Node, live: Any, config: Any) -> Any:
    kind = node.kind_of(live if config is None else config)
    if kind in (Kind.LEAF, Kind.ANY) or not (live or config):
        return config
    if kind is Kind.MAP:
        return merge(node, live, config or {}) if isinstance(live, dict) else config
    return _merged_list(node, live, config or []) if isinstance(live, list) else config


def _merged_list(node: Node, live: list[Any], config: list[Any]) -> list[Any]:
    """Both lists in one: items of both are merged and stand in the order of `config`."""
    item = node.element or node
    mine, theirs = by_element(node, live), by_element(node, config)
    left, right = [element_of(node, one) for one in live], list(theirs)
    shared = [element for element in right if element in mine]
    taken: set[str] = set()
    found: list[Any] = []

    def take(element: str) -> None:
        taken.add(element)
        new, old = theirs[element][0], mine.get(element, [])
        found.append(_merged(item, old[0], new) if len(old) == 1 else new)
        if shared and shared[0] == element:
            del shared[0]

    at, to = 0, 0
    while at < len(left) or to < len(right):
        if at < len(left):
            element = left[at]
            if to < len(right) and element == right[to]:
                take(element)
                at, to = at + 1, to + 1
                continue
            if element not in theirs:
                found.append(live[at])
                at += 1
                continue
            if element in taken or (to < len(right) and shared and shared[0] != element):
                at += 1
                continue
        if to < len(right):
            take(right[to])
            to += 1
    return found


def mentioned(node: Node, config: Mapping[str, Any]) -> Fields:
    """The fields that an applied configuration owns: its leaves, the items of its lists, the keys of its maps."""
    found: Fields = {}
    for key, value in config.items():
        below = _mentioned(node.child(key), value, member=key not in node.fields)
        if below is not None:
            found[f"f:{key}"] = below
    return found


def _mentioned(node: Node, value: Any, *, member: bool) -> Fields | None:
    kind = node.kind_of(value)
    if kind is Kind.LEAF or value is None:
        return {}
    if kind is Kind.MAP:
        return node_of(mentioned(node, value), member=member or not value)
    below: Fields = {}
    for element, items in by_element(node, value).items():
        one = _mentioned(node.element or node, items[0], member=True) if len(items) == 1 else {}
        below[element] = one if one is not None else {}
    return node_of(below, member=member)


def remove(node: Node, doc: Mapping[str, Any], fields: Fields) -> Map:
    """`doc` without the fields and items in a set; containers that become empty stay, atomic ones are emptied."""
    found: Map = {}
    for key, value in doc.items():
        gone = fields.get(f"f:{key}")
        if gone is None:
            found[key] = value
        elif not is_member(gone):
            found[key] = _removed(node.child(key), value, gone)
    return found


def _removed(node: Node, value: Any, fields: Fields) -> Any:
    kind = node.kind_of(value)
    if isinstance(value, dict):
        return remove(node, value, fields) if kind is Kind.MAP else {}
    if not isinstance(value, list):
        return value
    if kind is Kind.LEAF:
        return []
    found = []
    for item in value:
        gone = fields.get(element_of(node, item))
        if gone is None:
            found.append(item)
        elif not is_member(gone):
            found.append(_removed(node.element or node, item, gone))
    return found


def with_named_fields(node: Node, fields: Fields) -> Fields:
    """The set and every declared field on the way to its places: ``a.b.c`` brings ``a`` in, but no keys or items."""
    found: Fields = {}
    for element, below in fields.items():
        if element == SELF:
            found[element] = below
            continue
        deeper = with_named_fields(node.below(element), below) if below else below
        if deeper and SELF not in deeper and element.startswith("f:") and element[2:] in node.fields:
            deeper = {SELF: {}, **deeper}
        found[element] = deeper
    return found
