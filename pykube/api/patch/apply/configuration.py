"""What is wrong with an applied configuration before it meets the live object: undeclared fields, items that repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .field_sets import show_element
from .nodes import Kind, Node


def problems(node: Node, config: Mapping[str, Any]) -> list[str]:
    """One line per problem, each with its path."""
    return list(_of_map(node, config, ""))


def _of_map(node: Node, found: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in found.items():
        here = f"{path}.{key}"
        if key not in node.fields and node.element is None:
            yield f"{here}: field not declared in schema"
        else:
            yield from _of_value(node.child(key), value, here)


def _of_value(node: Node, value: Any, path: str) -> Iterator[str]:
    kind = node.kind_of(value)
    if value is None or kind is Kind.LEAF:
        yield from _of_shape(node, value, path)
    elif kind is Kind.MAP:
        yield from _of_map(node, value, path)
    else:
        yield from _of_list(node, value, path)


def _of_shape(node: Node, value: Any, path: str) -> Iterator[str]:
    if value is None or node.kind in (Kind.LEAF, Kind.ANY):
        return
    yield f"{path}: expected {'map' if node.kind is Kind.MAP else 'list'}, got {value!r}"


def _of_list(node: Node, items: list[Any], path: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        try:
            element = node.path_element(item)
        except ValueError as error:
            yield f"{path}: element {index}: {error}"
            continue
        shown = show_element(element)
        if element in seen:
            yield f"{path}: duplicate entries for key {shown}"
        seen.add(element)
        yield from _of_value(node.element or node, item, path + shown)
