"""Sets of files that change all at once."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.volumes.atomic_writer import File, write

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)


def visible(root: Path) -> dict[str, str]:
    """What a reader sees: names that do not begin with two dots."""
    return {path.name: path.read_text() for path in root.iterdir() if not path.name.startswith("..") and path.is_file()}


def test_files_appear_with_their_modes(tmp_path: Path) -> None:
    assert write(tmp_path, {"a": File(b"1", 0o400), "dir/b": File(b"2", 0o644)}, NOW)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o400
    assert (tmp_path / "dir" / "b").read_text() == "2"
    assert os.readlink(tmp_path / "a") == "..data/a"


def test_same_files_are_left_alone(tmp_path: Path) -> None:
    files = {"a": File(b"1", 0o644)}
    write(tmp_path, files, NOW)
    before = os.readlink(tmp_path / "..data")
    assert not write(tmp_path, files, LATER)
    assert os.readlink(tmp_path / "..data") == before


def test_change_replaces_all_and_leaves_one_set(tmp_path: Path) -> None:
    write(tmp_path, {"a": File(b"1", 0o644), "b": File(b"2", 0o644)}, NOW)
    assert write(tmp_path, {"b": File(b"3", 0o644), "c": File(b"4", 0o644)}, LATER)
    assert visible(tmp_path) == {"b": "3", "c": "4"}
    assert len([path for path in tmp_path.iterdir() if path.name.startswith("..2")]) == 1


def test_change_of_mode_counts(tmp_path: Path) -> None:
    write(tmp_path, {"a": File(b"1", 0o644)}, NOW)
    assert write(tmp_path, {"a": File(b"1", 0o600)}, LATER)


def test_reader_with_the_old_set_open_reads_on(tmp_path: Path) -> None:
    write(tmp_path, {"a": File(b"old", 0o644)}, NOW)
    with (tmp_path / "a").open() as file:
        write(tmp_path, {"a": File(b"new", 0o644)}, LATER)
        assert file.read() == "old"
    assert (tmp_path / "a").read_text() == "new"


def test_nothing_is_a_set_too(tmp_path: Path) -> None:
    write(tmp_path, {}, NOW)
    assert visible(tmp_path) == {}
