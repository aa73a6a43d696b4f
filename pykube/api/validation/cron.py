"""Whether a text is a cron schedule: five fields, or a word such as ``@daily``."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WORDS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DAYS = {name: number for number, name in enumerate(_DAY_NAMES)}
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
_EVERY = re.compile(r"@every ([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+")
_NUMBER = re.compile("[0-9]{1,9}")
_ZONE_PART = re.compile(r"[A-Za-z.\-_0-9+]{1,14}")


def problem(schedule: str) -> str:
    """Why `schedule` is no schedule; empty when it is one."""
    text = schedule.strip()
    if text.startswith(("TZ=", "CRON_TZ=")):
        text = text.partition(" ")[2].strip()
    if text.startswith("@"):
        return "" if text in _WORDS or _EVERY.fullmatch(text) else f"unrecognized descriptor: {text}"
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]"
    for field, (low, high, words) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            if found := _part(part, low, high, words):
                return found
    return ""


def _part(part: str, low: int, high: int, words: dict[str, int]) -> str:
    span, slash, step = part.partition("/")
    if "/" in step or span.count("-") > 1:
        return f"too many {'slashes' if '/' in step else 'hyphens'}: {part}"
    first, dash, last = span.partition("-")
    start, end = low, high
    if span not in ("*", "?"):
        numbers = [_number(text, words) for text in ([first, last] if dash else [first])]
        for number, text in zip(numbers, (first, last), strict=False):
            if number is None:
                return f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
        start = numbers[0] or 0
        end = (numbers[1] or 0) if dash else (high if slash else start)
    if slash and not (_NUMBER.fullmatch(step) and int(step) > 0):
        return f"step of range should be a positive number: {part}"
    if start < low:
        return f"beginning of range ({start}) below minimum ({low}): {part}"
    if end > high:
        return f"end of range ({end}) above maximum ({high}): {part}"
    if start > end:
        return f"beginning of range ({start}) beyond end of range ({end}): {part}"
    return ""


def _number(text: str, words: dict[str, int]) -> int | None:
    return words.get(text.lower(), int(text) if _NUMBER.fullmatch(text) else None)


def zone(name: str) -> tuple[str, ...]:
    """The rule for the name of a time zone, as those in `names`."""
    if not name:
        return ("timeZone must be nil or non-empty string",)
    unknown = (f"unknown time zone {name}",)
    for part in name.split("/"):
        if part in (".", "..") or part.startswith("-") or not _ZONE_PART.fullmatch(part):
            return unknown
    if name.lower() == "local":
        return ("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return unknown
    return ()
