"""What differs between two states of an object, as sets of fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import field_sets
from .field_sets import SELF, Fields, difference, union
from .nodes import ANY, Kind, Node

Map = Mapping[str, Any]


@dataclass(slots=True)
class Comparison:
    """Three sets of fields that have nothing in common."""

    removed: Fields = field(default_factory=dict)
    modified: Fields = field(default_factory=dict)
    added: Fields = field(default_factory=dict)

    @property
    def changed(self) -> Fields:
        """What the new state says that the old one does not."""
        return union(self.modified, self.added)

    def without(self, fields: Fields) -> Comparison:
        """The same less some fields and everything below them."""
        if not fields:
            return self
        return Comparison(*(difference(mine, fields, recursive=True) for mine in self._sets()))

    def _sets(self) -> tuple[Fields, Fields, Fields]:
        return self.removed, self.modified, self.added


def compare(node: Node, old: Map, new: Map) -> Comparison:
    """How `new` differs from `old`."""
    found = Comparison()
    _maps(node, old, new, found)
    return found


def everything(node: Node, value: Any) -> Fields:
    """The place of `value` and all places in it.

    Every create asks for a whole object, so what `Node.kind_of` says is worked out here.
    """
    kind = node.kind
    if not value or kind is Kind.LEAF or type(value) not in _NESTED:
        return _LEAF
    found: Fields = {SELF: _LEAF}
    if type(value) is dict:
        if kind is not Kind.MAP and kind is not Kind.ANY:
            return _LEAF
        fields, element = node.fields, node.element or ANY
        for key, below in value.items():
            deep = type(below) in _NESTED
            found["f:" + key] = everything(fields.get(key, element), below) if deep else _LEAF
        return found
    if kind is Kind.MAP or kind is Kind.ANY:
        return _LEAF
    item = node.element or ANY
    for path_element, items in by_element(node, value).items():
        found[path_element] = everything(item, items[0]) if len(items) == 1 else _LEAF
    return found


_NESTED = (dict, list)

_LEAF: Fields = {}
"""A place with nothing below it; shared, as no set is ever changed in place."""


def by_element(node: Node, items: list[Any]) -> dict[str, list[Any]]:
    """The items of a list by their path element, in order; one element with several items is a duplicate.

    Items that cannot be told from others are left out.
    """
    found: dict[str, list[Any]] = {}
    key = node.only_key
    for item in items:
        given = item.get(key) if key and type(item) is dict else None
        # The one key of most lists is a name: told from the others without asking the node.
        element = field_sets.named(key, given) if type(given) is str else element_of(node, item)
        if element:
            found.setdefault(element, []).append(item)
    return found


def element_of(node: Node, item: Any) -> str:
    """The path element of a list's item, or "" for one that cannot be told from others."""
    try:
        return node.path_element(item)
    except ValueError:
        return ""


def _maps(node: Node, old: Map, new: Map, found: Comparison) -> None:
    fields, present = node.fields, node.present
    for key, value in new.items():
        if key in old:
            before = old[key]
            if before == value:
                continue
        elif key in present:
            before = {}
        else:
            found.added[f"f:{key}"] = everything(fields.get(key) or node.child(key), value)
            continue
        _values(fields.get(key) or node.child(key), f"f:{key}", before, value, found)
    for key, before in old.items():
        if key in new:
            continue
        if key in present:
            _values(fields[key], f"f:{key}", before, {}, found)
        else:
            found.removed[f"f:{key}"] = everything(node.child(key), before)


def _values(node: Node, element: str, old: Any, new: Any, found: Comparison) -> None:
    """Two values at one place; what differs goes below `element` in `found`."""
    if old == new:
        return
    kind = node.kind_of(new)
    if kind is Kind.LEAF or node.kind_of(old) is not kind or not (old or new):
        found.modified[element] = {}
        return
    below = Comparison()
    if kind in (Kind.MAP, Kind.ANY):
        _maps(node, old or {}, new or {}, below)
    else:
        _lists(node, old or [], new or [], below)
    if below.removed:
        found.removed[element] = below.removed
    if below.modified:
        found.modified[element] = below.modified
    if below.added:
        found.added[element] = below.added


def _lists(node: Node, old: list[Any], new: list[Any], found: Comparison) -> None:
    before, after = by_element(node, old), by_element(node, new)
    item = node.element or node
    for element, values in after.items():
        was = before.get(element, [])
        if len(values) == 1 and len(was) == 1:
            _values(item, element, was[0], values[0], found)
        elif len(values) > 1 and len(was) > 1:
            if values != was:
                found.modified[element] = {}
        else:
            _duplicates(item, element, was, values, found)
    for element, was in before.items():
        if element not in after:
            found.removed[element] = everything(item, was[0]) if len(was) == 1 else {}


def _duplicates(item: Node, element: str, was: list[Any], values: list[Any], found: Comparison) -> None:
    """An item came, or came twice, or is no longer there twice."""
    found.added[element] = everything(item, values[0]) if len(values) == 1 else {}
    if len(was) > 1:
        found.removed[element] = {}
    elif was:
        found.removed[element] = everything(item, was[0])
