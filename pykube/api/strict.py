"""Fields that nobody knows and keys that stand twice, in the words of the API's strict decoding.

Source: sigs.k8s.io/json, and the field validation directive of the Kubernetes API (``fieldValidation=Strict|Warn``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..errors import BadRequest
from .schema import Struct, fields_of

_LIMIT = 100
"""More findings than this help nobody."""


def check(cls: type[Struct], text: bytes | str) -> list[str]:
    """What is wrong with the JSON `text` of an object of `cls`: duplicate keys first, then unknown fields."""
    return [*duplicate_fields(text), *unknown_fields(cls, json.loads(text))][:_LIMIT]


def raise_if_any(findings: list[str], kind: str, version: str) -> None:
    """Turn findings into the answer of ``fieldValidation=Strict``.

    Raises:
        BadRequest: there are findings.
    """
    if findings:
        raise BadRequest(
            f'{kind} in version "{version}" cannot be handled as a {kind}: strict decoding error: {", ".join(findings)}'
        )


def unknown_fields(cls: type[Struct], doc: Any, path: str = "") -> list[str]:
    """``unknown field "spec.foo"`` for each key of `doc` that is no field of `cls`."""
    return list(_unknown(cls, doc, path))


def duplicate_fields(text: bytes | str) -> list[str]:
    """``duplicate field "spec.a"`` for each key that an object in `text` has more than once.

    Raises:
        json.JSONDecodeError: not JSON.
    """
    return list(_duplicates(json.loads(text, object_pairs_hook=_Pairs), ""))


def _unknown(cls: type[Struct], doc: Any, path: str) -> Iterator[str]:
    if not isinstance(doc, dict):
        return
    known = fields_of(cls)
    for key, value in doc.items():
        place = f"{path}.{key}" if path else key
        info = known.get(key)
        if info is None:
            yield f"unknown field {_quote(place)}"
            continue
        struct = info.struct
        if struct is None:
            continue
        if info.is_list and isinstance(value, list):
            for index, item in enumerate(value):
                yield from _unknown(struct, item, f"{place}[{index}]")
        elif info.is_map and isinstance(value, dict):
            for name, item in value.items():
                yield from _unknown(struct, item, f"{place}.{name}")
        else:
            yield from _unknown(struct, value, place)


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
