from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from pykube import errors
from pykube.store import feed as feeds
from pykube.store.base import Entry, Event, EventType
from pykube.store.feed import Feed


def event(revision: int, key: str = "/r/a") -> Event:
    return Event(EventType.PUT, Entry(key, b"", revision, revision), None)


async def nothing(prefix: str, after: int, upto: int, limit: int) -> Sequence[Event]:
    raise AssertionError("this watch does not start in the past")


def test_a_watch_that_falls_too_far_behind_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_BACKLOG", 3)

    async def story() -> None:
        feed = Feed()
        slow, fast = feed.watch("/r/", 0, nothing), feed.watch("/r/", 0, nothing)
        for revision in range(1, 6):
            feed.publish([event(revision)])
            assert [found.entry.revision for found in await anext(fast)] == [revision]
        with pytest.raises(errors.Expired, match="behind"):
            await anext(slow)

    asyncio.run(story())


def test_what_was_published_before_the_end_is_still_handed_out() -> None:
    async def story() -> None:
        feed = Feed()
        watch = feed.watch("/r/", 0, nothing)
        feed.publish([event(1), event(2, "/other"), event(3)])
        feed.close()
        assert [[found.entry.revision for found in batch] async for batch in watch] == [[1, 3]]
        assert [batch async for batch in feed.watch("/r/", 3, nothing)] == []

    asyncio.run(story())


def test_events_that_come_during_the_replay_follow_it() -> None:
    async def story() -> None:
        feed = Feed(revision=10)

        async def replay(prefix: str, after: int, upto: int, limit: int) -> Sequence[Event]:
            assert (prefix, after, upto) == ("/r/", 8, 10)
            feed.publish([event(11)])
            return [event(9), event(10)]

        watch = feed.watch("/r/", 8, replay)
        found = [found.entry.revision for batch in (await anext(watch), await anext(watch)) for found in batch]
        assert found == [9, 10, 11]

    asyncio.run(story())


def test_an_idle_watch_wakes_when_it_is_closed() -> None:
    async def story() -> None:
        feed = Feed()
        watch = feed.watch("/r/", 0, nothing)
        waiting = asyncio.ensure_future(anext(watch, None))
        await asyncio.sleep(0)
        await watch.aclose()
        assert await waiting is None
        feed.publish([event(1)])
        assert [batch async for batch in watch] == []

    asyncio.run(story())
