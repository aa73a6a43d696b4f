import asyncio
from typing import Any

import msgspec
import pytest

from pykube import errors
from pykube.api import apps_v1, conditions, core_v1, meta_v1, scheme
from pykube.controllers.deployment import DeploymentController
from pykube.controllers.replicaset import ReplicaSetController
from pykube.controllers.revisions import REVISION
from tests.fakes.api import meta
from tests.fakes.controllers import Scene

BOTH = (DeploymentController, ReplicaSetController)


def template(image: str) -> core_v1.PodTemplateSpec:
    return core_v1.PodTemplateSpec(
        metadata=meta_v1.ObjectMeta(labels={"app": "web"}),
        spec=core_v1.PodSpec(containers=[core_v1.Container(name="c", image=image)]),
    )


def deployment(replicas: int = 3, image: str = "v1", kind: str = "RollingUpdate", **spec: Any) -> apps_v1.Deployment:
    rolling = apps_v1.RollingUpdateDeployment(max_surge="25%", max_unavailable="25%")
    strategy = apps_v1.DeploymentStrategy(type=kind, rolling_update=rolling if kind == "RollingUpdate" else None)
    selector = meta_v1.LabelSelector(match_labels={"app": "web"})
    return apps_v1.Deployment(
        metadata=meta("web", "default"),
        spec=apps_v1.DeploymentSpec(
            replicas=replicas,
            selector=selector,
            template=template(image),
            strategy=strategy,
            **{"progress_deadline_seconds": 600, "revision_history_limit": 10, **spec},
        ),
    )


async def change(scene: Scene, **spec: Any) -> None:
    current = await scene.api.get(apps_v1.Deployment, "web", "default")
    await scene.api.update(msgspec.structs.replace(current, spec=msgspec.structs.replace(current.spec, **spec)))


async def roll_out(scene: Scene) -> apps_v1.Deployment:
    """Let agents and controllers work until nothing changes any more."""
    for _ in range(12):
        await scene.settle()
        scene.run_pods()
    await scene.settle()
    found: apps_v1.Deployment = await scene.api.get(apps_v1.Deployment, "web", "default")
    return found


def images(scene: Scene) -> list[str]:
    return [pod.spec.containers[0].image for pod in scene.api.all(core_v1.Pod)]


def condition(found: apps_v1.Deployment, kind: str) -> apps_v1.DeploymentCondition:
    result = conditions.find(found.status.conditions, kind)
    assert result is not None
    return result


def test_first_rollout() -> None:
    async def story() -> None:
        async with Scene().running(*BOTH) as scene:
            await scene.api.create(deployment())
            found = await roll_out(scene)
            only = scene.api.all(apps_v1.ReplicaSet)[0]
            assert found.status.available_replicas == found.status.updated_replicas == 3
            assert found.metadata.annotations[REVISION] == "1"
            progressing = condition(found, "Progressing")
            assert progressing.reason == "NewReplicaSetAvailable"
            assert progressing.message == f'ReplicaSet "{only.metadata.name}" has successfully progressed.'
            assert condition(found, "Available").message == "Deployment has minimum availability."
            assert f"ScalingReplicaSet: Scaled up replica set {only.metadata.name} from 0 to 3" in scene.recorder.events
            mark = only.metadata.labels["pod-template-hash"]
            assert only.metadata.name == f"web-{mark}"
            assert {pod.metadata.labels["pod-template-hash"] for pod in scene.api.all(core_v1.Pod)} == {mark}

    asyncio.run(story())


def test_update_keeps_enough_available_and_undo_takes_the_old_set_again() -> None:
    async def story() -> None:
        async with Scene().running(*BOTH) as scene:
            await scene.api.create(deployment(replicas=4))
            await roll_out(scene)
            await change(scene, template=template("v2"))
            least = 4
            for _ in range(20):
                await scene.settle()
                pods = scene.api.all(core_v1.Pod)
                least = min(least, sum(bool(pod.status.conditions) for pod in pods))
                assert sum(pod.metadata.deletion_timestamp is None for pod in pods) <= 5
                scene.run_pods()
            found = await roll_out(scene)
            assert least >= 3
            assert images(scene) == ["v2"] * 4
            assert found.metadata.annotations[REVISION] == "2"
            await change(scene, template=template("v1"))
            found = await roll_out(scene)
            assert images(scene) == ["v1"] * 4
            assert found.metadata.annotations[REVISION] == "3"
            history = {each.metadata.annotations.get(REVISION) for each in scene.api.all(apps_v1.ReplicaSet)}
            assert history == {"2", "3"}

    asyncio.run(story())


