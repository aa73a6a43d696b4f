from __future__ import annotations

import asyncio
import resource
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pykube.apiserver.audit.log_file import LogFile, Rotation
from pykube.apiserver.audit.outlet import DeliveryError
from tests.fakes.clock import FakeClock

DAY = 86_400.0


def play(folder: Path, rotation: Rotation, story: Callable[[LogFile, FakeClock], Awaitable[None]]) -> list[str]:
    """The names of the files after a story."""

    async def run() -> None:
        clock = FakeClock()
        log = LogFile(folder / "audit.log", rotation, clock)
        await story(log, clock)
        await log.close()

    asyncio.run(run())
    return sorted(path.name for path in folder.iterdir())


def test_events_are_lines_of_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    async def story(log: LogFile, clock: FakeClock) -> None:
        await log.deliver(lambda: [b'{"a":1}', b'{"a":2}'])

    assert play(tmp_path, Rotation(), story) == ["audit.log"]
    assert play(tmp_path, Rotation(), story) == ["audit.log"]
    file = tmp_path / "audit.log"
    assert file.read_text() == '{"a":1}\n{"a":2}\n' * 2, "a second start goes on where the first ended"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_full_is_put_aside_in_the_midst_of_a_batch(tmp_path: Path) -> None:
    async def story(log: LogFile, clock: FakeClock) -> None:
        await log.deliver(lambda: [b"x" * 39] * 5)

    assert play(tmp_path, Rotation(max_bytes=100), story) == [
        "audit-2026-01-01T00-00-00.000.log",
        "audit-2026-01-01T00-00-00.001.log",
        "audit.log",
    ]
    for path in tmp_path.iterdir():
        assert path.stat().st_size <= 100
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sum(path.read_text().count("\n") for path in tmp_path.iterdir()) == 5


def test_an_event_larger_than_a_file_may_be_is_written_all_the_same(tmp_path: Path) -> None:
    async def story(log: LogFile, clock: FakeClock) -> None:
        await log.deliver(lambda: [b"x" * 500, b"y"])

    assert len(play(tmp_path, Rotation(max_bytes=100), story)) == 2
    assert (tmp_path / "audit.log").read_text() == "y\n"


def test_only_so_many_old_files_are_kept(tmp_path: Path) -> None:
    (tmp_path / "audit-other.log").write_text("not ours")

    async def story(log: LogFile, clock: FakeClock) -> None:
        for _ in range(6):
            await clock.advance(1)
            await log.deliver(lambda: [b"x" * 90])

    assert play(tmp_path, Rotation(max_bytes=100, max_files=2), story) == [
        "audit-2026-01-01T00-00-05.000.log",
        "audit-2026-01-01T00-00-06.000.log",
        "audit-other.log",
        "audit.log",
    ]


def test_old_files_are_kept_for_so_many_days(tmp_path: Path) -> None:
    async def story(log: LogFile, clock: FakeClock) -> None:
        for _ in range(4):
            await clock.advance(DAY)
            await log.deliver(lambda: [b"x" * 90])

    found = play(tmp_path, Rotation(max_bytes=100, max_days=1), story)
    assert found == ["audit-2026-01-04T00-00-00.000.log", "audit-2026-01-05T00-00-00.000.log", "audit.log"]


def test_a_line_that_a_full_disk_has_cut_off_spoils_no_other(tmp_path: Path) -> None:
    async def story(log: LogFile, clock: FakeClock) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))  # Python ignores SIGXFSZ: writes fail instead
        try:
            with pytest.raises(DeliveryError):
                await log.deliver(lambda: [b"x" * 20])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await log.deliver(lambda: [b"next"])

    play(tmp_path, Rotation(), story)
    assert (tmp_path / "audit.log").read_text() == "x" * 10 + "\nnext\n"


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        log = LogFile(Path("/dev/full"), Rotation(max_bytes=0), FakeClock())
        with pytest.raises(DeliveryError, match="No space left"):
            await log.deliver(lambda: [b"x"])
        await log.close()

    asyncio.run(story())
    with pytest.raises(OSError):
        LogFile(tmp_path / "nowhere" / "audit.log", Rotation(), FakeClock())
