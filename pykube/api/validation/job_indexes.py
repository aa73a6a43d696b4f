"""The indexes of an indexed Job, written as ``0-2,5``. Intervals are never written out: there may be 2^31 indexes."""

from __future__ import annotations

import re

Intervals = list[tuple[int, int]]
"""First and last index of each, in rising order."""

_NUMBER = re.compile("[0-9]{1,18}")


def parse(text: str, completions: int) -> tuple[Intervals, str]:
    """The intervals of a text, and what is wrong with it; a text that is wrong has none."""
    found: Intervals = []
    last = -1
    for part in text.split(",") if text else ():
        interval, problem = _interval(part, completions)
        if problem:
            return [], problem
        first, final = interval
        if last >= first:
            return [], f"non-increasing order, previous: {last}, current: {first}"
        found.append(interval)
        last = final
    return found, ""


def _interval(part: str, completions: int) -> tuple[tuple[int, int], str]:
    ends = part.split("-")
    nothing = (0, 0)
    if len(ends) > 2:
        rule = "an index interval can have at most two parts separated by '-'"
        return nothing, f'the fragment "{part}" violates the requirement that {rule}'
    for end in ends:
        if not _NUMBER.fullmatch(end):
            return nothing, f'cannot convert string to integer for index: "{end}"'
        if int(end) >= completions:
            return nothing, f'too large index: "{end}"'
    first, final = int(ends[0]), int(ends[-1])
    if len(ends) == 2 and first >= final:
        return nothing, f"non-increasing order, previous: {first}, current: {final}"
    return (first, final), ""


def size(found: Intervals) -> int:
    """How many indexes there are."""
    return sum(final - first + 1 for first, final in found)


def overlap(one: Intervals, other: Intervals) -> int | None:
    """The first index that is in both."""
    position = 0
    for first, final in one:
        while position < len(other) and other[position][1] < first:
            position += 1
        if position < len(other) and other[position][0] <= final:
            return max(first, other[position][0])
    return None
