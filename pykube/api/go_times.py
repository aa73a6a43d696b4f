"""Go's messages about texts that are no times (``time.Parse``)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """How a time is to be written: Go's name for it, and its parts with what each must look like."""

    name: str
    parts: tuple[tuple[str, str], ...]


_FRACTION = r"(?:[.,]\d+)?"
_HEAD = (
    ("2006", r"\d{4}"),
    ("-", "-"),
    ("01", r"\d{2}"),
    ("-", "-"),
    ("02", r"\d{2}"),
    ("T", "T"),
    ("15", r"\d{2}"),
    (":", ":"),
    ("04", r"\d{2}"),
    (":", ":"),
)
_ZONE = ("Z07:00", r"Z|[+-]\d{2}:\d{2}")
RFC3339 = Layout("2006-01-02T15:04:05Z07:00", (*_HEAD, ("05", r"\d{2}" + _FRACTION), _ZONE))
"""Seconds; a fraction is taken too."""
RFC3339_MICRO = Layout("2006-01-02T15:04:05.000000Z07:00", (*_HEAD, ("05", r"\d{2}"), (".000000", r"[.,]\d{6}"), _ZONE))
"""Seconds with six digits of fraction."""

_RANGES = {"01": ("month", 1, 12), "02": ("day", 1, 31), "15": ("hour", 0, 23), "04": ("minute", 0, 59)}


def time_error(text: str, layout: Layout) -> str:
    """Why Go does not read `text` as a time of that layout; empty when it does."""
    rest = text
    for name, pattern in layout.parts:
        found = re.match(pattern, rest, re.ASCII)
        if found is None:
            return (
                f"parsing time {_quote(text)} as {_quote(layout.name)}: cannot parse {_quote(rest)} as {_quote(name)}"
            )
        if name in _RANGES:
            unit, low, high = _RANGES[name]
            if not low <= int(found[0]) <= high:
                return f"parsing time {_quote(text)}: {unit} out of range"
        if name == "05" and int(found[0][:2]) > 59:
            return f"parsing time {_quote(text)}: second out of range"
        rest = rest[found.end() :]
    return f"parsing time {_quote(text)}: extra text: {_quote(rest)}" if rest else ""


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
