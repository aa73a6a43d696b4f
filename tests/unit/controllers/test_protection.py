"""Claims, volumes and their classes stay as long as they are used."""

import asyncio

import msgspec

from pykube.api import core_v1, meta_v1, storage_v1
from pykube.controllers.pvcprotection import FINALIZER, PvcProtectionController, uses
from pykube.controllers.pvprotection import PvProtectionController
from pykube.controllers.vacprotection import VacProtectionController
from tests.fakes import workloads
from tests.fakes.api import meta
from tests.fakes.controllers import Scene


def claim(name="c", **spec):
    return core_v1.PersistentVolumeClaim(metadata=meta(name, "default"), spec=core_v1.PersistentVolumeClaimSpec(**spec))


def pod_with(name="p", *, claim_name="c", on="node-1"):
    pod = workloads.pod(name, on=on)
    source = core_v1.PersistentVolumeClaimVolumeSource(claim_name=claim_name)
    pod.spec.volumes = [core_v1.Volume(name="v", persistent_volume_claim=source)]
    return pod


def play(story, *controllers):
    async def run():
        async with Scene().running(*controllers) as scene:
            await story(scene)

    asyncio.run(run())


def test_a_claim_goes_when_its_pod_is_gone():
    async def story(scene):
        await scene.api.create(claim())
        pod = await scene.api.create(pod_with())
        await scene.settle()
        assert scene.api.all(core_v1.PersistentVolumeClaim)[0].metadata.finalizers == [FINALIZER]
        await scene.api.delete(core_v1.PersistentVolumeClaim, "c", "default")
        await scene.settle()
        assert scene.api.all(core_v1.PersistentVolumeClaim)
        scene.finish(pod)
        await scene.settle()
        assert not scene.api.all(core_v1.PersistentVolumeClaim)

    play(story, PvcProtectionController)


def test_a_claim_that_nobody_uses_goes_at_once():
    async def story(scene):
        await scene.api.create(claim())
        await scene.api.create(pod_with(on=""))
        await scene.settle()
        await scene.api.delete(core_v1.PersistentVolumeClaim, "c", "default")
        await scene.settle()
        assert not scene.api.all(core_v1.PersistentVolumeClaim)

    play(story, PvcProtectionController)


def test_a_claim_made_for_a_pod_does_not_wait_for_one_that_is_shut_down():
    pod = workloads.pod("p", on="node-1")
    pod.spec.volumes = [core_v1.Volume(name="v", ephemeral=core_v1.EphemeralVolumeSource())]
    made = claim("p-v")
    assert not uses(pod, made)
    owner = meta_v1.OwnerReference(api_version="v1", kind="Pod", name="p", uid=pod.metadata.uid, controller=True)
    made.metadata.owner_references = [owner]
    assert uses(pod, made)
    pod.metadata.deletion_timestamp, pod.metadata.deletion_grace_period_seconds = workloads.EPOCH, 0
    assert not uses(pod, made)


def test_a_volume_goes_when_it_is_released():
    async def story(scene):
        volume = await scene.api.create(core_v1.PersistentVolume(metadata=meta("v")))
        await scene.settle()
        scene.api.put_status(volume, phase="Bound")
        await scene.api.delete(core_v1.PersistentVolume, "v")
        await scene.settle()
        [still] = scene.api.all(core_v1.PersistentVolume)
        scene.api.put_status(still, phase="Released")
        await scene.settle()
        assert not scene.api.all(core_v1.PersistentVolume)

    play(story, PvProtectionController)


def test_a_class_goes_when_nobody_has_or_wants_it():
    async def story(scene):
        await scene.api.create(storage_v1.VolumeAttributesClass(metadata=meta("fast"), driver_name="d"))
        made = await scene.api.create(claim(volume_attributes_class_name="fast"))
        await scene.settle()
        await scene.api.delete(storage_v1.VolumeAttributesClass, "fast")
        await scene.settle()
        assert scene.api.all(storage_v1.VolumeAttributesClass)
        spec = msgspec.structs.replace(made.spec, volume_attributes_class_name="slow")
        await scene.api.update(msgspec.structs.replace(made, spec=spec))
        await scene.settle()
        assert not scene.api.all(storage_v1.VolumeAttributesClass)

    play(story, VacProtectionController)
