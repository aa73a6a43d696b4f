"""What rules see of plain JSON where that differs: times, bytes, doubles, escaped names, lists that are sets or maps.

Source: k8s.io/apiserver, pkg/cel/common/valuesunstructured.go.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pykube.api.apiextensions_v1 import JSONSchemaProps

from .escaping import escape
from .moments import parse_duration, parse_timestamp
from .values import Duration, MapList, SetList, Timestamp

View = Callable[[Any], Any]

_SECOND: Final = 1_000_000_000
_LONG_UNITS: Final = {
    "d": 86_400,
    "w": 604_800,
    "h": 3600,
    "m": 60,
    "s": 1,
}
_SMALL: Final = {"ns": 1, "na": 1, "us": 1000, "µs": 1000, "mic": 1000, "ms": 10**6, "mil": 10**6}


@functools.cache
def _long_duration() -> re.Pattern[str]:
    """One part of a duration such as ``3 days``; compiled when it is needed, which it seldom is."""
    return re.compile(
        r"\s*(\d+(?:\.\d*)?|\.\d+)\s*"
        r"(ns|nano|nanoseconds?|us|µs|micro|ms|milli|milliseconds?|d|days?|w|weeks?|wks?|h|hours?|hrs?|m|minutes?|mins?|s|sec|seconds?|secs?)(?![a-z])"
    )


def view_of(schema: JSONSchemaProps) -> View | None:
    """What makes the value that rules see of plain JSON of a schema, None if that is the same."""
    if schema.x_kubernetes_int_or_string:
        return None
    match schema.type:
        case "array":
            return _list_view(schema)
        case "object":
            return _object_view(schema)
        case "string":
            return _STRING_VIEWS.get(schema.format)
        case "number":
            return _double
    return None


def _double(value: Any) -> Any:
    return float(value) if type(value) is int else value


def _bytes(value: Any) -> Any:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else value
    except binascii.Error:
        return value


def _date(value: Any) -> Any:
    try:
        day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return value
    return Timestamp(int(day.timestamp()) * _SECOND)


def _date_time(value: Any) -> Any:
    found = parse_timestamp(value.upper().replace(" ", "T")) if isinstance(value, str) else None
    return found if found is not None else value


def _duration(value: Any) -> Any:
    """As Go reads durations, or with units such as ``3 days``."""
    if not isinstance(value, str):
        return value
    found = parse_duration(value)
    if found is not None:
        return found
    total, position = 0.0, 0
    while position < len(value):
        part = _long_duration().match(value, position)
        if part is None:
            return value
        total += float(part[1]) * _unit(part[2])
        position = part.end()
    return Duration(int(total))


def _unit(name: str) -> int:
    for prefix, nanos in _SMALL.items():
        if name.startswith(prefix):
            return nanos
    return _LONG_UNITS[name[0]] * _SECOND


_STRING_VIEWS: Final[Mapping[str, View]] = {
    "byte": _bytes,
    "date": _date,
    "date-time": _date_time,
    "duration": _duration,
}


def _list_view(schema: JSONSchemaProps) -> View | None:
    item = view_of(schema.items) if isinstance(schema.items, JSONSchemaProps) else None
    kind = schema.x_kubernetes_list_type
    if item is None and kind not in ("set", "map"):
        return None
    key = _key(tuple(schema.x_kubernetes_list_map_keys))

    def view(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        items = value if item is None else [one if one is None else item(one) for one in value]
        if kind == "set":
            return SetList(items)
        return MapList(items, key) if kind == "map" else items

    return view


def _key(names: tuple[str, ...]) -> Callable[[Any], Hashable]:
    """What tells the items of a list that is a map apart."""
    escaped = tuple(escape(name) or name for name in names)

    def key(item: Any) -> Hashable:
        if not isinstance(item, dict):
            return ()
        return tuple((type(value), value) for value in map(item.get, escaped) if not isinstance(value, list | dict))

    return key


def _object_view(schema: JSONSchemaProps) -> View | None:
    extra = schema.additional_properties
    if isinstance(extra, JSONSchemaProps):
        return _map_view(view_of(extra))
    members: dict[str, tuple[str, View | None]] = {}
    for name, one in schema.properties.items():
        escaped, inner = escape(name) or name, view_of(one)
        if escaped != name or inner is not None:
            members[name] = (escaped, inner)
    if not members:
        return None

    def view(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        result = dict(value)
        for name, (escaped, inner) in members.items():
            if name in value:
                found = result.pop(name) if escaped != name else value[name]
                result[escaped] = found if inner is None or found is None else inner(found)
        return result

    return view


def _map_view(inner: View | None) -> View | None:
    if inner is None:
        return None

    def view(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: one if one is None else inner(one) for name, one in value.items()}

    return view
