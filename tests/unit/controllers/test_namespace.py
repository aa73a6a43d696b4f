import asyncio

from pykube.api import conditions, core_v1
from pykube.controllers.namespace import NamespaceController
from pykube.controllers.serviceaccount import ServiceAccountController
from tests.fakes import workloads
from tests.fakes.api import meta
from tests.fakes.controllers import Scene


def namespace(name: str) -> core_v1.Namespace:
    return core_v1.Namespace(metadata=meta(name), spec=core_v1.NamespaceSpec(finalizers=["kubernetes"]))


def test_an_ending_namespace_is_emptied_pods_first() -> None:
    async def story() -> None:
        async with Scene().running(NamespaceController) as scene:
            await scene.api.create(namespace("old"))
            await scene.api.create(core_v1.ConfigMap(metadata=meta("settings", "old")))
            await scene.api.create(core_v1.ConfigMap(metadata=meta("settings", "other")))
            pod = await scene.api.create(workloads.pod("web", namespace="old", on="node-1"))
            await scene.settle()
            await scene.api.delete(core_v1.Namespace, "old")
            await scene.settle()
            found = await scene.api.get(core_v1.Namespace, "old")
            remaining = conditions.find(found.status.conditions, "NamespaceContentRemaining")
            assert remaining is not None
            assert remaining.message == "Some resources are remaining: pods. has 1 resource instances"
            assert len(scene.api.all(core_v1.ConfigMap)) == 2
            scene.finish(await scene.api.get(core_v1.Pod, pod.metadata.name, "old"))
            await scene.settle()
            assert scene.api.all(core_v1.Namespace) == []
            assert [each.metadata.namespace for each in scene.api.all(core_v1.ConfigMap)] == ["other"]

    asyncio.run(story())


def test_every_namespace_has_its_account() -> None:
    async def story() -> None:
        scene = Scene()
        async with scene.running(ServiceAccountController):
            await scene.api.create(namespace("new"))
            await scene.settle()
            await scene.api.delete(core_v1.ServiceAccount, "default", "new")
            await scene.settle()
            assert [each.metadata.name for each in scene.api.all(core_v1.ServiceAccount)] == ["default"]

    asyncio.run(story())
