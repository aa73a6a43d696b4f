"""Timestamps and durations: reading them from texts, and their range.

Source: cel-go, common/types/{timestamp,duration}.go; Go's time.ParseDuration and time.RFC3339.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from .errors import EvaluationError
from .numbers import MAX_INT, MIN_INT
from .values import Duration, Timestamp

_SECOND: Final = 1_000_000_000
_FIRST: Final = -62_135_596_800
_LAST: Final = 253_402_300_799
_UNITS: Final = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "μs": 1000,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_PART: Final = re.compile(r"(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)")
_RFC3339: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:(Z)|([+-])(\d\d):(\d\d))", re.ASCII)


def timestamp(nanos: int, offset: int = 0) -> Timestamp:
    """A timestamp of the years 1 to 9999."""
    if _FIRST <= nanos // _SECOND <= _LAST:
        return Timestamp(nanos, offset)
    raise EvaluationError("timestamp overflow")


def duration(nanos: int) -> Duration:
    """A duration of up to 292 years."""
    if MIN_INT <= nanos <= MAX_INT:
        return Duration(nanos)
    raise EvaluationError("duration overflow")


def parse_duration(text: str) -> Duration | None:
    """A duration such as ``1h30m``, None if it is none."""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return Duration(0)
    total, position = 0, 0
    while position < len(rest):
        found = _PART.match(rest, position)
        if found is None or not (found[1] or found[2]):
            return None
        unit = _UNITS[found[3]]
        total += int(found[1] or 0) * unit
        digits = (found[2] or "")[:18]
        total += int(digits or 0) * unit // 10 ** len(digits)
        position = found.end()
    if not rest or not MIN_INT <= sign * total <= MAX_INT:
        return None
    return Duration(sign * total)


def parse_timestamp(text: str) -> Timestamp | None:
    """A timestamp in RFC 3339, None if it is none."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
    except ValueError:
        return None
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    offset = 0
    if not found[4]:
        hours, minutes = int(found[6]), int(found[7])
        if hours > 24 or minutes > 60:
            return None
        offset = (1 if found[5] == "+" else -1) * (hours * 3600 + minutes * 60)
    fraction = int((found[3] or "")[:9].ljust(9, "0"))
    return Timestamp((seconds - offset) * _SECOND + fraction, offset)
