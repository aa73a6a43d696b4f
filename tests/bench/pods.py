"""Pods on the running cluster: created to Ready, alone and 30 at once; deleted to gone."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import msgspec

from tests.bench.cluster import URL, context, ensure_running
from tests.bench.report import Figure

ALONE = 10
AT_ONCE = 30


class Watch:
    """Remembers when each pod got Ready and when it was gone."""

    def __init__(self) -> None:
        self.ready: dict[str, float] = {}
        self.gone: dict[str, float] = {}
        self._changed = asyncio.Condition()

    async def run(self, session: aiohttp.ClientSession, base: str, version: str) -> None:
        """Follow the bench's pods until cancelled."""
        async with session.get(
            base, params={"watch": "1", "resourceVersion": version, "labelSelector": "bench=1"}
        ) as answer:
            rest = b""
            async for chunk in answer.content.iter_any():
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._see(msgspec.json.decode(line))
                async with self._changed:
                    self._changed.notify_all()

    def _see(self, event: Any) -> None:
        pod = event["object"]
        name = pod["metadata"]["name"]
        if event["type"] == "DELETED":
            self.gone[name] = time.perf_counter()
        elif name not in self.ready and any(
            found["type"] == "Ready" and found["status"] == "True" for found in pod["status"].get("conditions", ())
        ):
            self.ready[name] = time.perf_counter()

    async def wait(self, where: dict[str, float], name: str) -> float:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: name in where), 120)
        return where[name]


def _pod(name: str) -> dict[str, Any]:
    container = {
        "name": "c",
        "image": "pykube.local/page:1",
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/busybox", "sleep", "3600"],
    }
    spec = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": False,
        "containers": [container],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"bench": "1"}}, "spec": spec}


async def _measure() -> dict[str, list[float]]:
    base = f"{URL}/api/v1/namespaces/default/pods"
    connector = aiohttp.TCPConnector(ssl=context(), limit=0)
    found: dict[str, list[float]] = {"ready": [], "gone": [], "burst": [], "burst gone": []}
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as session:
        async with session.get(base) as answer:
            version = (await answer.json())["metadata"]["resourceVersion"]
        watch = Watch()
        following = asyncio.create_task(watch.run(session, base, version))
        run = format(int(time.time()), "x")

        async def create(name: str) -> float:
            began = time.perf_counter()
            async with session.post(base, json=_pod(name)) as answer:
                answer.raise_for_status()
            return began

        async def delete(name: str) -> float:
            began = time.perf_counter()
            async with session.delete(f"{base}/{name}") as answer:
                answer.raise_for_status()
            return began

        for number in range(ALONE):
            name = f"alone-{run}-{number}"
            began = await create(name)
            found["ready"].append(await watch.wait(watch.ready, name) - began)
            began = await delete(name)
            found["gone"].append(await watch.wait(watch.gone, name) - began)
        names = [f"burst-{run}-{number}" for number in range(AT_ONCE)]
        began = time.perf_counter()
        await asyncio.gather(*(create(name) for name in names))
        found["burst"] = [await watch.wait(watch.ready, name) - began for name in names]
        began = time.perf_counter()
        await asyncio.gather(*(delete(name) for name in names))
        found["burst gone"] = [await watch.wait(watch.gone, name) - began for name in names]
        following.cancel()
    return found


def measure() -> Iterator[Figure]:
    ensure_running()
    found = asyncio.run(_measure())
    yield Figure(
        "pod alone: created -> Ready, median", statistics.median(found["ready"]) * 1000, "ms", "0.6x of 441 to 728 ms"
    )
    yield Figure("pod alone: deleted -> gone, median", statistics.median(found["gone"]) * 1000, "ms")
    yield Figure("30 pods at once: created -> all Ready", max(found["burst"]) * 1000, "ms", "0.6x of 8,400 ms")
    yield Figure("30 pods at once: deleted -> all gone", max(found["burst gone"]) * 1000, "ms", "373 ms")
