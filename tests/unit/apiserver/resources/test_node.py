"""Nodes and their status."""

from __future__ import annotations

import asyncio

from tests.fakes.api_server import running

NODES = "/api/v1/nodes"


def test_a_new_node_keeps_its_status_and_an_update_does_not_change_it() -> None:
    async def story() -> None:
        async with running() as api:
            made = await api.post(NODES, {"metadata": {"name": "n"}, "status": {"capacity": {"cpu": "2"}}})
            assert made.doc["status"]["capacity"] == {"cpu": "2"}
            changed = {**made.doc, "status": {"capacity": {"cpu": "4"}}}
            assert (await api.put(f"{NODES}/n", changed)).doc["status"]["capacity"] == {"cpu": "2"}
            assert (await api.put(f"{NODES}/n/status", changed)).doc["status"]["capacity"] == {"cpu": "4"}

    asyncio.run(story())
