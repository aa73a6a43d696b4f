"""The debug tables."""

from datetime import UTC, datetime, timedelta

from pykube.apiserver.flowcontrol.dumps import rfc3339, seat_seconds, tabulated


def test_columns_stand_below_each_other():
    rows = [("PriorityLevelName", "Index", "R"), ("catch-all", "0", "1"), ("x", "11", "2")]
    assert tabulated(rows).splitlines() == [
        "PriorityLevelName, Index,  R",
        "catch-all,         0,      1",
        "x,                 11,     2",
    ]


def test_times_have_as_many_decimals_as_they_need():
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert rfc3339(noon) == "2026-01-02T12:00:00Z"
    assert rfc3339(noon + timedelta(microseconds=120000)) == "2026-01-02T12:00:00.12Z"


def test_seat_seconds():
    assert seat_seconds(0.003) == "0.00300000ss"
