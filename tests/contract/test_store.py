"""What `pykube.store.base` promises, held against every engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pykube import errors
from pykube.store.base import Entry, Event, EventType, KeyExists, RevisionMismatch, Store, Watch
from pykube.store.memory import MemoryStore
from pykube.store.sqlite import SqliteStore
from tests.fakes.encrypted_store import encrypted_store

Opener = Callable[[Path], Awaitable[Store]]


async def _memory(_: Path) -> Store:
    return MemoryStore()


async def _sqlite(folder: Path) -> Store:
    return await SqliteStore.open(folder / "state.db")


async def _encrypted(folder: Path) -> Store:
    return encrypted_store(await SqliteStore.open(folder / "state.db"))


OPENERS: dict[str, Opener] = {"memory": _memory, "sqlite": _sqlite, "encrypted": _encrypted}


@asynccontextmanager
async def opened(opener: Opener, folder: Path) -> AsyncIterator[Store]:
    store = await opener(folder)
    try:
        yield store
    finally:
        await store.close()


Story = Callable[[Store], Coroutine[Any, Any, None]]


@pytest.fixture(params=OPENERS.values(), ids=OPENERS.keys())
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Story], None]:
    """Runs a story against a fresh store of each engine."""

    async def run(story: Story) -> None:
        async with asyncio.timeout(20), opened(request.param, tmp_path) as store:
            await story(store)

    return lambda story: asyncio.run(run(story))


async def take(watch: Watch, count: int) -> Sequence[Event]:
    """The next `count` events."""
    events: list[Event] = []
    while len(events) < count:
        events.extend(await anext(watch))
    return events


def short(events: Sequence[Event]) -> list[tuple[str, str, int]]:
    return [(event.type.value, event.entry.key, event.entry.revision) for event in events]


def test_an_empty_store_is_at_revision_zero(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        assert await store.revision() == 0
        assert await store.get("/a") == (None, 0)
        page = await store.list("/")
        assert (list(page.entries), page.revision, page.more, page.remaining) == ([], 0, False, 0)

    play(story)


def test_each_write_raises_the_revision_by_one(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        first = await store.create("/a", b"1")
        assert first == Entry("/a", b"1", 1, 1)
        assert await store.update("/a", b"2", expected=1) == Entry("/a", b"2", 2, 1)
        assert await store.delete("/a", expected=2) == Entry("/a", b"2", 3, 1)
        assert await store.get("/a") == (None, 3)
        assert await store.create("/a", b"3") == Entry("/a", b"3", 4, 4)
        assert await store.revision() == 4

    play(story)


def test_create_refuses_a_taken_key(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await store.create("/a", b"1")
        with pytest.raises(KeyExists) as caught:
            await store.create("/a", b"2")
        assert caught.value.current == Entry("/a", b"1", 1, 1)
        assert await store.revision() == 1

    play(story)


def test_update_and_delete_compare_the_revision(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await store.create("/a", b"1")
        await store.update("/a", b"2", expected=1)
        with pytest.raises(RevisionMismatch) as caught:
            await store.update("/a", b"3", expected=1)
        assert caught.value.current == Entry("/a", b"2", 2, 1)
        with pytest.raises(RevisionMismatch):
            await store.delete("/a", expected=1)
        with pytest.raises(RevisionMismatch) as missing:
            await store.update("/b", b"1", expected=1)
        assert missing.value.current is None
        with pytest.raises(RevisionMismatch):
            await store.delete("/b", expected=None)
        assert await store.delete("/a") == Entry("/a", b"2", 3, 1)

    play(story)


def test_of_concurrent_updates_one_wins_and_bystanders_are_unharmed(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await store.create("/a", b"0")
        racers = [store.update("/a", str(n).encode(), expected=1) for n in range(8)]
        bystanders = [store.create(f"/b/{n}", b"x") for n in range(8)]
        results = await asyncio.gather(*racers, *bystanders, return_exceptions=True)
        assert sum(isinstance(result, Entry) for result in results[:8]) == 1
        assert sum(isinstance(result, RevisionMismatch) for result in results[:8]) == 7
        assert all(isinstance(result, Entry) for result in results[8:])
        assert await store.revision() == 10

    play(story)


def test_writes_to_one_key_in_one_batch_see_each_other(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        results = await asyncio.gather(
            store.create("/a", b"1"),
            store.delete("/a"),
            store.create("/a", b"2"),
            store.update("/a", b"3", expected=3),
        )
        assert [entry.revision for entry in results] == [1, 2, 3, 4]
        assert await store.get("/a") == (Entry("/a", b"3", 4, 3), 4)

    play(story)


def test_list_is_sorted_by_key_and_bound_to_its_prefix(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        for key in ("/r/b", "/r/a", "/q/z", "/r/c", "/s", "/r", "/r/é"):
            await store.create(key, key.encode())
        page = await store.list("/r/")
        assert [entry.key for entry in page.entries] == ["/r/a", "/r/b", "/r/c", "/r/é"]
        assert page.entries[0].value == b"/r/a"
        assert (page.revision, page.more, page.remaining) == (7, False, 0)

    play(story)


def test_list_in_pages(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        for n in range(5):
            await store.create(f"/r/{n}", b"")
        first = await store.list("/r/", limit=2)
        assert ([entry.key for entry in first.entries], first.more, first.remaining) == (["/r/0", "/r/1"], True, 3)
        await store.delete("/r/3")
        await store.create("/r/9", b"")
        rest = await store.list("/r/", limit=3, start_after="/r/1", revision=first.revision)
        assert ([entry.key for entry in rest.entries], rest.more) == (["/r/2", "/r/3", "/r/4"], False)
        assert rest.revision == first.revision

    play(story)


def test_reading_the_past(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await store.create("/r/a", b"1")
        await store.create("/r/b", b"1")
        await store.update("/r/a", b"2", expected=1)
        await store.delete("/r/b")
        await store.create("/r/b", b"2")
        states = {
            1: {"/r/a": b"1"},
            2: {"/r/a": b"1", "/r/b": b"1"},
            3: {"/r/a": b"2", "/r/b": b"1"},
            4: {"/r/a": b"2"},
            5: {"/r/a": b"2", "/r/b": b"2"},
        }
        for revision, state in states.items():
            page = await store.list("/r/", revision=revision)
            assert {entry.key: entry.value for entry in page.entries} == state
            for key in ("/r/a", "/r/b"):
                entry, newest = await store.get(key, revision=revision)
                assert (entry.value if entry else None) == state.get(key)
                assert newest == 5

    play(story)


def test_watch_gives_the_past_then_the_present(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await store.create("/r/a", b"1")
        await store.create("/other", b"1")
        await store.update("/r/a", b"2", expected=1)
        watch = store.watch("/r/", revision=1)
        await store.delete("/r/a")
        await store.create("/r/b", b"1")
        events = await take(watch, 3)
        assert short(events) == [("PUT", "/r/a", 3), ("DELETE", "/r/a", 4), ("PUT", "/r/b", 5)]
        assert events[0].previous == Entry("/r/a", b"1", 1, 1)
        assert events[1].entry == Entry("/r/a", b"", 4, 1)
        assert events[1].previous == Entry("/r/a", b"2", 3, 1)
        assert events[2].previous is None
        await watch.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(watch)

    play(story)


def test_watch_replays_long_histories_without_gap_or_repetition(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await asyncio.gather(*(store.create(f"/r/{n:04}", b"") for n in range(1_100)))
        watch = store.watch("/r/", revision=50)
        await asyncio.gather(*(store.create(f"/r/{n:04}", b"") for n in range(1_100, 1_300)))
        events = await take(watch, 1_250)
        assert [event.entry.revision for event in events] == list(range(51, 1_301))
        await watch.aclose()

    play(story)


def test_watch_from_a_future_revision_leaves_out_what_comes_before_it(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        watch = store.watch("/", revision=2)
        for n in range(4):
            await store.create(f"/{n}", b"")
        assert short(await take(watch, 2)) == [("PUT", "/2", 3), ("PUT", "/3", 4)]
        await watch.aclose()

    play(story)


def test_history_between_two_revisions(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        for number in range(6):
            await store.create(f"/{'ab'[number % 2]}/{number}", b"1")
        await store.delete("/a/0")
        found = await store.events("/a/", after=1, upto=7, limit=10)
        assert [(event.type, event.entry.key, event.entry.revision) for event in found] == [
            (EventType.PUT, "/a/2", 3),
            (EventType.PUT, "/a/4", 5),
            (EventType.DELETE, "/a/0", 7),
        ]
        assert found[-1].previous is not None
        assert [event.entry.revision for event in await store.events("/", after=2, upto=5, limit=2)] == [3, 4]
        assert not await store.events("/", after=7, upto=7, limit=10)
        await store.compact(4)
        assert len(await store.events("/", after=4, upto=7, limit=10)) == 3
        with pytest.raises(errors.Expired):
            await store.events("/", after=3, upto=7, limit=10)

    play(story)


def test_closing_the_store_ends_its_watches(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        watch = store.watch("/", revision=0)
        waiting = asyncio.ensure_future(anext(watch, None))
        await asyncio.sleep(0)
        await store.close()
        assert await waiting is None
        with pytest.raises(errors.ServiceUnavailable):
            await store.create("/a", b"")

    play(story)


def test_compaction_keeps_the_present_and_what_was_true_then(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await store.create("/r/a", b"1")
        await store.create("/r/b", b"1")
        await store.update("/r/a", b"2", expected=1)
        await store.delete("/r/b")
        await store.update("/r/a", b"3", expected=3)
        await store.compact(3)
        assert await store.compacted() == 3
        page = await store.list("/r/", revision=3)
        assert {entry.key: entry.value for entry in page.entries} == {"/r/a": b"2", "/r/b": b"1"}
        events = await take(store.watch("/r/", revision=3), 2)
        assert short(events) == [("DELETE", "/r/b", 4), ("PUT", "/r/a", 5)]
        assert [event.previous.value if event.previous else None for event in events] == [b"1", b"2"]
        with pytest.raises(errors.Expired):
            await store.list("/r/", revision=2)
        with pytest.raises(errors.Expired):
            await store.get("/r/a", revision=2)
        with pytest.raises(errors.Expired):
            await anext(store.watch("/r/", revision=2))

    play(story)


def test_compaction_beyond_the_newest_revision_stops_there(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await store.create("/a", b"1")
        await store.delete("/a")
        await store.compact(100)
        await store.compact(1)
        assert await store.compacted() == 2
        assert (await store.create("/a", b"2")).revision == 3
        assert short(await take(store.watch("/", revision=2), 1)) == [("PUT", "/a", 3)]

    play(story)


def test_long_histories_compact(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        await store.create("/lease", b"0")
        for turn in range(1, 1_200):
            await store.update("/lease", str(turn).encode(), expected=turn)
        await store.compact(1_150)
        assert len(await take(store.watch("/", revision=1_150), 50)) == 50
        entry, _ = await store.get("/lease")
        assert entry == Entry("/lease", b"1199", 1_200, 1)

    play(story)


def test_events_carry_their_type(play: Callable[[Story], None]) -> None:
    async def story(store: Store) -> None:
        watch = store.watch("/", revision=0)
        await store.create("/a", b"1")
        assert [event.type for event in await take(watch, 1)] == [EventType.PUT]
        await watch.aclose()

    play(story)
