"""How long something has lasted, in two or three figures: ``5m12s``, ``3h``, ``42d``.

Source: k8s.io/apimachinery/pkg/util/duration, HumanDuration.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

UNKNOWN = "<unknown>"
INVALID = "<invalid>"


@lru_cache(maxsize=2048)
def human(seconds: int) -> str:
    """The duration in words; clocks that differ by a second count as now, more than that as a mistake."""
    if seconds < -1:
        return INVALID
    if seconds < 120:
        return f"{max(seconds, 0)}s"
    minutes, hours = seconds // 60, seconds // 3600
    if minutes < 10:
        return _two(minutes, "m", seconds % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 365 * 2:
        return f"{days}d"
    if days < 365 * 8:
        return _two(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def _two(high: int, high_unit: str, low: int, low_unit: str) -> str:
    return f"{high}{high_unit}{low}{low_unit}" if low else f"{high}{high_unit}"


def since(timestamp: str | None, now: datetime) -> str:
    """The time from an RFC 3339 timestamp until `now`."""
    if not timestamp:
        return UNKNOWN
    return human(int((now - datetime.fromisoformat(timestamp)).total_seconds()))


def between(start: str, end: str) -> str:
    """The time between two RFC 3339 timestamps."""
    return human(int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()))
