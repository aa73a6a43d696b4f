"""Values that may be missing, and putting entries into maps.

Source: cel-go, cel/library.go (OptionalTypes) and ext/comprehensions.go.
"""

from __future__ import annotations

from typing import Any, Final

from ..declarations import function, method
from ..errors import EvaluationError
from ..values import NONE, Duration, Optional, Timestamp, some, text_of
from .operators import MISSING, find

_ZERO_TIME: Final = -62_135_596_800_000_000_000
"""The first moment of the year 1, which Go takes for no time."""


def _of_non_zero(value: Any) -> Optional:
    if isinstance(value, Duration):
        return some(value) if value.nanos else NONE
    if isinstance(value, Timestamp):
        return some(value) if value.nanos != _ZERO_TIME else NONE
    if isinstance(value, Optional):
        return some(value)
    return some(value) if value else NONE


def _none() -> Optional:
    return NONE


def _value(optional: Optional) -> Any:
    if not optional.present:
        raise EvaluationError("optional.none() dereference")
    return optional.value


def _has_value(optional: Optional) -> bool:
    return optional.present


def _first(items: list[Any]) -> Optional:
    return some(items[0]) if items else NONE


def _last(items: list[Any]) -> Optional:
    return some(items[-1]) if items else NONE


def _unwrap(items: list[Optional]) -> list[Any]:
    return [item.value for item in items if item.present]


def insert(mapping: dict[Any, Any], key: Any, value: Any) -> dict[Any, Any]:
    """Put an entry into the map that a loop builds; nothing else sees that map.

    Raises:
        EvaluationError: the key is there already.
    """
    if find(mapping, key) is not MISSING:
        raise EvaluationError(f"insert failed: key {text_of(key)} already exists")
    mapping[key] = value
    return mapping


def _insert_all(mapping: dict[Any, Any], more: dict[Any, Any]) -> dict[Any, Any]:
    for key, value in more.items():
        insert(mapping, key, value)
    return mapping


def _special(*_: Any) -> Any:
    """In place of what the evaluator does by itself."""
    raise AssertionError


OVERLOADS: Final = (
    function("optional_of", "optional.of", "V -> optional(V)", some),
    function("optional_ofNonZeroValue", "optional.ofNonZeroValue", "V -> optional(V)", _of_non_zero),
    function("optional_none", "optional.none", "-> optional(V)", _none),
    method("optional_value", "value", "optional(V) -> V", _value),
    method("optional_hasValue", "hasValue", "optional(V) -> bool", _has_value),
    method("optional_or_optional", "or", "optional(V), optional(V) -> optional(V)", _special),
    method("optional_orValue_value", "orValue", "optional(V), V -> V", _special),
    method("list_first", "first", "list(V) -> optional(V)", _first),
    method("list_last", "last", "list(V) -> optional(V)", _last),
    function("optional_unwrap", "optional.unwrap", "list(optional(V)) -> list(V)", _unwrap),
    method("optional_unwrapOpt", "unwrapOpt", "list(optional(V)) -> list(V)", _unwrap),
    function("@mapInsert_map_key_value", "cel.@mapInsert", "map(K, V), K, V -> map(K, V)", insert),
    function("@mapInsert_map_map", "cel.@mapInsert", "map(K, V), map(K, V) -> map(K, V)", _insert_all),
)
