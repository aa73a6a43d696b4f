"""Drops what a schema does not know.

Source: apiextensions-apiserver, pkg/apiserver/schema/pruning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pykube.api.apiextensions_v1 import JSONSchemaProps

Prune = Callable[[Any, str, list[str]], None]
"""Prunes plain data in place; the paths of what was dropped, each below the path given, are added to the list."""

META_FIELDS = frozenset({"apiVersion", "kind", "metadata"})


def pruner(schema: JSONSchemaProps) -> Prune:
    """What prunes values of `schema`."""
    extra = schema.additional_properties
    properties = {name: pruner(one) for name, one in schema.properties.items()}
    if isinstance(extra, JSONSchemaProps):
        others: Prune | None = pruner(extra)
    else:
        others = _keep if extra or schema.x_kubernetes_preserve_unknown_fields else None
    items = pruner(schema.items) if isinstance(schema.items, JSONSchemaProps) else None
    if items is None:
        items = _keep if schema.x_kubernetes_preserve_unknown_fields else _drop
    embedded = schema.x_kubernetes_embedded_resource

    def prune(value: Any, path: str, dropped: list[str]) -> None:
        if type(value) is dict:
            for name in tuple(value):
                if embedded and name in META_FIELDS:
                    continue
                below = properties.get(name, others)
                if below is None:
                    dropped.append(f"{path}.{name}" if path else name)
                    del value[name]
                elif type(child := value[name]) is dict or type(child) is list:
                    below(child, f"{path}.{name}" if path else name, dropped)
        elif type(value) is list:
            for index, item in enumerate(value):
                items(item, f"{path}[{index}]", dropped)

    return prune


def _keep(value: Any, path: str, dropped: list[str]) -> None:
    """Below a place that keeps what it does not know."""


def _drop(value: Any, path: str, dropped: list[str]) -> None:
    """Below a place whose schema says nothing at all: every member is unknown."""
    if type(value) is dict:
        dropped.extend(f"{path}.{name}" if path else name for name in value)
        value.clear()
    elif type(value) is list:
        for index, item in enumerate(value):
            _drop(item, f"{path}[{index}]", dropped)
