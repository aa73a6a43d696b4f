"""Sets what a schema has defaults for, and drops nulls that mean nothing.

Source: apiextensions-apiserver, pkg/apiserver/schema/defaulting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pykube.api import codec
from pykube.api.apiextensions_v1 import JSONSchemaProps

Complete = Callable[[Any], None]
"""Completes plain data in place; completing twice changes nothing more."""


def completer(schema: JSONSchemaProps) -> Complete:
    """What completes values of `schema`."""
    of_properties = {name: _property(one) for name, one in schema.properties.items()}
    defaults = [(name, one.default) for name, one in schema.properties.items() if one.default is not None]
    extra = schema.additional_properties
    of_others = _property(extra) if isinstance(extra, JSONSchemaProps) else None
    of_items = _property(schema.items) if isinstance(schema.items, JSONSchemaProps) else None

    def complete(value: Any) -> None:
        if type(value) is dict:
            for name, default in defaults:
                if name not in value:
                    value[name] = codec.copy(default)
            for name in tuple(value):
                if (below := of_properties.get(name, of_others)) is not None:
                    _complete_member(value, name, below)
        elif type(value) is list and of_items is not None:
            for index, item in enumerate(value):
                if item is None and not of_items.nullable:
                    value[index] = codec.copy(of_items.default)
                of_items.complete(value[index])

    return complete


class _Property:
    __slots__ = ("complete", "default", "nullable")

    def __init__(self, complete: Complete, default: Any, *, nullable: bool) -> None:
        self.complete = complete
        self.default = default
        self.nullable = nullable


def _property(schema: JSONSchemaProps) -> _Property:
    return _Property(completer(schema), schema.default, nullable=schema.nullable)


def _complete_member(value: dict[str, Any], name: str, below: _Property) -> None:
    found = value[name]
    if found is None:
        if below.nullable:
            return
        if below.default is None:
            del value[name]
            return
        found = value[name] = codec.copy(below.default)
    below.complete(found)
