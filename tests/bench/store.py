"""Durable creates a second by 16 concurrent writers."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pykube.store.sqlite import SqliteStore
from tests.bench.report import Figure

WRITERS = 16
SECONDS = 4.0


def fsyncs_per_second(folder: Path) -> float:
    """What the disk itself can do: 4 kB appended and synced, one after the other."""
    began, count = time.monotonic(), 0
    with (folder / "probe").open("wb") as file:
        while time.monotonic() - began < 1.0:
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
            count += 1
    return count / (time.monotonic() - began)


async def creates_per_second(folder: Path) -> tuple[float, float]:
    """The rate, and the median latency in milliseconds."""
    store = await SqliteStore.open(folder / "state.db")
    value = b"x" * 700
    ends = time.monotonic() + SECONDS
    latencies: list[float] = []

    async def write(writer: int) -> None:
        n = 0
        while (began := time.monotonic()) < ends:
            await store.create(f"/registry/configmaps/default/w{writer}-{n}", value)
            latencies.append(time.monotonic() - began)
            n += 1

    await asyncio.gather(*(write(n) for n in range(WRITERS)))
    await store.close()
    return len(latencies) / SECONDS, sorted(latencies)[len(latencies) // 2] * 1000


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        yield Figure("disk: appends made durable one by one", fsyncs_per_second(folder), "/s")
        rate, median = asyncio.run(creates_per_second(folder))
        yield Figure(f"store: durable creates, {WRITERS} writers", rate, "/s")
        yield Figure(f"store: durable creates, {WRITERS} writers: median", median, "ms")
