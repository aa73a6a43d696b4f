"""The parts of timestamps and durations.

Source: cel-go, common/stdlib/standard.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..declarations import Overload, method
from ..errors import EvaluationError
from ..values import Duration, Timestamp

_SECOND: Final = 1_000_000_000
_OFFSET: Final = re.compile(r"([+-]?)(\d{1,2}):(\d\d)", re.ASCII)


def _zone(name: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return UTC if name in ("", "UTC") else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EvaluationError(f"unknown time zone {name}") from None


def _part(get: Callable[[datetime], int]) -> Callable[..., int]:
    def part(value: Timestamp, zone: str = "") -> int:
        moment = value.moment
        return get(moment.astimezone(_zone(zone)) if zone else moment)

    return part


def _of_duration(unit: int) -> Callable[[Duration], int]:
    def part(value: Duration) -> int:
        whole = abs(value.nanos) // unit
        return -whole if value.nanos < 0 else whole

    return part


_PARTS: Final[dict[str, tuple[str, Callable[[datetime], int]]]] = {
    "getFullYear": ("year", lambda moment: moment.year),
    "getMonth": ("month", lambda moment: moment.month - 1),
    "getDayOfYear": ("day_of_year", lambda moment: moment.timetuple().tm_yday - 1),
    "getDayOfMonth": ("day_of_month", lambda moment: moment.day - 1),
    "getDate": ("day_of_month_1_based", lambda moment: moment.day),
    "getDayOfWeek": ("day_of_week", lambda moment: moment.isoweekday() % 7),
    "getHours": ("hours", lambda moment: moment.hour),
    "getMinutes": ("minutes", lambda moment: moment.minute),
    "getSeconds": ("seconds", lambda moment: moment.second),
    "getMilliseconds": ("milliseconds", lambda moment: moment.microsecond // 1000),
}
_OF_DURATIONS: Final = {
    "getHours": ("hours", 3600 * _SECOND),
    "getMinutes": ("minutes", 60 * _SECOND),
    "getSeconds": ("seconds", _SECOND),
    "getMilliseconds": ("milliseconds", 10**6),
}


def _overloads() -> list[Overload]:
    found: list[Overload] = []
    for name, (word, get) in _PARTS.items():
        implementation: Any = _part(get)
        found.append(method(f"timestamp_to_{word}", name, "timestamp -> int", implementation))
        found.append(method(f"timestamp_to_{word}_with_tz", name, "timestamp, string -> int", implementation))
        if name in _OF_DURATIONS:
            word, unit = _OF_DURATIONS[name]
            found.append(method(f"duration_to_{word}", name, "duration -> int", _of_duration(unit)))
    return found


OVERLOADS: Final = tuple(_overloads())
