import asyncio

import msgspec

from pykube import errors
from pykube.api import apps_v1, conditions, core_v1, meta_v1
from pykube.controllers.replicaset import ReplicaSetController
from tests.fakes.api import meta
from tests.fakes.controllers import Scene


def replicaset(replicas: int = 3, **spec: object) -> apps_v1.ReplicaSet:
    template = core_v1.PodTemplateSpec(
        metadata=meta_v1.ObjectMeta(labels={"app": "web"}),
        spec=core_v1.PodSpec(containers=[core_v1.Container(name="c")]),
    )
    selector = meta_v1.LabelSelector(match_labels={"app": "web"})
    return apps_v1.ReplicaSet(
        metadata=meta("web", "default"),
        spec=apps_v1.ReplicaSetSpec(replicas=replicas, selector=selector, template=template, **spec),  # type: ignore[arg-type]
    )


async def pods(scene: Scene) -> list[core_v1.Pod]:
    return [pod for pod in scene.api.all(core_v1.Pod) if pod.metadata.deletion_timestamp is None]


def test_creates_what_is_missing_and_tells_so() -> None:
    async def story() -> None:
        async with Scene().running(ReplicaSetController) as scene:
            await scene.api.create(replicaset(3))
            await scene.settle()
            found = await pods(scene)
            assert len(found) == 3
            assert f"SuccessfulCreate: Created pod: {found[0].metadata.name}" in scene.recorder.events
            assert found[0].metadata.owner_references[0].name == "web"
            scene.run_pods()
            await scene.settle()
            status = scene.api.all(apps_v1.ReplicaSet)[0].status
            assert (status.replicas, status.ready_replicas, status.available_replicas) == (3, 3, 3)
            assert status.observed_generation == 1

    asyncio.run(story())


def test_a_cache_that_lags_does_not_make_it_create_again() -> None:
    async def story() -> None:
        async with Scene().running(ReplicaSetController) as scene:
            tell = scene.api._tell
            held: list[tuple[object, ...]] = []

            def hold_pods(*event: object) -> None:
                if isinstance(event[2], core_v1.Pod):
                    held.append(event)
                else:
                    tell(*event)  # type: ignore[arg-type]

            scene.api._tell = hold_pods  # type: ignore[method-assign,assignment]
            created = await scene.api.create(replicaset(2))
            await scene.settle()
            scene.api.put_status(created, observed_generation=7)
            await scene.settle()
            assert len(scene.api.all(core_v1.Pod)) == 2
            for event in held:
                tell(*event)  # type: ignore[arg-type]
            await scene.settle()
            assert len(scene.api.all(core_v1.Pod)) == 2

    asyncio.run(story())


def test_ends_the_pods_that_are_not_ready_first() -> None:
    async def story() -> None:
        async with Scene().running(ReplicaSetController) as scene:
            created = await scene.api.create(replicaset(3))
            await scene.settle()
            scene.run_pods()
            await scene.settle()
            bad = scene.api.all(core_v1.Pod)[1]
            scene.api.put_status(bad, conditions=[])
            await scene.settle()
            current = await scene.api.get(apps_v1.ReplicaSet, "web", "default")
            await scene.api.update(
                msgspec.structs.replace(current, spec=msgspec.structs.replace(created.spec, replicas=2))
            )
            await scene.settle()
            dying = [pod for pod in scene.api.all(core_v1.Pod) if pod.metadata.deletion_timestamp is not None]
            assert [pod.metadata.name for pod in dying] == [bad.metadata.name]

    asyncio.run(story())


def test_adopts_orphans_that_match_and_releases_what_does_not() -> None:
    async def story() -> None:
        async with Scene().running(ReplicaSetController) as scene:
            await scene.api.create(core_v1.Pod(metadata=meta("orphan", "default", labels={"app": "web"})))
            owner = await scene.api.create(replicaset(1))
            await scene.settle()
            found = await pods(scene)
            assert [pod.metadata.name for pod in found] == ["orphan"]
            assert found[0].metadata.owner_references[0].uid == owner.metadata.uid
            body = {"metadata": {"labels": {"app": "debug"}}}
            await scene.api.patch(core_v1.Pod, "orphan", "default", body=body)
            await scene.settle()
            assert len(await pods(scene)) == 2
            assert not (await scene.api.get(core_v1.Pod, "orphan", "default")).metadata.owner_references

    asyncio.run(story())


def test_a_refused_creation_shows_in_the_status_and_costs_one_request() -> None:
    async def story() -> None:
        scene = Scene()
        scene.api.refuse = lambda verb, obj: (
            errors.Forbidden("exceeded quota") if verb == "create" and obj.kind == "Pod" else None
        )
        async with scene.running(ReplicaSetController):
            await scene.api.create(replicaset(50))
            await asyncio.sleep(0)
            await scene.clock.settle()
            await scene.clock.settle()
            condition = conditions.find(scene.api.all(apps_v1.ReplicaSet)[0].status.conditions, "ReplicaFailure")
            assert condition is not None
            assert (condition.reason, condition.message) == ("FailedCreate", "exceeded quota")
            assert set(scene.recorder.events) == {"FailedCreate: Error creating: exceeded quota"}
            assert sum(verb == "create" and what.startswith("Pod/") for verb, what in scene.api.calls) < 5

    asyncio.run(story())


def test_availability_waits_for_min_ready_seconds() -> None:
    async def story() -> None:
        async with Scene().running(ReplicaSetController) as scene:
            await scene.api.create(replicaset(1, min_ready_seconds=10))
            await scene.settle()
            scene.run_pods()
            await scene.settle()
            assert scene.api.all(apps_v1.ReplicaSet)[0].status.available_replicas == 0
            await scene.settle(11)
            assert scene.api.all(apps_v1.ReplicaSet)[0].status.available_replicas == 1

    asyncio.run(story())
