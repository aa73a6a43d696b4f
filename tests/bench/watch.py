"""One busy resource, 100 and 1,000 watchers: how long a change takes to reach them."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator

import aiohttp
import msgspec

from tests.bench.report import Figure
from tests.bench.server import Server, running

CHANGES = 300
RATE = 100
"""Changes a second."""

SAMPLE = 20
"""One watcher in so many decodes what it gets and measures; the others only take it, as one process plays them all."""


class _Data(msgspec.Struct):
    sent: str


class _Object(msgspec.Struct):
    data: _Data


class _Event(msgspec.Struct):
    object: _Object


_decode = msgspec.json.Decoder(_Event).decode


async def _taker(session: aiohttp.ClientSession, url: str, ready: asyncio.Event) -> None:
    async with session.get(url) as answer:
        ready.set()
        seen = 0
        async for chunk in answer.content.iter_any():
            seen += chunk.count(b"\n")
            if seen >= CHANGES:
                return


async def _watcher(session: aiohttp.ClientSession, url: str, ready: asyncio.Event, delays: list[float]) -> None:
    async with session.get(url) as answer:
        ready.set()
        rest = b""
        seen = 0
        async for chunk in answer.content.iter_any():
            *lines, rest = (rest + chunk).split(b"\n")
            now = time.perf_counter()
            for line in lines:
                delays.append(now - float(_decode(line).object.data.sent))
                seen += 1
            if seen >= CHANGES:
                return


async def _fan_out(server: Server, watchers: int) -> list[float]:
    base = f"{server.url}/api/v1/namespaces/default/configmaps"
    connector = aiohttp.TCPConnector(ssl=server.context, limit=0)
    delays: list[float] = []
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as session:
        async with session.get(base) as answer:
            version = (await answer.json())["metadata"]["resourceVersion"]
        name = f"busy-{watchers}"
        url = f"{base}?watch=1&resourceVersion={version}&fieldSelector=metadata.name%3D{name}"
        ready = [asyncio.Event() for _ in range(watchers)]
        tasks = [
            asyncio.create_task(_taker(session, url, event) if at % SAMPLE else _watcher(session, url, event, delays))
            for at, event in enumerate(ready)
        ]
        await asyncio.gather(*(event.wait() for event in ready))
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(CHANGES):
            body = {"metadata": {"name": name}, "data": {"sent": str(time.perf_counter())}}
            method, path = ("POST", base) if number == 0 else ("PUT", f"{base}/{name}")
            async with session.request(method, path, json=body) as answer:
                answer.raise_for_status()
            await asyncio.sleep(max(0.0, began + (number + 1) / RATE - loop.time()))
        await asyncio.wait_for(asyncio.gather(*tasks), 60)
    return delays


def measure() -> Iterator[Figure]:
    with running() as server:
        for watchers in (1, 100, 1000):
            delays = sorted(asyncio.run(_fan_out(server, watchers)))
            name = f"watch, {watchers:,} watchers, {RATE} changes/s"
            aim = "p99 under 1 s" if watchers == 1000 else ""
            yield Figure(f"{name}: median", statistics.median(delays) * 1000, "ms")
            yield Figure(f"{name}: 99th percentile", delays[int(len(delays) * 0.99)] * 1000, "ms", aim)
