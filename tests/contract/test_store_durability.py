"""What SQLite's store owes to a killed process, a full disk and a second server."""

from __future__ import annotations

import asyncio
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pykube import errors
from pykube.store.sqlite import SqliteStore

WRITER = """
import asyncio, sys
from pathlib import Path
from pykube.store.sqlite import SqliteStore

async def main():
    store = await SqliteStore.open(Path(sys.argv[1]))
    async def write(writer):
        for n in range(1_000_000):
            entry = await store.create(f"/w{writer}/{n}", b"x" * 300)
            print(entry.key, entry.revision, flush=True)
    await asyncio.gather(*(write(n) for n in range(8)))

asyncio.run(main())
"""


def test_every_acknowledged_write_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    acknowledged: dict[str, int] = {}
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            key, _, revision = line.rstrip("\n").partition(" ")
            acknowledged[key] = int(revision or 0)
            if len(acknowledged) == 300:
                process.send_signal(signal.SIGKILL)

    async def check() -> None:
        store = await SqliteStore.open(path)
        found = {entry.key: entry.revision for entry in (await store.list("/")).entries}
        assert {key: revision for key, revision in acknowledged.items() if key in found} == acknowledged
        assert await store.revision() == max(found.values())
        assert (await store.create("/after", b"")).revision == max(found.values()) + 1
        await store.close()

    asyncio.run(check())


def test_a_full_disk_is_reported_and_recovered_from(tmp_path: Path) -> None:
    async def story() -> None:
        store = await SqliteStore.open(tmp_path / "state.db")
        await store.create("/small", b"1")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))  # Python ignores SIGXFSZ: writes fail instead
        try:
            results = await asyncio.gather(
                *(store.create(f"/big/{n}", bytes(3 << 20)) for n in range(2)),
                store.update("/small", b"2", expected=1),
                return_exceptions=True,
            )
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert [type(result) for result in results[:2]] == [errors.InternalError] * 2
        assert not isinstance(results[2], BaseException), "a write that fits is not spoilt by its neighbours"
        assert results[2].revision == 2
        assert (await store.create("/big/0", bytes(3 << 20))).revision == 3
        await store.close()

    asyncio.run(story())


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"this is not a database, but it is long enough to be read as one " * 100)
    with pytest.raises(errors.InternalError, match="not a database"):
        asyncio.run(SqliteStore.open(path))


def test_two_processes_cannot_share_a_file(tmp_path: Path) -> None:
    async def story() -> None:
        store = await SqliteStore.open(tmp_path / "state.db")
        with pytest.raises(errors.InternalError, match="another process"):
            await SqliteStore.open(tmp_path / "state.db")
        await store.close()
        await (await SqliteStore.open(tmp_path / "state.db")).close()

    asyncio.run(story())


def test_the_revision_survives_a_restart_even_after_a_compacted_deletion(tmp_path: Path) -> None:
    async def story() -> None:
        store = await SqliteStore.open(tmp_path / "state.db")
        await store.create("/a", b"1")
        await store.delete("/a")
        await store.compact(2)
        await store.close()
        store = await SqliteStore.open(tmp_path / "state.db")
        assert await store.revision() == 2
        assert await store.compacted() == 2
        await store.close()

    asyncio.run(story())


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    def modes() -> set[int]:
        return {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    async def story() -> None:
        store = await SqliteStore.open(tmp_path / "state.db")
        await store.create("/a", b"1")
        assert modes() == {0o600}
        await store.close()

    asyncio.run(story())
