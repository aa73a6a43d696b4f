from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from pykube.store.base import Entry
from pykube.store.encryption.reencryption import Progress, reencrypt
from pykube.store.encryption.store import EncryptedStore
from pykube.store.memory import MemoryStore
from pykube.store.sqlite import SqliteStore
from tests.fakes.encrypted_store import IDENTITY, configuration, encrypted_store, keys

OLD = configuration(keys("aesgcm", "old"), IDENTITY)
NEW = configuration(keys("secretbox", "new"), keys("aesgcm", "old"), IDENTITY)


def path(number: int) -> str:
    return f"/registry/secrets/default/{number:05}"


async def everything(store: EncryptedStore, *, limit: int = 3) -> list[Progress]:
    found = [await reencrypt(store, limit=limit)]
    while found[-1].next:
        found.append(await reencrypt(store, after=found[-1].next, limit=limit))
    return found


def test_all_values_come_under_the_new_key_and_say_the_same() -> None:
    async def story() -> None:
        inner = MemoryStore()
        old = encrypted_store(inner, OLD)
        for number in range(10):
            await old.create(path(number), str(number).encode())
        await inner.create(path(10), b"10")
        store = encrypted_store(inner, NEW)
        slices = await everything(store)
        assert sum(len(one.rewritten) for one in slices) == 11
        assert [one.remaining for one in slices] == [8, 5, 2, 0]
        assert all(entry.value.startswith(b"k8s:enc:secretbox:v1:new:") for entry in (await inner.list("/")).entries)
        assert [entry.value for entry in (await store.list("/")).entries] == [str(n).encode() for n in range(11)]
        assert sum(len(one.rewritten) for one in await everything(store)) == 0, "nothing is written twice"

    asyncio.run(story())


def test_a_dry_run_writes_nothing() -> None:
    async def story() -> None:
        inner = MemoryStore()
        await encrypted_store(inner, OLD).create(path(0), b"x")
        progress = await reencrypt(encrypted_store(inner, NEW), dry_run=True)
        assert (len(progress.rewritten), await inner.revision()) == (1, 1)

    asyncio.run(story())


def test_identity_first_decrypts() -> None:
    async def story() -> None:
        inner = MemoryStore()
        await encrypted_store(inner, OLD).create(path(0), b"x")
        await reencrypt(encrypted_store(inner, configuration(IDENTITY, keys("aesgcm", "old"))))
        entry, _ = await inner.get(path(0))
        assert entry is not None
        assert entry.value == b"x"

    asyncio.run(story())


def test_what_no_key_opens_is_named_and_left_as_it_is() -> None:
    async def story() -> None:
        inner = MemoryStore()
        await encrypted_store(inner, configuration(keys("aesgcm", "lost"))).create(path(0), b"x")
        await encrypted_store(inner, OLD).create(path(1), b"y")
        progress = await reencrypt(encrypted_store(inner, NEW))
        assert progress.unreadable == {path(0): "aesgcm key 'lost' is not configured"}
        assert progress.rewritten == [path(1)]
        entry, _ = await inner.get(path(0))
        assert entry is not None
        assert entry.revision == 1

    asyncio.run(story())


class _Interrupted(MemoryStore):
    """Somebody else writes just before the first update."""

    def __init__(self) -> None:
        super().__init__()
        self.other: EncryptedStore | None = None

    async def update(self, key: str, value: bytes, *, expected: int) -> Entry:
        other, self.other = self.other, None
        if other is not None:
            await other.update(key, b"newer", expected=expected)
        return await super().update(key, value, expected=expected)


def test_a_write_that_comes_between_is_never_undone() -> None:
    async def story() -> None:
        inner = _Interrupted()
        old = encrypted_store(inner, OLD)
        await old.create(path(0), b"older")
        inner.other = old
        store = encrypted_store(inner, NEW)
        progress = await reencrypt(store)
        entry, _ = await store.get(path(0))
        assert entry is not None
        assert (entry.value, entry.revision, progress.rewritten) == (b"newer", 3, [path(0)])

    asyncio.run(story())


WORKER = """
import asyncio, sys
from pathlib import Path
from pykube.store.encryption.reencryption import reencrypt
from pykube.store.sqlite import SqliteStore
from tests.fakes.encrypted_store import encrypted_store

async def main():
    store = encrypted_store(await SqliteStore.open(Path(sys.argv[1])), sys.argv[2])
    after = ""
    while True:
        progress = await reencrypt(store, after=after, limit=5)
        print(len(progress.rewritten), flush=True)
        if not (after := progress.next):
            return

asyncio.run(main())
"""


def test_kill_9_in_the_midst_loses_nothing_and_the_next_run_ends_it(tmp_path: Path) -> None:
    file, count = tmp_path / "state.db", 400

    async def prepare() -> None:
        inner = await SqliteStore.open(file)
        store = encrypted_store(inner, OLD)
        await asyncio.gather(*(store.create(path(number), str(number).encode()) for number in range(count)))
        await inner.close()

    asyncio.run(prepare())
    command = [sys.executable, "-c", WORKER, str(file), NEW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        written = 0
        for line in process.stdout:
            written += int(line)
            if written >= 50:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL

    async def check() -> None:
        inner = await SqliteStore.open(file)
        store = encrypted_store(inner, NEW)
        done = [one for one in (await inner.list("/")).entries if one.value.startswith(b"k8s:enc:secretbox:")]
        assert 50 <= len(done) < count
        for _ in range(2):
            values = [entry.value for entry in (await store.list("/")).entries]
            assert values == [str(number).encode() for number in range(count)]
            await everything(store, limit=100)
        assert all(one.value.startswith(b"k8s:enc:secretbox:") for one in (await inner.list("/")).entries)
        await inner.close()

    asyncio.run(check())
