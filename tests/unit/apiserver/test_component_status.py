"""How the control plane's parts are."""

import asyncio

from pykube.apiserver.component_status import ComponentStatuses, socket_probe, store_probe
from pykube.controllers import health
from pykube.store.memory import MemoryStore
from tests.fakes.api_server import running

PATH = "/api/v1/componentstatuses"


def test_parts_are_asked_when_somebody_wants_to_know():
    async def story():
        async with running() as api:
            found = await api.get(PATH)
            assert [item["metadata"]["name"] for item in found.doc["items"]] == [
                "scheduler",
                "controller-manager",
                "etcd-0",
            ]
            assert found.doc["kind"] == "ComponentStatusList"
            one = await api.get(f"{PATH}/etcd-0")
            assert one.doc["conditions"] == [{"type": "Healthy", "status": "True", "message": "ok"}]
            missing = await api.get(f"{PATH}/etcd-1")
            assert (missing.status, missing.message) == (404, 'componentstatus "etcd-1" not found')
            chosen = await api.get(f"{PATH}?fieldSelector=metadata.name=scheduler")
            assert len(chosen.doc["items"]) == 1
            none = await api.get(f"{PATH}?labelSelector=a=b")
            assert none.doc["items"] == []

    asyncio.run(story())


def test_a_process_that_lives_says_so(tmp_path):
    async def story():
        path = tmp_path / "server" / "health.sock"
        statuses = ComponentStatuses({"loops": socket_probe(path), "store": store_probe(MemoryStore())})
        dead = await statuses._status("loops")
        assert dead.conditions[0].status == "Unknown"
        assert "No such file" in dead.conditions[0].error
        serving = asyncio.create_task(health.serve(path))
        for _ in range(10):
            await asyncio.sleep(0)
        alive = await statuses._status("loops")
        assert (alive.conditions[0].status, alive.conditions[0].message) == ("True", "ok")
        assert (await statuses._status("store")).conditions[0].status == "True"
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(story())
