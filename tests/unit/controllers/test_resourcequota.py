"""What the status of a quota says."""

import asyncio

from pykube.api import apps_v1, core_v1
from pykube.api.quantity import Quantity
from pykube.controllers.resourcequota import RESYNC, ResourceQuotaController
from tests.fakes import workloads
from tests.fakes.api import meta
from tests.fakes.controllers import Scene


def quota(scopes=(), **hard):
    amounts = {name.replace("__", "/").replace("_", "."): Quantity.parse(value) for name, value in hard.items()}
    spec = core_v1.ResourceQuotaSpec(hard=amounts, scopes=list(scopes))
    return core_v1.ResourceQuota(metadata=meta("q", "default"), spec=spec)


def used(scene):
    return {name: str(amount) for name, amount in scene.api.all(core_v1.ResourceQuota)[0].status.used.items()}


def play(story):
    async def run():
        async with Scene().running(ResourceQuotaController) as scene:
            await story(scene)

    asyncio.run(run())


def test_objects_come_and_go():
    async def story(scene):
        await scene.api.create(quota(pods="3", requests_cpu="4", count__replicasets_apps="2", configmaps="1"))
        await scene.settle()
        assert used(scene) == {"pods": "0", "requests.cpu": "0", "count/replicasets.apps": "0", "configmaps": "0"}
        await scene.api.create(workloads.pod("p", cpu="500m"))
        await scene.api.create(apps_v1.ReplicaSet(metadata=meta("r", "default")))
        await scene.api.create(core_v1.ConfigMap(metadata=meta("c", "default")))
        await scene.settle()
        assert used(scene) == {"pods": "1", "requests.cpu": "500m", "count/replicasets.apps": "1", "configmaps": "1"}
        await scene.api.delete(apps_v1.ReplicaSet, "r", "default")
        scene.finish(scene.api.all(core_v1.Pod)[0])
        await scene.settle()
        assert used(scene) == {"pods": "0", "requests.cpu": "0", "count/replicasets.apps": "0", "configmaps": "1"}

    play(story)


def test_a_pod_that_ends_frees_what_it_used():
    async def story(scene):
        await scene.api.create(quota(pods="3", count__pods="3"))
        pod = await scene.api.create(workloads.pod("p"))
        await scene.settle()
        assert used(scene) == {"pods": "1", "count/pods": "1"}
        scene.api.put_status(pod, phase="Succeeded")
        await scene.settle()
        assert used(scene) == {"pods": "0", "count/pods": "1"}

    play(story)


def test_names_that_nobody_knows_have_no_use():
    async def story(scene):
        await scene.api.create(quota(count__widgets_example_com="1"))
        await scene.settle()
        found = scene.api.all(core_v1.ResourceQuota)[0].status
        assert found.used == {}
        assert list(found.hard) == ["count/widgets.example.com"]

    play(story)


def test_a_status_that_somebody_else_wrote_is_mended():
    async def story(scene):
        made = await scene.api.create(quota(pods="3"))
        await scene.settle()
        scene.api.put_status(made, hard=workloads.amounts(pods="99"))
        await scene.settle()
        assert str(scene.api.all(core_v1.ResourceQuota)[0].status.hard["pods"]) == "3"
        scene.api.put_status(made, used=workloads.amounts(pods="99"))
        await scene.settle()
        assert used(scene) == {"pods": "99"}
        await scene.settle(RESYNC)
        assert used(scene) == {"pods": "0"}

    play(story)
