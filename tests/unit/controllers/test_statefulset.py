import asyncio
from typing import Any

import msgspec

from pykube.api import apps_v1, core_v1, meta_v1
from pykube.controllers.statefulset import StatefulSetController
from tests.fakes.api import condition, meta
from tests.fakes.controllers import Scene


def template(image: str) -> core_v1.PodTemplateSpec:
    return core_v1.PodTemplateSpec(
        metadata=meta_v1.ObjectMeta(labels={"app": "db"}),
        spec=core_v1.PodSpec(containers=[core_v1.Container(name="c", image=image)]),
    )


def statefulset(replicas: int = 3, policy: str = "OrderedReady", **spec: Any) -> apps_v1.StatefulSet:
    claim = core_v1.PersistentVolumeClaim(metadata=meta_v1.ObjectMeta(name="data"))
    return apps_v1.StatefulSet(
        metadata=meta("db", "default"),
        spec=apps_v1.StatefulSetSpec(
            replicas=replicas,
            selector=meta_v1.LabelSelector(match_labels={"app": "db"}),
            template=template("v1"),
            service_name="db",
            pod_management_policy=policy,
            volume_claim_templates=[claim],
            update_strategy=apps_v1.StatefulSetUpdateStrategy(type="RollingUpdate"),
            **spec,
        ),
    )


async def change(scene: Scene, **spec: Any) -> None:
    current = await scene.api.get(apps_v1.StatefulSet, "db", "default")
    await scene.api.update(msgspec.structs.replace(current, spec=msgspec.structs.replace(current.spec, **spec)))


def names(scene: Scene) -> list[str]:
    return [pod.metadata.name for pod in scene.api.all(core_v1.Pod)]


async def roll_out(scene: Scene, rounds: int = 12) -> None:
    for _ in range(rounds):
        await scene.settle()
        scene.run_pods()
    await scene.settle()


def test_pods_start_one_after_another_with_claims_of_their_own() -> None:
    async def story() -> None:
        async with Scene().running(StatefulSetController) as scene:
            await scene.api.create(statefulset())
            await scene.settle()
            assert names(scene) == ["db-0"]
            scene.run_pods()
            await scene.settle()
            assert names(scene) == ["db-0", "db-1"]
            await roll_out(scene)
            assert names(scene) == ["db-0", "db-1", "db-2"]
            pod = scene.api.all(core_v1.Pod)[1]
            assert (pod.spec.hostname, pod.spec.subdomain) == ("db-1", "db")
            assert pod.spec.volumes[0].persistent_volume_claim.claim_name == "data-db-1"
            assert len(scene.api.all(core_v1.PersistentVolumeClaim)) == 3
            status = scene.api.all(apps_v1.StatefulSet)[0].status
            assert (status.replicas, status.ready_replicas, status.updated_replicas) == (3, 3, 3)
            assert "SuccessfulCreate: create Pod db-0 in StatefulSet db successful" in scene.recorder.events

    asyncio.run(story())


def test_in_parallel_all_at_once() -> None:
    async def story() -> None:
        async with Scene().running(StatefulSetController) as scene:
            await scene.api.create(statefulset(policy="Parallel"))
            await scene.settle()
            assert names(scene) == ["db-0", "db-1", "db-2"]

    asyncio.run(story())


def test_scaling_down_takes_the_highest_first_and_keeps_the_claims() -> None:
    async def story() -> None:
        async with Scene().running(StatefulSetController) as scene:
            await scene.api.create(statefulset())
            await roll_out(scene)
            await change(scene, replicas=1)
            await scene.settle()
            going = [pod.metadata.name for pod in scene.api.all(core_v1.Pod) if pod.metadata.deletion_timestamp]
            assert going == ["db-2"]
            await roll_out(scene)
            assert names(scene) == ["db-0"]
            assert len(scene.api.all(core_v1.PersistentVolumeClaim)) == 3

    asyncio.run(story())


def test_update_goes_from_the_top_and_stops_at_the_partition() -> None:
    async def story() -> None:
        async with Scene().running(StatefulSetController) as scene:
            await scene.api.create(statefulset())
            await roll_out(scene)
            rolling = apps_v1.RollingUpdateStatefulSetStrategy(partition=1)
            strategy = apps_v1.StatefulSetUpdateStrategy(type="RollingUpdate", rolling_update=rolling)
            await change(scene, template=template("v2"), update_strategy=strategy)
            await scene.settle()
            going = [pod.metadata.name for pod in scene.api.all(core_v1.Pod) if pod.metadata.deletion_timestamp]
            assert going == ["db-2"]
            await roll_out(scene)
            assert [pod.spec.containers[0].image for pod in scene.api.all(core_v1.Pod)] == ["v1", "v2", "v2"]
            status = scene.api.all(apps_v1.StatefulSet)[0].status
            assert (status.current_replicas, status.updated_replicas) == (1, 2)
            await change(scene, update_strategy=apps_v1.StatefulSetUpdateStrategy(type="RollingUpdate"))
            await roll_out(scene)
            assert [pod.spec.containers[0].image for pod in scene.api.all(core_v1.Pod)] == ["v2"] * 3
            status = scene.api.all(apps_v1.StatefulSet)[0].status
            assert status.current_revision == status.update_revision

    asyncio.run(story())


def test_scaling_down_halts_at_pods_that_are_not_well() -> None:
    async def story() -> None:
        async with Scene().running(StatefulSetController) as scene:
            await scene.api.create(statefulset())
            await roll_out(scene)
            for pod in scene.api.all(core_v1.Pod):
                scene.api.put_status(pod, conditions=[condition("Ready", "False", scene.clock.now())])
            await change(scene, replicas=0)
            await scene.settle()
            assert [pod.metadata.deletion_timestamp for pod in scene.api.all(core_v1.Pod)] == [None, None, None]
            top = scene.api.all(core_v1.Pod)[2]
            scene.api.put_status(top, conditions=[condition("Ready", "True", scene.clock.now())])
            await scene.settle()
            going = [pod.metadata.name for pod in scene.api.all(core_v1.Pod) if pod.metadata.deletion_timestamp]
            assert going == ["db-2"]
            scene.finish(scene.api.all(core_v1.Pod)[2])
            await scene.settle()
            assert [pod.metadata.deletion_timestamp for pod in scene.api.all(core_v1.Pod)] == [None, None]
            await change(scene, replicas=1)
            await scene.settle()
            scene.api.put_status(
                scene.api.all(core_v1.Pod)[0], conditions=[condition("Ready", "True", scene.clock.now())]
            )
            await scene.settle()
            going = [pod.metadata.name for pod in scene.api.all(core_v1.Pod) if pod.metadata.deletion_timestamp]
            assert going == ["db-1"], "the lowest that is not well goes as it is"

    asyncio.run(story())
