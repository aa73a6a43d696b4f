import asyncio
from typing import Any

from pykube.api import apps_v1, core_v1, meta_v1, owners
from pykube.controllers.garbagecollector import GarbageCollector
from tests.fakes.api import meta
from tests.fakes.controllers import Scene


def owned(name: str, *parents: Any, kind: type = core_v1.ConfigMap, block: bool = True) -> Any:
    references = [owners.reference_to(parent) for parent in parents]
    for reference in references:
        reference.block_owner_deletion = block
    return kind(metadata=meta(name, "default", owner_references=references))


def names(scene: Scene, kind: type = core_v1.ConfigMap) -> list[str]:
    return [each.metadata.name for each in scene.api.all(kind)]


def test_dependents_follow_their_owner() -> None:
    async def story() -> None:
        async with Scene().running(GarbageCollector) as scene:
            parent = await scene.api.create(apps_v1.ReplicaSet(metadata=meta("parent", "default")))
            child = await scene.api.create(owned("child", parent))
            await scene.api.create(owned("grandchild", child))
            await scene.api.create(owned("stranger"))
            await scene.settle()
            assert len(names(scene)) == 3
            await scene.api.delete(apps_v1.ReplicaSet, "parent", "default", propagation="Background")
            await scene.settle()
            assert names(scene) == ["stranger"]

    asyncio.run(story())


def test_an_object_whose_owner_never_was_is_removed_also_at_start() -> None:
    async def story() -> None:
        scene = Scene()
        ghost = apps_v1.ReplicaSet(metadata=meta("ghost", "default", uid="never"))
        await scene.api.create(owned("early", ghost))
        async with scene.running(GarbageCollector):
            await scene.api.create(owned("late", ghost))
            await scene.settle()
            assert names(scene) == []

    asyncio.run(story())


def test_one_living_owner_is_enough_and_the_dead_ones_are_taken_off() -> None:
    async def story() -> None:
        async with Scene().running(GarbageCollector) as scene:
            one = await scene.api.create(apps_v1.ReplicaSet(metadata=meta("one", "default")))
            two = await scene.api.create(apps_v1.ReplicaSet(metadata=meta("two", "default")))
            await scene.api.create(owned("shared", one, two))
            await scene.settle()
            await scene.api.delete(apps_v1.ReplicaSet, "one", "default")
            await scene.settle()
            shared = await scene.api.get(core_v1.ConfigMap, "shared", "default")
            assert [each.name for each in shared.metadata.owner_references] == ["two"]

    asyncio.run(story())


def test_orphaned_dependents_stay_and_forget_their_owner() -> None:
    async def story() -> None:
        async with Scene().running(GarbageCollector) as scene:
            parent = await scene.api.create(apps_v1.ReplicaSet(metadata=meta("parent", "default")))
            await scene.api.create(owned("child", parent))
            await scene.settle()
            await scene.api.delete(apps_v1.ReplicaSet, "parent", "default", propagation="Orphan")
            await scene.settle()
            assert names(scene, apps_v1.ReplicaSet) == []
            child = await scene.api.get(core_v1.ConfigMap, "child", "default")
            assert child.metadata.owner_references == []

    asyncio.run(story())


def test_in_the_foreground_the_owner_waits_for_those_that_block() -> None:
    async def story() -> None:
        async with Scene().running(GarbageCollector) as scene:
            parent = await scene.api.create(apps_v1.ReplicaSet(metadata=meta("parent", "default")))
            held = owned("held", parent)
            held.metadata.finalizers = ["example.com/hold"]
            await scene.api.create(held)
            lazy = owned("lazy", parent, block=False)
            lazy.metadata.finalizers = ["example.com/hold"]
            await scene.api.create(lazy)
            await scene.settle()
            await scene.api.delete(apps_v1.ReplicaSet, "parent", "default", propagation="Foreground")
            await scene.settle()
            assert names(scene, apps_v1.ReplicaSet) == ["parent"]
            assert all(each.metadata.deletion_timestamp for each in scene.api.all(core_v1.ConfigMap))
            await scene.api.patch(core_v1.ConfigMap, "held", "default", body={"metadata": {"finalizers": []}})
            await scene.settle()
            assert names(scene, apps_v1.ReplicaSet) == []
            assert names(scene) == ["lazy"]

    asyncio.run(story())


def test_a_cluster_scoped_object_with_an_owner_in_a_namespace_is_left_alone() -> None:
    async def story() -> None:
        async with Scene().running(GarbageCollector) as scene:
            reference = meta_v1.OwnerReference(api_version="v1", kind="ConfigMap", name="x", uid="nowhere")
            await scene.api.create(core_v1.Node(metadata=meta("node", owner_references=[reference])))
            await scene.settle()
            assert names(scene, core_v1.Node) == ["node"]
            assert scene.recorder.events[0].startswith("OwnerRefInvalidNamespace: ")

    asyncio.run(story())
