import asyncio
import ipaddress

import pytest

from pykube.api import conditions, coordination_v1, core_v1
from pykube.controllers.availability import is_ready
from pykube.controllers.nodeipam import NodeIpamController, RangesExhausted, next_free
from pykube.controllers.nodelifecycle import NodeLifecycleController
from pykube.controllers.podgc import PodGarbageCollector
from pykube.controllers.tainteviction import TaintEvictionController
from tests.fakes import workloads
from tests.fakes.api import condition, meta
from tests.fakes.controllers import Scene


async def report(scene: Scene, name: str, status: str = "True") -> None:
    """Be the agent of a node: say how it is."""
    node = await scene.api.get(core_v1.Node, name)
    ready = core_v1.NodeCondition(type="Ready", status=status, last_heartbeat_time=scene.clock.now())
    scene.api.put_status(node, conditions=[ready])


async def renew(scene: Scene, name: str) -> None:
    lease = coordination_v1.Lease(metadata=meta(name, "kube-node-lease"))
    lease.spec.holder_identity = f"{name} at {scene.clock.now()}"
    try:
        await scene.api.update(lease)
    except Exception:
        await scene.api.create(lease)


def taints(scene: Scene, number: int = 0) -> list[str]:
    return [f"{each.key}:{each.effect}" for each in scene.api.all(core_v1.Node)[number].spec.taints]


def test_a_new_node_loses_its_taint_as_soon_as_it_is_ready() -> None:
    async def story() -> None:
        async with Scene().running(NodeLifecycleController) as scene:
            await scene.api.create(workloads.node("one", taints=("node.kubernetes.io/not-ready:NoSchedule",)))
            await scene.settle()
            assert taints(scene) == ["node.kubernetes.io/not-ready:NoSchedule"]
            await report(scene, "one")
            await scene.settle()
            assert taints(scene) == []

    asyncio.run(story())


def test_a_silent_node_becomes_unknown_and_its_pods_leave_when_they_may() -> None:
    async def story() -> None:
        async with Scene().running(NodeLifecycleController, TaintEvictionController) as scene:
            for name in ("one", "two"):
                await scene.api.create(workloads.node(name))
                await report(scene, name)
            tolerations = [
                {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 300},
            ]
            pod = await scene.api.create(workloads.pod("web", on="one", spec={"tolerations": tolerations}))
            scene.api.put_status(pod, conditions=[condition("Ready", "True", scene.clock.now())])
            for _ in range(12):
                await renew(scene, "two")
                await scene.settle(10)
            found = await scene.api.get(core_v1.Node, "one")
            ready = conditions.find(found.status.conditions, "Ready")
            assert ready is not None
            assert (ready.status, ready.reason) == ("Unknown", "NodeStatusUnknown")
            assert taints(scene) == [
                "node.kubernetes.io/unreachable:NoExecute",
                "node.kubernetes.io/unreachable:NoSchedule",
            ]
            assert taints(scene, 1) == []
            current = await scene.api.get(core_v1.Pod, "web", "default")
            assert not is_ready(current)
            assert current.metadata.deletion_timestamp is None
            for _ in range(30):
                await renew(scene, "two")
                await scene.settle(10)
            current = await scene.api.get(core_v1.Pod, "web", "default")
            assert current.metadata.deletion_timestamp is not None
            assert "TaintManagerEviction: Marking for deletion Pod default/web" in scene.recorder.events

    asyncio.run(story())


def test_when_all_nodes_are_silent_nobody_is_evicted() -> None:
    async def story() -> None:
        async with Scene().running(NodeLifecycleController) as scene:
            await scene.api.create(workloads.node("one"))
            await report(scene, "one")
            await scene.settle(120)
            assert taints(scene) == ["node.kubernetes.io/unreachable:NoSchedule"]
            await report(scene, "one")
            await scene.settle()
            assert taints(scene) == []

    asyncio.run(story())


def test_a_lease_keeps_a_node_alive() -> None:
    async def story() -> None:
        async with Scene().running(NodeLifecycleController) as scene:
            await scene.api.create(workloads.node("one"))
            await report(scene, "one")
            for _ in range(12):
                await renew(scene, "one")
                await scene.settle(10)
            assert taints(scene) == []

    asyncio.run(story())


def test_each_node_gets_a_range() -> None:
    async def story() -> None:
        async with Scene().running(NodeIpamController) as scene:
            for name in ("one", "two", "three"):
                await scene.api.create(workloads.node(name))
            await scene.settle()
            await scene.api.delete(core_v1.Node, "one")
            await scene.settle()
            await scene.api.create(workloads.node("four"))
            await scene.settle()
            ranges = {each.metadata.name: each.spec.pod_cidr for each in scene.api.all(core_v1.Node)}
            assert ranges == {"two": "10.42.1.0/24", "three": "10.42.2.0/24", "four": "10.42.0.0/24"}

    asyncio.run(story())


def test_ranges_can_run_out() -> None:
    cluster = ipaddress.ip_network("10.0.0.0/23")
    assert next_free(cluster, ["10.0.0.128/25"]) == "10.0.1.0/24"
    with pytest.raises(RangesExhausted):
        next_free(cluster, ["10.0.0.0/24", "10.0.1.0/24"])


def test_pods_of_a_node_that_is_gone_are_removed_after_a_while() -> None:
    async def story() -> None:
        async with Scene().running(PodGarbageCollector) as scene:
            await scene.api.create(workloads.node("one"))
            await scene.api.create(workloads.pod("web", on="one"))
            await scene.settle()
            await scene.api.delete(core_v1.Node, "one")
            await scene.settle(30)
            assert len(scene.api.all(core_v1.Pod)) == 1
            await scene.settle(15)
            assert scene.api.all(core_v1.Pod) == []

    asyncio.run(story())
