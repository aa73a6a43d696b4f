"""One copy of each string among many objects.

A thousand pods say "ClusterFirst", the same labels and the same image a thousand times; decoding makes each anew. With
shared strings a cache of pods is a third smaller, for some 50 microseconds an object. Most changes are of the status,
so that a spec is gone through once and then handed on.
"""

from __future__ import annotations

from sys import intern
from typing import Any

from pykube.api.schema import Struct


def share_with(known: Any, fresh: Any) -> None:
    """Share strings in `fresh`, an object that takes the place of `known` in a cache; both have the same spec object
    afterwards if nothing in it has changed.

    Equal quantities may be written in different ways; it takes the same generation to make a spec the same.
    """
    same = fresh.metadata.generation == known.metadata.generation
    kept = getattr(known, "spec", None) if same else None
    if kept is None or kept != fresh.spec:
        share_strings(fresh)
        return
    fresh.spec = kept
    share_strings(fresh, but="spec")


def share_strings(value: Struct, *, but: str = "") -> None:
    """Replace the strings in `value`, which must be nobody else's yet, by the interpreter's one copy of each.

    That copy goes when its last user goes. The field `but` is left as it is. Keys of dicts are left
    too: msgspec shares those itself.
    """
    for name in value.__struct_fields__:
        if name == but:
            continue
        item = getattr(value, name)
        kind = type(item)
        if kind is str:
            if item:
                setattr(value, name, intern(item))
        elif kind is list:
            _share_in_list(item)
        elif kind is dict:
            for key, part in item.items():
                if type(part) is str:
                    item[key] = intern(part)
        elif isinstance(item, Struct):
            share_strings(item)


def _share_in_list(items: list[Any]) -> None:
    for index, item in enumerate(items):
        if type(item) is str:
            items[index] = intern(item)
        elif isinstance(item, Struct):
            share_strings(item)
