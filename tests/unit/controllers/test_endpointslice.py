import asyncio
from typing import Any

from pykube.api import core_v1, discovery_v1
from pykube.controllers.endpoints import EndpointsController
from pykube.controllers.endpointslice import EndpointSliceController
from pykube.controllers.endpointslicemirroring import EndpointSliceMirroringController
from tests.fakes import workloads
from tests.fakes.api import condition, meta
from tests.fakes.controllers import Scene


def service(name: str = "web", **spec: Any) -> core_v1.Service:
    given = {"cluster_ip": "10.43.0.7", "ip_families": ["IPv4"], "selector": {"app": "web"}, **spec}
    given.setdefault("ports", [core_v1.ServicePort(name="http", protocol="TCP", port=80, target_port="http")])
    return core_v1.Service(metadata=meta(name, "default", labels={"team": "x"}), spec=core_v1.ServiceSpec(**given))


async def add_pod(scene: Scene, number: int, *, ready: bool = True, app: str = "web") -> core_v1.Pod:
    container = {"name": "c", "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]}
    made = workloads.pod(f"web-{number}", labels={"app": app}, on="node-1", spec={"containers": [container]})
    pod = await scene.api.create(made)
    address = f"10.42.{number // 250}.{number % 250 + 1}"
    found: core_v1.Pod = scene.api.put_status(
        pod,
        pod_ip=address,
        pod_ips=[core_v1.PodIP(ip=address)],
        conditions=[condition("Ready", str(ready), scene.clock.now())],
    )
    return found


def slices(scene: Scene) -> list[discovery_v1.EndpointSlice]:
    return scene.api.all(discovery_v1.EndpointSlice)


async def prepare(scene: Scene) -> None:
    await scene.api.create(workloads.node("node-1", labels={"topology.kubernetes.io/zone": "a"}))


def test_a_slice_says_all_about_ready_and_ending_pods() -> None:
    async def story() -> None:
        async with Scene().running(EndpointSliceController) as scene:
            await prepare(scene)
            await scene.api.create(service())
            await scene.settle()
            assert [(each.endpoints, each.ports) for each in slices(scene)] == [([], [])]
            first = await add_pod(scene, 1)
            await add_pod(scene, 2, ready=False)
            await add_pod(scene, 3, app="other")
            await scene.settle()
            (only,) = slices(scene)
            assert only.metadata.labels == {
                "team": "x",
                "kubernetes.io/service-name": "web",
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            }
            assert [(port.name, port.port) for port in only.ports] == [("http", 8080)]
            states = [(each.addresses, each.conditions.ready, each.zone) for each in only.endpoints]
            assert states == [(["10.42.0.2"], True, "a"), (["10.42.0.3"], False, "a")]
            await scene.api.delete(core_v1.Pod, first.metadata.name, "default")
            await scene.settle()
            ending = slices(scene)[0].endpoints[0].conditions
            assert (ending.ready, ending.serving, ending.terminating) == (False, True, True)

    asyncio.run(story())


def test_a_hundred_to_a_slice_and_few_writes() -> None:
    async def story() -> None:
        async with Scene().running(EndpointSliceController) as scene:
            await prepare(scene)
            for number in range(120):
                await add_pod(scene, number)
            await scene.api.create(service())
            await scene.settle()
            assert sorted(len(each.endpoints) for each in slices(scene)) == [20, 100]
            before = len(scene.api.calls)
            await scene.api.delete(core_v1.Pod, "web-0", "default", grace_period=0)
            await scene.settle()
            writes = [call for call in scene.api.calls[before:] if "EndpointSlice" in call[1]]
            assert len(writes) == 1

    asyncio.run(story())


def test_services_without_a_selector_are_left_alone() -> None:
    async def story() -> None:
        async with Scene().running(EndpointSliceController, EndpointsController) as scene:
            await scene.api.create(service(selector={}))
            await scene.settle()
            assert slices(scene) == []
            assert scene.api.all(core_v1.Endpoints) == []

    asyncio.run(story())


def test_unready_pods_are_published_on_request_and_headless_is_marked() -> None:
    async def story() -> None:
        async with Scene().running(EndpointSliceController) as scene:
            await prepare(scene)
            await add_pod(scene, 1, ready=False)
            await scene.api.create(service(cluster_ip="None", ports=[], publish_not_ready_addresses=True))
            await scene.settle()
            (only,) = slices(scene)
            assert only.metadata.labels["service.kubernetes.io/headless"] == ""
            assert (only.endpoints[0].conditions.ready, only.endpoints[0].conditions.serving) == (True, False)

    asyncio.run(story())


def test_endpoints_tell_ready_from_unready() -> None:
    async def story() -> None:
        async with Scene().running(EndpointsController) as scene:
            await prepare(scene)
            await add_pod(scene, 1)
            await add_pod(scene, 2, ready=False)
            await scene.api.create(service())
            await scene.settle()
            (found,) = scene.api.all(core_v1.Endpoints)
            (subset,) = found.subsets
            assert [each.ip for each in subset.addresses] == ["10.42.0.2"]
            assert [each.ip for each in subset.not_ready_addresses] == ["10.42.0.3"]
            await scene.api.delete(core_v1.Service, "web", "default")
            await scene.settle()
            assert scene.api.all(core_v1.Endpoints) == []

    asyncio.run(story())


def test_endpoints_that_people_write_are_mirrored() -> None:
    async def story() -> None:
        async with Scene().running(EndpointSliceController, EndpointSliceMirroringController) as scene:
            await scene.api.create(service(selector={}))
            written = core_v1.Endpoints(metadata=meta("web", "default"))
            port = core_v1.EndpointPort(name="http", port=80, protocol="TCP")
            address = core_v1.EndpointAddress(ip="192.0.2.1")
            written.subsets = [core_v1.EndpointSubset(addresses=[address], ports=[port])]
            await scene.api.create(written)
            await scene.settle()
            (only,) = slices(scene)
            assert only.metadata.labels["endpointslice.kubernetes.io/managed-by"].startswith("endpointslicemirroring")
            assert [each.addresses for each in only.endpoints] == [["192.0.2.1"]]
            await scene.api.delete(core_v1.Endpoints, "web", "default")
            await scene.settle()
            assert slices(scene) == []

    asyncio.run(story())
