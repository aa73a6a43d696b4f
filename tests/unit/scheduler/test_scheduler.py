import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pykube import errors
from pykube.api import conditions, core_v1
from pykube.scheduler.scheduler import Scheduler
from tests.fakes import workloads
from tests.fakes.controllers import Scene


@asynccontextmanager
async def scheduling(scene: Scene) -> AsyncIterator[Scene]:
    scheduler = Scheduler(scene.api, scene.informers, scene.recorder, scene.clock)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(scene.informers.run()), asyncio.create_task(scheduler.run())]
    await scene.settle()
    try:
        yield scene
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def where(scene: Scene) -> dict[str, str]:
    return {pod.metadata.name: pod.spec.node_name for pod in scene.api.all(core_v1.Pod)}


def test_binds_and_tells() -> None:
    async def story() -> None:
        async with scheduling(Scene()) as scene:
            await scene.api.create(workloads.node("one"))
            await scene.api.create(workloads.pod("web"))
            await scene.api.create(workloads.pod("foreign", spec={"schedulerName": "other"}))
            await scene.settle()
            assert where(scene) == {"web": "one", "foreign": ""}
            assert scene.recorder.events == ["Scheduled: Successfully assigned default/web to one"]

    asyncio.run(story())


def test_waits_with_upstreams_words_and_goes_when_there_is_room() -> None:
    async def story() -> None:
        async with scheduling(Scene()) as scene:
            await scene.api.create(workloads.node("one", cpu="1"))
            first = await scene.api.create(workloads.pod("first", cpu="800m"))
            await scene.settle()
            await scene.api.create(workloads.pod("second", cpu="800m"))
            await scene.settle()
            message = (
                "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: "
                "1 No preemption victims found for incoming pod."
            )
            assert f"FailedScheduling: {message}" in scene.recorder.events
            second = await scene.api.get(core_v1.Pod, "second", "default")
            condition = conditions.find(second.status.conditions, "PodScheduled")
            assert condition is not None
            assert (condition.status, condition.reason, condition.message) == ("False", "Unschedulable", message)
            scene.finish(await scene.api.get(core_v1.Pod, first.metadata.name, "default"))
            await scene.settle(1.5)
            assert where(scene) == {"second": "one"}

    asyncio.run(story())


def test_without_nodes_it_waits_for_one() -> None:
    async def story() -> None:
        async with scheduling(Scene()) as scene:
            await scene.api.create(workloads.pod("early"))
            await scene.settle()
            assert "FailedScheduling: no nodes available to schedule pods" in scene.recorder.events
            await scene.settle(5)
            await scene.api.create(workloads.node("one"))
            await scene.settle()
            assert where(scene) == {"early": "one"}

    asyncio.run(story())


def test_gates_hold_a_pod_back() -> None:
    async def story() -> None:
        async with scheduling(Scene()) as scene:
            await scene.api.create(workloads.node("one"))
            await scene.api.create(workloads.pod("gated", spec={"schedulingGates": [{"name": "example.com/wait"}]}))
            await scene.settle(20)
            assert where(scene) == {"gated": ""}
            assert scene.recorder.events == []
            body = {"spec": {"schedulingGates": []}}
            await scene.api.patch(core_v1.Pod, "gated", "default", body=body)
            await scene.settle()
            assert where(scene) == {"gated": "one"}

    asyncio.run(story())


def test_a_binding_that_fails_is_tried_again_elsewhere_or_later() -> None:
    async def story() -> None:
        scene = Scene()
        failures = [errors.ServiceUnavailable("try later")]
        scene.api.refuse = lambda verb, obj: failures.pop() if verb == "create binding" and failures else None
        async with scheduling(scene):
            await scene.api.create(workloads.node("one", cpu="1"))
            await scene.api.create(workloads.pod("web", cpu="1"))
            await scene.settle(3)
            assert where(scene) == {"web": "one"}

    asyncio.run(story())


def test_preemption_ends_the_victim_and_nominates() -> None:
    async def story() -> None:
        async with scheduling(Scene()) as scene:
            await scene.api.create(workloads.node("one", cpu="1"))
            await scene.api.create(workloads.pod("low", cpu="1", priority=0))
            await scene.settle()
            await scene.api.create(workloads.pod("high", cpu="1", priority=100))
            await scene.settle()
            low = await scene.api.get(core_v1.Pod, "low", "default")
            assert low.metadata.deletion_timestamp is not None
            reason = conditions.find(low.status.conditions, "DisruptionTarget")
            assert reason is not None
            assert reason.reason == "PreemptionByScheduler"
            high = await scene.api.get(core_v1.Pod, "high", "default")
            assert high.status.nominated_node_name == "one"
            await scene.api.create(workloads.pod("thief", cpu="1", priority=50))
            scene.finish(low)
            await scene.settle(5)
            assert where(scene) == {"high": "one", "thief": ""}

    asyncio.run(story())