def test_a_broken_template_stops_the_rollout_and_is_told_after_the_deadline() -> None:
    async def story() -> None:
        async with Scene().running(*BOTH) as scene:
            await scene.api.create(deployment(replicas=4, progress_deadline_seconds=60))
            await roll_out(scene)
            await change(scene, template=template("broken"))
            for _ in range(6):
                await scene.settle()
                for pod in scene.api.all(core_v1.Pod):
                    if pod.metadata.deletion_timestamp is not None:
                        scene.finish(pod)
            found = await scene.api.get(apps_v1.Deployment, "web", "default")
            assert found.status.available_replicas == 3
            await scene.settle(65)
            found = await scene.api.get(apps_v1.Deployment, "web", "default")
            progressing = condition(found, "Progressing")
            assert (progressing.status, progressing.reason) == ("False", "ProgressDeadlineExceeded")

    asyncio.run(story())


def test_recreate_ends_all_old_pods_first() -> None:
    async def story() -> None:
        async with Scene().running(*BOTH) as scene:
            await scene.api.create(deployment(replicas=2, kind="Recreate"))
            await roll_out(scene)
            await change(scene, template=template("v2"))
            await scene.settle()
            assert images(scene) == ["v1", "v1"]
            await roll_out(scene)
            assert images(scene) == ["v2", "v2"]

    asyncio.run(story())


def test_a_paused_deployment_scales_but_does_not_roll() -> None:
    async def story() -> None:
        async with Scene().running(*BOTH) as scene:
            await scene.api.create(deployment(replicas=2))
            await roll_out(scene)
            await change(scene, paused=True, template=template("v2"), replicas=3)
            found = await roll_out(scene)
            assert images(scene) == ["v1"] * 3
            assert condition(found, "Progressing").reason == "DeploymentPaused"
            await change(scene, paused=False)
            await roll_out(scene)
            assert images(scene) == ["v2"] * 3

    asyncio.run(story())


def test_history_is_cut() -> None:
    async def story() -> None:
        async with Scene().running(*BOTH) as scene:
            await scene.api.create(deployment(replicas=1, revision_history_limit=1))
            for image in ("v2", "v3", "v4"):
                await roll_out(scene)
                await change(scene, template=template(image))
            await roll_out(scene)
            left = [each.spec.template.spec.containers[0].image for each in scene.api.all(apps_v1.ReplicaSet)]
            assert sorted(left) == ["v3", "v4"]

    asyncio.run(story())


def test_a_name_that_is_taken_is_counted_as_a_collision() -> None:
    async def story() -> None:
        async with Scene().running(*BOTH) as scene:
            created = False

            def take(verb: str, obj: Any) -> errors.ApiError | None:
                nonlocal created
                if verb == "create" and obj.kind == "ReplicaSet" and not created:
                    created = True
                    other = msgspec.structs.replace(obj, metadata=meta(obj.metadata.name, "default"))
                    scene.api._store(scheme.resource_of(obj), other)
                return None

            scene.api.refuse = take
            await scene.api.create(deployment(replicas=1))
            found = await roll_out(scene)
            assert found.status.collision_count == 1
            assert found.status.available_replicas == 1

    asyncio.run(story())


@pytest.mark.parametrize("replicas", [0, 1, 5])
def test_scaling(replicas: int) -> None:
    async def story() -> None:
        async with Scene().running(*BOTH) as scene:
            await scene.api.create(deployment(replicas=2))
            await roll_out(scene)
            await change(scene, replicas=replicas)
            found = await roll_out(scene)
            assert len(scene.api.all(core_v1.Pod)) == replicas == found.status.replicas

    asyncio.run(story())
