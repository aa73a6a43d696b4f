"""Fields that nobody knows and keys that stand twice, in the words of the API's strict decoding.

Source: sigs.k8s.io/json, and the field validation directive of the Kubernetes API (``fieldValidation=Strict|Warn``).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from itertools import islice
from typing import Any

from ..errors import BadRequest
from .schema import Struct, fields_of

_LIMIT = 100
"""More findings than this help nobody."""


def check(cls: type[Struct], text: bytes | str) -> list[str]:
    """What is wrong with the JSON `text` of an object of `cls`: duplicate keys and unknown fields, as they come.

    Runs on nearly every write, so the text is parsed once and paths are made only when something is wrong.
    """
    repeated = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        found = dict(pairs)
        repeated = repeated or len(found) != len(pairs)
        return found

    doc = json.loads(text, object_pairs_hook=members)
    if not repeated and _is_known(cls, doc):
        return []
    return list(islice(_strange(cls, json.loads(text, object_pairs_hook=_Pairs), ""), _LIMIT))


def raise_if_any(findings: list[str], kind: str, version: str) -> None:
    """Turn findings into the answer of ``fieldValidation=Strict``; it names the version without its group.

    Raises:
        BadRequest: there are findings.
    """
    if findings:
        short, told = version.rpartition("/")[2], ", ".join(findings)
        raise BadRequest(f'{kind} in version "{short}" cannot be handled as a {kind}: strict decoding error: {told}')


def unknown_fields(cls: type[Struct], doc: Any, path: str = "") -> list[str]:
    """``unknown field "spec.foo"`` for each key of `doc` that is no field of `cls`."""
    return list(_unknown(cls, doc, path))


def duplicate_fields(text: bytes | str) -> list[str]:
    """``duplicate field "spec.a"`` for each key that an object in `text` has more than once.

    Raises:
        json.JSONDecodeError: not JSON.
    """
    return list(_duplicates(json.loads(text, object_pairs_hook=_Pairs), ""))


class _Shape(Enum):
    """What stands in a field that leads to more fields."""

    ONE = auto()
    LIST = auto()
    MAP = auto()


@functools.cache
def _shapes(cls: type[Struct]) -> Mapping[str, tuple[type[Struct], _Shape] | None]:
    """The JSON fields of `cls`, each with the struct behind it."""
    found: dict[str, tuple[type[Struct], _Shape] | None] = {}
    for name, info in fields_of(cls).items():
        shape = _Shape.LIST if info.is_list else _Shape.MAP if info.is_map else _Shape.ONE
        found[name] = (info.struct, shape) if info.struct is not None else None
    return found


def _is_known(cls: type[Struct], doc: Any) -> bool:
    """True when `_unknown` would find nothing."""
    if not isinstance(doc, dict):
        return True
    shapes = _shapes(cls)
    for key, value in doc.items():
        if key not in shapes:
            return False
        below = shapes[key]
        if below is None:
            continue
        struct, shape = below
        if shape is _Shape.ONE or not value:
            items: Iterable[Any] = (value,)
        else:
            items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for item in items:
            if not _is_known(struct, item):
                return False
    return True


def _unknown(cls: type[Struct], doc: Any, path: str) -> Iterator[str]:
    if not isinstance(doc, dict):
        return
    shapes = _shapes(cls)
    for key, value in doc.items():
        place = f"{path}.{key}" if path else key
        if key not in shapes:
            yield f"unknown field {_quote(place)}"
            continue
        below = shapes[key]
        if below is None:
            continue
        struct, shape = below
        if shape is _Shape.LIST and isinstance(value, list):
            for index, item in enumerate(value):
                yield from _unknown(struct, item, f"{place}[{index}]")
        elif shape is _Shape.MAP and isinstance(value, dict):
            for name, item in value.items():
                yield from _unknown(struct, item, f"{place}.{name}")
        else:
            yield from _unknown(struct, value, place)


def _strange(cls: type[Struct], value: Any, path: str) -> Iterator[str]:
    """Both kinds of findings about an object whose repetitions are still there."""
    if not isinstance(value, _Pairs):
        return
    shapes = _shapes(cls)
    seen = set[str]()
    told = set[str]()
    for key, item in value:
        place = f"{path}.{key}" if path else key
        if key in shapes and key in seen and key not in told:
            told.add(key)
            yield f"duplicate field {_quote(place)}"
        elif key not in shapes and key not in seen:
            yield f"unknown field {_quote(place)}"
        seen.add(key)
        if (below := shapes.get(key)) is not None:
            yield from _strange_below(*below, item, place)
        elif key in shapes:
            yield from _duplicates(item, place)


def _strange_below(struct: type[Struct], shape: _Shape, value: Any, place: str) -> Iterator[str]:
    if shape is _Shape.LIST and isinstance(value, list) and not isinstance(value, _Pairs):
        for index, item in enumerate(value):
            yield from _strange(struct, item, f"{place}[{index}]")
    elif shape is _Shape.MAP and isinstance(value, _Pairs):
        yield from _duplicates(_Pairs((name, None) for name, _ in value), place)
        for name, item in value:
            yield from _strange(struct, item, f"{place}.{name}")
    else:
        yield from _strange(struct, value, place)


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, repetitions included."""


def _duplicates(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        told: set[str] = set()
        for key, item in value:
            place = f"{path}.{key}" if path else key
            if key in seen and key not in told:
                told.add(key)
                yield f"duplicate field {_quote(place)}"
            seen.add(key)
            yield from _duplicates(item, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _duplicates(item, f"{path}[{index}]")


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
