"""Durations as upstream words them."""

from datetime import UTC, datetime

import pytest

from pykube.apiserver.table.duration import between, human, since

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-2, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (5 * MINUTE + 12, "5m12s"),
        (10 * MINUTE + 12, "10m"),
        (179 * MINUTE, "179m"),
        (3 * HOUR, "3h"),
        (3 * HOUR + 5 * MINUTE, "3h5m"),
        (8 * HOUR + 5 * MINUTE, "8h"),
        (47 * HOUR, "47h"),
        (50 * HOUR, "2d2h"),
        (8 * DAY + HOUR, "8d"),
        (700 * DAY, "700d"),
        (3 * YEAR + DAY, "3y1d"),
        (9 * YEAR, "9y"),
    ],
)
def test_human(seconds, text):
    assert human(seconds) == text


def test_from_timestamps():
    now = datetime(2026, 1, 1, 0, 5, 12, tzinfo=UTC)
    assert since("2026-01-01T00:00:00Z", now) == "5m12s"
    assert since(None, now) == "<unknown>"
    assert between("2026-01-01T00:00:00Z", "2026-01-01T00:00:07Z") == "7s"
