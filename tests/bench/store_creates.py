"""Durable creates a second by 16 concurrent writers; run it with a folder on the disk to measure."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from pykube.store.sqlite import SqliteStore

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


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        folder = Path(name)
        rate, median = asyncio.run(creates_per_second(folder))
        print(f"disk: {fsyncs_per_second(folder):.0f} fdatasync/s")
        print(f"store: {rate:.0f} durable creates/s from {WRITERS} writers, p50 {median:.1f} ms")


if __name__ == "__main__":
    main()
