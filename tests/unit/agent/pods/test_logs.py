"""Logs that are put aside, and what a container says when it ends."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.pods import termination
from agent.pods.logs import MOST_FILES, put_aside, tidy

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_old_logs_are_compressed_and_the_oldest_removed(tmp_path: Path) -> None:
    path = tmp_path / "0.log"
    for number in range(7):
        path.write_text(f"{number}")
        put_aside(path, NOW + timedelta(seconds=number))
        path.write_text("now")
        tidy(path)
    rotated = sorted(found.name for found in tmp_path.iterdir() if found != path)
    assert len(rotated) == MOST_FILES - 1
    assert rotated[-1] == "0.log.20260102-030411"
    assert all(name.endswith(".gz") for name in rotated[:-1])
    assert gzip.decompress((tmp_path / rotated[-2]).read_bytes()) == b"5"


def test_message_is_the_files(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("x" * 5000)
    assert len(termination.message(tmp_path / "m", "File", None, 1)) == 4096


def test_log_stands_in_for_an_empty_message_after_a_failure(tmp_path: Path) -> None:
    log = tmp_path / "0.log"
    log.write_text(
        "2026-01-01T00:00:00Z stdout F one\n2026-01-01T00:00:00Z stderr P tw\n2026-01-01T00:00:00Z stderr F o\n"
    )
    assert termination.message(tmp_path / "m", "FallbackToLogsOnError", log, 1) == "one\ntwo\n"
    assert termination.message(tmp_path / "m", "FallbackToLogsOnError", log, 0) == ""
    assert termination.message(tmp_path / "m", "File", log, 1) == ""
