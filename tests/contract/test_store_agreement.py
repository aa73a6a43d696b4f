"""Whatever is done to them, the engines end up telling the same story: SQLite is held against memory."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pykube import errors
from pykube.store.base import Event, KeyExists, RevisionMismatch, Store
from pykube.store.memory import MemoryStore
from pykube.store.sqlite import SqliteStore

KEYS = st.sampled_from(["/r/a", "/r/b", "/r/bb", "/s/a"])
STEPS = st.one_of(
    st.tuples(st.just("create"), KEYS),
    st.tuples(st.just("update"), KEYS, st.integers(0, 2)),
    st.tuples(st.just("delete"), KEYS, st.integers(0, 2)),
    st.tuples(st.just("compact"), st.integers(0, 20)),
)


async def do(store: Store, step: tuple[Any, ...], number: int) -> Any:
    """One step and what came of it; `stale` revisions make some of them lose."""
    kind, *rest = step
    value = str(number).encode()
    try:
        if kind == "create":
            return await store.create(rest[0], value)
        if kind == "compact":
            return await store.compact(rest[0])
        current, _ = await store.get(rest[0])
        expected = (current.revision if current else 1) - rest[1] // 2
        if kind == "update":
            return await store.update(rest[0], value, expected=expected)
        return await store.delete(rest[0], expected=expected if rest[1] else None)
    except (KeyExists, RevisionMismatch) as refusal:
        return type(refusal), refusal.current


async def history(store: Store, revision: int) -> Any:
    """All that can be seen at and since a revision."""
    try:
        page = await store.list("/r/", revision=revision)
        first = await store.list("/", revision=revision, limit=2)
        missed: list[Event] = []
        watch = store.watch("/r/", revision=revision)
        newest = await store.revision()
        marker = await store.create(f"/r/marker{newest}", b"")
        async for batch in watch:
            missed.extend(batch)
            if missed[-1].entry.revision == marker.revision:
                break
        return list(page.entries), list(first.entries), first.more, first.remaining, missed
    except errors.Expired as expired:
        return expired.message


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=20))
def test_both_engines_agree(steps: list[tuple[Any, ...]]) -> None:
    async def story(folder: Path) -> None:
        memory, sqlite = MemoryStore(), await SqliteStore.open(folder / "state.db")
        for number, step in enumerate(steps):
            assert await do(memory, step, number) == await do(sqlite, step, number), step
        newest = await memory.revision()
        assert newest == await sqlite.revision()
        for revision in range(1, newest + 1):
            assert await history(memory, revision) == await history(sqlite, revision)
        await sqlite.close()
        again = await SqliteStore.open(folder / "state.db")
        assert (await again.list("/")).entries == (await memory.list("/")).entries
        assert await again.revision() == await memory.revision()
        await again.close()

    with tempfile.TemporaryDirectory() as name:
        asyncio.run(story(Path(name)))
