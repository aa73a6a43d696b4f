"""The CRI log format, and what a reader sees of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.server.log_lines import LogFilter, LogFormatError, LogOptions, nanoseconds, parse_line

LINES = (
    b"2026-01-01T00:00:01.000000001Z stdout F one\n",
    b"2026-01-01T00:00:02.5Z stderr P par\n",
    b"2026-01-01T00:00:02.6Z stderr F tial\n",
    b"not a log line\n",
    b"2026-01-01T00:00:03Z stdout F \n",
)


def shown(**options: Any) -> bytes:
    log_filter = LogFilter(LogOptions(**options))
    return b"".join(log_filter.render(line) for line in LINES)


def test_partial_lines_are_joined_and_strange_ones_left_out() -> None:
    assert shown() == b"one\npartial\n\n"


def test_time_stands_at_the_start_of_lines_only() -> None:
    assert shown(timestamps=True) == (
        b"2026-01-01T00:00:01.000000001Z one\n2026-01-01T00:00:02.500000000Z partial\n2026-01-01T00:00:03.000000000Z \n"
    )


def test_since_is_exact() -> None:
    assert shown(since=datetime(2026, 1, 1, 0, 0, 2, 500000, tzinfo=UTC)) == b"partial\n\n"
    assert shown(since=datetime(2026, 1, 1, 0, 0, 2, 500001, tzinfo=UTC)) == b"tial\n\n"


def test_bytes_are_limited() -> None:
    log_filter = LogFilter(LogOptions(limit_bytes=6))
    assert b"".join(log_filter.render(line) for line in LINES[:2]) == b"one\npa"
    assert log_filter.finished


def test_one_stream_alone() -> None:
    assert shown(stream="Stderr") == b"partial\n"


@pytest.mark.parametrize("line", [b"", b"\n", b"x stdout F\n", b"2026-01-01T00:00:01Z stdin F x\n"])
def test_other_formats_are_errors(line: bytes) -> None:
    with pytest.raises(LogFormatError):
        parse_line(line)


def test_zones_are_understood() -> None:
    assert nanoseconds("2026-01-01T01:00:00.1+01:00") == nanoseconds("2026-01-01T00:00:00.100000000Z")


@given(st.binary(max_size=80))
def test_nothing_but_format_errors(line: bytes) -> None:
    LogFilter(LogOptions(timestamps=True, since=datetime(2026, 1, 1, tzinfo=UTC))).render(line + b"\n")
