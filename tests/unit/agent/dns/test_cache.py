from __future__ import annotations

import asyncio

import dnslib

from agent.dns.cache import Cache
from agent.dns.wire import NXDOMAIN, SERVFAIL
from tests.fakes.clock import FakeClock


def reply(zone: str = "", *, code: int = 0, authority: str = "", truncated: bool = False) -> bytes:
    record = dnslib.DNSRecord.question("a.example").reply()
    record.header.rcode = code
    record.header.tc = int(truncated)
    if zone:
        record.add_answer(*dnslib.RR.fromZone(zone))
    if authority:
        record.add_auth(*dnslib.RR.fromZone(authority))
    return bytes(record.pack())


def key(number: int = 0) -> tuple[bytes, int, bool, bool]:
    return (b"%d" % number, 1, False, False)


def test_answers_age_and_expire() -> None:
    async def story() -> None:
        clock = FakeClock()
        cache = Cache(clock)
        cache.put(key(), reply("a.example 60 A 10.0.0.1"))
        await clock.advance(25)
        kept = cache.get(key())
        assert kept is not None
        assert dnslib.DNSRecord.parse(kept).rr[0].ttl == 35
        await clock.advance(35)
        assert cache.get(key()) is None

    asyncio.run(story())


def test_absence_is_kept_for_a_short_time() -> None:
    async def story() -> None:
        clock = FakeClock()
        cache = Cache(clock)
        cache.put(key(), reply(code=NXDOMAIN, authority="example 900 SOA a.example b.example 1 2 3 4 900"))
        await clock.advance(29)
        assert cache.get(key()) is not None
        await clock.advance(1)
        assert cache.get(key()) is None

    asyncio.run(story())


def test_failures_and_fragments_are_not_kept() -> None:
    cache = Cache(FakeClock())
    cache.put(key(), reply(code=SERVFAIL))
    cache.put(key(), reply("a.example 60 A 10.0.0.1", truncated=True))
    cache.put(key(), reply("a.example 0 A 10.0.0.1"))
    cache.put(key(), reply())
    cache.put(key(), reply("a.example 60 A 10.0.0.1")[:-3])
    assert len(cache) == 0


def test_the_least_used_goes_first() -> None:
    cache = Cache(FakeClock(), size=2)
    for number in (1, 2):
        cache.put(key(number), reply("a.example 60 A 10.0.0.1"))
    cache.get(key(1))
    cache.put(key(3), reply("a.example 60 A 10.0.0.1"))
    assert [cache.get(key(number)) is not None for number in (1, 2, 3)] == [True, False, True]
