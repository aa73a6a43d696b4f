import asyncio
from typing import Any

from pykube.api import apps_v1, conditions, core_v1, meta_v1, owners, policy_v1
from pykube.controllers.disruption import DisruptionController
from tests.fakes import workloads
from tests.fakes.api import condition, meta
from tests.fakes.controllers import Scene


def budget(**spec: Any) -> policy_v1.PodDisruptionBudget:
    selector = meta_v1.LabelSelector(match_labels={"app": "web"})
    return policy_v1.PodDisruptionBudget(
        metadata=meta("web", "default"), spec=policy_v1.PodDisruptionBudgetSpec(selector=selector, **spec)
    )


async def add_pods(scene: Scene, count: int, owner: apps_v1.ReplicaSet | None = None) -> None:
    for number in range(count):
        pod = workloads.pod(f"web-{number}", labels={"app": "web"}, on="node-1")
        if owner is not None:
            pod.metadata.owner_references = [owners.controller_reference(owner)]
        created = await scene.api.create(pod)
        scene.api.put_status(created, conditions=[condition("Ready", "True", scene.clock.now())])


def status(scene: Scene) -> policy_v1.PodDisruptionBudgetStatus:
    found: policy_v1.PodDisruptionBudgetStatus = scene.api.all(policy_v1.PodDisruptionBudget)[0].status
    return found


def test_a_fixed_minimum_counts_what_is_there() -> None:
    async def story() -> None:
        async with Scene().running(DisruptionController) as scene:
            await scene.api.create(budget(min_available=2))
            await add_pods(scene, 3)
            await scene.settle()
            found = status(scene)
            assert (found.current_healthy, found.desired_healthy, found.disruptions_allowed) == (3, 2, 1)
            allowed = conditions.find(found.conditions, "DisruptionAllowed")
            assert allowed is not None
            assert (allowed.status, allowed.reason) == ("True", "SufficientPods")
            await scene.api.delete(core_v1.Pod, "web-0", "default")
            await scene.settle()
            assert status(scene).disruptions_allowed == 0

    asyncio.run(story())


def test_a_share_counts_what_should_be_there() -> None:
    async def story() -> None:
        async with Scene().running(DisruptionController) as scene:
            owner = await scene.api.create(
                apps_v1.ReplicaSet(metadata=meta("web", "default"), spec=apps_v1.ReplicaSetSpec(replicas=4))
            )
            await add_pods(scene, 3, owner)
            await scene.api.create(budget(max_unavailable="50%"))
            await scene.settle()
            found = status(scene)
            assert (found.expected_pods, found.desired_healthy, found.disruptions_allowed) == (4, 2, 1)

    asyncio.run(story())


def test_an_eviction_that_was_granted_counts_until_the_pod_shows_it() -> None:
    async def story() -> None:
        async with Scene().running(DisruptionController) as scene:
            made = await scene.api.create(budget(min_available=1))
            await add_pods(scene, 2)
            await scene.settle()
            scene.api.put_status(made, disrupted_pods={"web-0": scene.clock.now()}, disruptions_allowed=0)
            await scene.settle()
            assert status(scene).disruptions_allowed == 0
            await scene.settle(130)
            assert status(scene).disruptions_allowed == 1
            assert any(event.startswith("NotDeleted: ") for event in scene.recorder.events)

    asyncio.run(story())
