import asyncio
from typing import Any

import msgspec

from pykube.api import apps_v1, core_v1, meta_v1
from pykube.controllers import daemon_plan
from pykube.controllers.daemonset import DaemonSetController
from tests.fakes import workloads
from tests.fakes.api import meta
from tests.fakes.controllers import Scene


def template(image: str, **spec: Any) -> core_v1.PodTemplateSpec:
    return core_v1.PodTemplateSpec(
        metadata=meta_v1.ObjectMeta(labels={"app": "agent"}),
        spec=core_v1.PodSpec(containers=[core_v1.Container(name="c", image=image)], **spec),
    )


def daemon(image: str = "v1", surge: int = 0, **spec: Any) -> apps_v1.DaemonSet:
    rolling = apps_v1.RollingUpdateDaemonSet(max_unavailable=0 if surge else 1, max_surge=surge)
    return apps_v1.DaemonSet(
        metadata=meta("agent", "default"),
        spec=apps_v1.DaemonSetSpec(
            selector=meta_v1.LabelSelector(match_labels={"app": "agent"}),
            template=template(image, **spec),
            update_strategy=apps_v1.DaemonSetUpdateStrategy(type="RollingUpdate", rolling_update=rolling),
        ),
    )


def place(scene: Scene) -> None:
    """Be the scheduler and the agents."""
    for pod in scene.api.all(core_v1.Pod):
        if not pod.spec.node_name:
            pod.spec.node_name = daemon_plan.target_of(pod)
    scene.run_pods()


async def roll_out(scene: Scene, rounds: int = 10) -> None:
    for _ in range(rounds):
        await scene.settle()
        place(scene)
    await scene.settle()


def where(scene: Scene) -> list[tuple[str, str]]:
    return sorted((pod.spec.node_name, pod.spec.containers[0].image) for pod in scene.api.all(core_v1.Pod))


async def change(scene: Scene, image: str) -> None:
    current = await scene.api.get(apps_v1.DaemonSet, "agent", "default")
    spec = msgspec.structs.replace(current.spec, template=template(image))
    await scene.api.update(msgspec.structs.replace(current, spec=spec))


def test_one_pod_on_each_node_that_fits() -> None:
    async def story() -> None:
        async with Scene().running(DaemonSetController) as scene:
            await scene.api.create(workloads.node("one", labels={"disk": "ssd"}))
            await scene.api.create(workloads.node("two"))
            await scene.api.create(workloads.node("closed", labels={"disk": "ssd"}, taints=("own=x:NoSchedule",)))
            await scene.api.create(daemon(node_selector={"disk": "ssd"}))
            await roll_out(scene)
            assert where(scene) == [("one", "v1")]
            await scene.api.create(
                workloads.node("late", labels={"disk": "ssd"}, taints=("node.kubernetes.io/not-ready:NoExecute",))
            )
            await roll_out(scene)
            assert where(scene) == [("late", "v1"), ("one", "v1")]
            status = scene.api.all(apps_v1.DaemonSet)[0].status
            assert (status.desired_number_scheduled, status.number_available, status.number_misscheduled) == (2, 2, 0)

    asyncio.run(story())


def test_update_goes_node_by_node_and_keeps_a_history() -> None:
    async def story() -> None:
        async with Scene().running(DaemonSetController) as scene:
            for name in ("one", "two", "three"):
                await scene.api.create(workloads.node(name))
            await scene.api.create(daemon())
            await roll_out(scene)
            await change(scene, "v2")
            for _ in range(12):
                await scene.settle()
                going = [pod for pod in scene.api.all(core_v1.Pod) if pod.metadata.deletion_timestamp is not None]
                assert len(going) <= 1
                place(scene)
            await scene.settle()
            assert where(scene) == [("one", "v2"), ("three", "v2"), ("two", "v2")]
            assert [each.revision for each in scene.api.all(apps_v1.ControllerRevision)] in ([1, 2], [2, 1])

    asyncio.run(story())


def test_surging_starts_the_new_pod_before_the_old_one_goes() -> None:
    async def story() -> None:
        async with Scene().running(DaemonSetController) as scene:
            await scene.api.create(workloads.node("one"))
            await scene.api.create(daemon(surge=1))
            await roll_out(scene)
            await change(scene, "v2")
            await scene.settle()
            assert len(scene.api.all(core_v1.Pod)) == 2
            assert all(pod.metadata.deletion_timestamp is None for pod in scene.api.all(core_v1.Pod))
            await roll_out(scene)
            assert where(scene) == [("one", "v2")]

    asyncio.run(story())


def test_a_failed_pod_is_replaced() -> None:
    async def story() -> None:
        async with Scene().running(DaemonSetController) as scene:
            await scene.api.create(workloads.node("one"))
            await scene.api.create(daemon())
            await roll_out(scene)
            scene.api.put_status(scene.api.all(core_v1.Pod)[0], phase="Failed", conditions=[])
            await roll_out(scene)
            assert [pod.status.phase for pod in scene.api.all(core_v1.Pod)] == ["Running"]
            assert any(event.startswith("FailedDaemonPod: ") for event in scene.recorder.events)

    asyncio.run(story())
