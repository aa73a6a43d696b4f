"""Lists and maps with very many items are judged in a time that grows with them, not with their square."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api import scheme
from pykube.api.meta_v1 import ObjectMeta
from pykube.api.schema import FieldInfo, Struct, fields_of
from pykube.api.scheme import Resource

from . import documents
from .server import Server, collection

_MANY = 5_000
_KINDS = [pytest.param(resource, id=f"{resource.api_version}-{resource.kind}") for resource in scheme.resources]
_DEPTH = 5

Place = tuple[tuple[str | int, ...], FieldInfo]


def _places(cls: type[Struct], path: tuple[str | int, ...] = (), depth: int = _DEPTH) -> list[Place]:
    """Every list and map that is not deeper than that."""
    found: list[Place] = []
    for name, info in fields_of(cls).items():
        here = (*path, name)
        if info.is_list or info.is_map:
            found.append((here, info))
        below = info.struct
        if below is not None and below is not ObjectMeta and depth:
            inside = (*here, 0) if info.is_list else (*here, "k") if info.is_map else here
            found += _places(below, inside, depth - 1)
    return found


def _value(info: FieldInfo, *, distinct: bool) -> Any:
    item: Any = {"name": "a", "key": "a"} if info.struct is not None else "a" if info.item is str else 1
    if info.is_map:
        return {f"k{number}": item for number in range(_MANY)}
    if not distinct:
        return [item] * _MANY
    if isinstance(item, dict):
        return [{"name": f"a{number}", "key": f"a{number}"} for number in range(_MANY)]
    return [f"a{number}" if isinstance(item, str) else number for number in range(_MANY)]


@pytest.mark.parametrize("resource", _KINDS)
def test_many_items(server: Server, resource: Resource) -> None:
    places = _places(resource.type)

    @given(st.sampled_from(range(len(places))), st.booleans())
    def law(which: int, distinct: bool) -> None:
        server.sweep()
        path, info = places[which]
        doc = documents.changed(documents.plain(resource, server.name()), [(path, _value(info, distinct=distinct))])
        server.write("POST", f"{collection(resource)}?dryRun=All", doc)

    if places:
        law()
