"""Cron schedules: five fields (minute, hour, day of month, month, day of week), or a name such as ``@daily``. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_NAMED: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DAYS: Final = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_HORIZON: Final = timedelta(days=5 * 366)


class ScheduleError(ValueError):
    """The text is no schedule; the message says why."""


def _number(text: str, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    if not (text.isascii() and text.isdigit()):
        raise ScheduleError(f"failed to parse int from {text}: invalid syntax")
    return int(text)


def _field(text: str, low: int, high: int, names: dict[str, int] | None = None) -> tuple[frozenset[int], bool]:
    """The numbers a field allows, and whether it leaves all open (``*``)."""
    found: set[int] = set()
    star = False
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(step_text, {}) if slash else 1
        if step == 0:
            raise ScheduleError(f"step of range should be a positive number: {part}")
        if span in ("*", "?"):
            first, last = low, high
            star = star or step == 1
        else:
            start, dash, end = span.partition("-")
            first = _number(start, names or {})
            last = _number(end, names or {}) if dash else (high if slash else first)
        if first < low:
            raise ScheduleError(f"beginning of range ({first}) below minimum ({low}): {part}")
        if last > high:
            raise ScheduleError(f"end of range ({last}) above maximum ({high}): {part}")
        if first > last:
            raise ScheduleError(f"beginning of range ({first}) beyond end of range ({last}): {part}")
        found.update(range(first, last + 1, step))
    return frozenset(found), star


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed schedule. When both day fields are restricted, either is enough, as cron has it."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool
    every: timedelta | None = None
    """``@every 1h30m``: counted from the time asked about."""

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """The schedule that `text` describes.

        Raises:
            ScheduleError: none.
        """
        text = text.strip()
        if text.startswith("@every "):
            return _every(text.removeprefix("@every ").strip())
        if text.startswith("@") and text not in _NAMED:
            raise ScheduleError(f"unrecognized descriptor: {text}")
        fields = _NAMED.get(text, text).split()
        if len(fields) != 5:
            raise ScheduleError(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
        minutes, _ = _field(fields[0], 0, 59)
        hours, _ = _field(fields[1], 0, 23)
        days, any_day = _field(fields[2], 1, 31)
        months, _ = _field(fields[3], 1, 12, _MONTHS)
        weekdays, any_weekday = _field(fields[4], 0, 7, _DAYS)
        return cls(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), any_day, any_weekday)

    def next(self, after: datetime) -> datetime | None:
        """The first moment after `after` (whose time zone counts); None when there is none for years."""
        if self.every is not None:
            return (after + self.every).replace(microsecond=0)
        moment = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        limit = after + _HORIZON
        while moment < limit:
            if moment.month not in self.months or not self._day(moment):
                moment = moment.replace(hour=0, minute=0) + timedelta(days=1)
            elif moment.hour not in self.hours:
                moment = moment.replace(minute=0) + timedelta(hours=1)
            elif moment.minute not in self.minutes:
                moment += timedelta(minutes=1)
            else:
                return moment
        return None

    def _day(self, moment: datetime) -> bool:
        day, weekday = moment.day in self.days, (moment.isoweekday() % 7) in self.weekdays
        return day and weekday if self.any_day or self.any_weekday else day or weekday


def _every(text: str) -> Schedule:
    units = {"h": 3600, "m": 60, "s": 1}
    seconds, number = 0, ""
    for letter in text:
        if letter in units and number:
            seconds += int(number) * units[letter]
            number = ""
        elif letter.isdigit():
            number += letter
        else:
            raise ScheduleError(f"failed to parse duration @every {text}")
    if number or not seconds:
        raise ScheduleError(f"failed to parse duration @every {text}")
    everything: frozenset[int] = frozenset()
    return Schedule(everything, everything, everything, everything, everything, True, True, timedelta(seconds=seconds))
