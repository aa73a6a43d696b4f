"""How long a request may wait for a seat: a quarter of the time that its client gives it.

Source: k8s.io/apiserver server/filters, getRequestWaitContext; the ``timeout`` parameter is written as Go writes
durations.
"""

from __future__ import annotations

import re

from ..request import RequestInfo

REQUEST_SECONDS = 60.0
"""What a client gets that says nothing, and the most it may ask for."""

LONGEST = 60.0
"""Seconds that a request waits at most, whatever else is said."""

_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def duration(text: str) -> float | None:
    """Seconds of a Go duration (``1m30s``); None when it is none. A bare 0 is 0."""
    if text in ("0", "+0", "-0"):
        return 0.0
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text.removeprefix("+"):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def limit(info: RequestInfo) -> float:
    """Seconds that a request may wait. A watch has no deadline of its own."""
    asked = duration(info.query.get("timeout", "")) if info.query and info.verb != "watch" else None
    given = asked if asked and asked < REQUEST_SECONDS else REQUEST_SECONDS
    return min(given / 4, LONGEST)
