"""What apply has to know of a type: which parts of an object have owners of their own.

A `Node` is made from the types (`of_struct`); a custom resource's schema can be told in the same words.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ... import schema
from ...meta_v1 import ObjectMeta
from ...schema import FieldInfo, ListMap, ListSet, MapAtomic, Struct
from . import field_sets


class Kind(enum.Enum):
    """How values of a node are owned."""

    LEAF = "leaf"
    """As a whole: scalars, atomic lists and maps."""
    MAP = "map"
    """Field by field, or key by key."""
    LIST = "list"
    """Item by item, items known by their keys."""
    SET = "set"
    """Item by item, items known by their value."""
    ANY = "any"
    """Without schema: maps key by key, everything else as a whole."""


_NO_FIELDS: Mapping[str, Node] = {}


@dataclass(slots=True)
class Node:
    """One place in a type. `fields` are declared ones; `element` is what undeclared keys or items are of."""

    kind: Kind
    make_fields: Callable[[], Mapping[str, Node]] | None = None
    """Called once, when the fields are first needed: types may contain themselves."""
    element: Node | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)
    """For a LIST: its keys and their defaults, None where there is none."""
    present: frozenset[str] = frozenset()
    """Fields that every object has, if only empty: structs that are no pointers in Go."""
    only_key: str = ""
    """The key of a LIST that has one."""
    _fields: Mapping[str, Node] | None = None

    def __post_init__(self) -> None:
        if self.kind is Kind.LIST and len(self.keys) == 1:
            (self.only_key,) = self.keys

    @property
    def fields(self) -> Mapping[str, Node]:
        if self._fields is None:
            self._fields = self.make_fields() if self.make_fields else _NO_FIELDS
        return self._fields

    def child(self, name: str) -> Node:
        """The node of a field or key; what is not declared is taken as it comes."""
        return self.fields.get(name) or self.element or ANY

    def below(self, element: str) -> Node:
        """The node behind a path element."""
        return self.child(element[2:]) if element.startswith("f:") else (self.element or ANY)

    def kind_of(self, found: Any) -> Kind:
        """How a given value is owned; a value of the wrong shape is a leaf."""
        kind = self.kind
        if kind is Kind.LEAF or found is None:
            return kind
        if kind in (Kind.MAP, Kind.ANY):
            return Kind.MAP if isinstance(found, dict) else Kind.LEAF
        return kind if isinstance(found, list) else Kind.LEAF

    def path_element(self, found: Any) -> str:
        """The path element of an item of this list.

        Raises:
            ValueError: the item cannot be told from others.
        """
        if self.kind is Kind.SET:
            if isinstance(found, dict | list) or found is None:
                raise ValueError(f"associative list without keys has an element that's a {_shape(found)}")
            return field_sets.value(found)
        if not isinstance(found, dict):
            raise ValueError("associative list with keys may not have non-map elements")
        keys = {}
        for name, default in self.keys.items():
            given = found.get(name, default)
            if given is not None:
                keys[name] = given
        if not keys:
            names = " ".join(f'"{name}"' for name in self.keys)
            raise ValueError(
                f"associative list with keys has an element that omits all key fields [{names}] "
                "(and doesn't have default values for any key fields)"
            )
        return field_sets.item(keys)


def _shape(found: Any) -> str:
    if found is None:
        return "explicit null"
    return "map type" if isinstance(found, dict) else "list type"


LEAF = Node(Kind.LEAF)
ANY = Node(Kind.ANY)
ANY.element = ANY

_KEY_DEFAULTS: Mapping[str, Any] = {"protocol": "TCP"}
"""Defaults of fields that are keys of a list; ports are the only ones."""


def of_custom(content: Mapping[str, Node] | None = None) -> Node:
    """The node of a custom kind, given the nodes of its fields beside metadata; without them anything may come."""
    fields = {"apiVersion": LEAF, "kind": LEAF, "metadata": of_struct(ObjectMeta), **(content or {})}
    return Node(Kind.MAP, make_fields=lambda: fields, element=ANY if content is None else None, present=_METADATA)


_METADATA = frozenset({"metadata"})


@functools.cache
def of_struct(cls: type[Struct]) -> Node:
    """The node of a type."""
    if schema.is_atomic(cls):
        return LEAF
    infos = schema.fields_of(cls)
    present = frozenset(name for name, info in infos.items() if _is_value_struct(cls, info))
    return Node(
        Kind.MAP,
        make_fields=lambda: {name: _of_field(info) for name, info in infos.items()},
        present=present,
    )


def _is_value_struct(cls: type[Struct], info: FieldInfo) -> bool:
    if not (isinstance(info.type, type) and issubclass(info.type, Struct)):
        return False
    return isinstance(getattr(_empty(cls), info.attribute), Struct)


@functools.cache
def _empty(cls: type[Struct]) -> Struct:
    return cls()


def _of_field(info: FieldInfo) -> Node:
    if info.is_list:
        return _of_list(info)
    if MapAtomic in info.annotations:
        return LEAF
    if info.is_map:
        return Node(Kind.MAP, element=_of_type(info.item))
    return _of_type(info.type)


def _of_list(info: FieldInfo) -> Node:
    element = _of_type(info.item)
    keyed = info.find(ListMap)
    if keyed is not None:
        item = info.item
        return Node(Kind.LIST, element=element, keys={name: _key_default(item, name) for name in keyed.keys})
    if ListSet in info.annotations:
        return Node(Kind.SET, element=LEAF)
    return LEAF


def _key_default(item: Any, name: str) -> Any:
    """What a key counts as when an item leaves it out: its default, or the zero value of a required field."""
    if name in _KEY_DEFAULTS:
        return _KEY_DEFAULTS[name]
    info = schema.fields_of(item).get(name)
    if info is None or not info.required:
        return None
    return {str: "", int: 0}.get(info.type)


def _of_type(found: Any) -> Node:
    if found is Any:
        return ANY
    if isinstance(found, type) and issubclass(found, Struct):
        return of_struct(found)
    return LEAF
