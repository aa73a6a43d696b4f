"""Indexes of Jobs, as intervals."""

from __future__ import annotations

import pytest

from pykube.api.validation import job_indexes

from .documents import build, created, status_updated

INDEXED = {"spec": {"completionMode": "Indexed", "completions": 5, "backoffLimitPerIndex": 1}}


@pytest.mark.parametrize(
    ("text", "expected"), [("", []), ("0", [(0, 0)]), ("0-2,4", [(0, 2), (4, 4)])], ids=["none", "one", "intervals"]
)
def test_indexes(text: str, expected: list[tuple[int, int]]) -> None:
    assert job_indexes.parse(text, 5) == (expected, "")


@pytest.mark.parametrize("text", ["5", "2,1", "1-1", "a", "1-2-3", "0-2,2", "٣", "9" * 5000, ",", "0,"])
def test_no_indexes(text: str) -> None:
    assert job_indexes.parse(text, 5)[1]


def test_overlap() -> None:
    assert job_indexes.overlap([(0, 2), (5, 9)], [(3, 4), (8, 8)]) == 8
    assert job_indexes.overlap([(0, 2)], [(3, 4)]) is None


def test_intervals_are_not_written_out() -> None:
    job = build(
        "Job",
        INDEXED,
        {"spec": {"completions": 2**31 - 1, "maxFailedIndexes": 1, "parallelism": 1}},
        {"spec": {"successPolicy": {"rules": [{"succeededIndexes": f"0-{2**31 - 2}", "succeededCount": 1}]}}},
        api_version="batch/v1",
    )
    assert created(job) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (
            {"completedIndexes": "0-1", "failedIndexes": "1"},
            'status.failedIndexes: Invalid value: "1": failedIndexes and completedIndexes overlap at index: 1',
        ),
        (
            {"completedIndexes": "7"},
            'status.completedIndexes: Invalid value: "7": error parsing completedIndexes: too large index: "7"',
        ),
    ],
    ids=["overlap", "too large"],
)
def test_what_ended_how(status: dict[str, str], expected: str) -> None:
    old = build("Job", INDEXED, api_version="batch/v1")
    new = build("Job", INDEXED, {"status": status}, api_version="batch/v1")
    assert status_updated(new, old) == [expected]


def test_indexes_of_a_job_without_any() -> None:
    old = build("Job", api_version="batch/v1")
    new = build("Job", {"status": {"completedIndexes": "0", "failedIndexes": ""}}, api_version="batch/v1")
    assert status_updated(new, old) == [
        'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed '
        "completion mode",
        'status.failedIndexes: Invalid value: "": cannot set non-null failedIndexes when backoffLimitPerIndex is null',
    ]
