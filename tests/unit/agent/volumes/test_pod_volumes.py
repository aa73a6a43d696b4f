"""Volumes of one pod that need neither root nor a mount."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.pods.fields import Facts
from agent.volumes.context import Token, VolumeContext, VolumeError
from agent.volumes.pod_volumes import PodVolumes, follows_pod, references, tear_down
from pykube import errors
from pykube.api import core_v1
from tests.fakes.clock import FakeClock


class Objects:
    """One ConfigMap called ``cm``."""

    def __init__(self) -> None:
        self.data = {"a": "1", "b": "2"}

    async def config_map(self, namespace: str, name: str) -> core_v1.ConfigMap:
        if name != "cm":
            raise errors.NotFound(f'configmap "{name}" not found')
        return core_v1.ConfigMap(data=self.data)

    async def secret(self, namespace: str, name: str) -> core_v1.Secret:
        raise errors.NotFound(f'secret "{name}" not found')

    async def claim(self, namespace: str, name: str) -> core_v1.PersistentVolumeClaim:
        if name != "open":
            raise errors.NotFound(f'persistentvolumeclaims "{name}" not found')
        return core_v1.PersistentVolumeClaim()

    async def persistent_volume(self, name: str) -> core_v1.PersistentVolume:
        raise errors.NotFound(f'persistentvolumes "{name}" not found')

    async def token(self, pod: core_v1.Pod, audiences: Sequence[str], expiration: int) -> Token:
        return Token("token", 100.0)


class Harness:
    """A pod with volumes, in a directory of its own."""

    def __init__(self, root: Path, *volumes: core_v1.Volume) -> None:
        self.objects = Objects()
        self.pod = core_v1.Pod(spec=core_v1.PodSpec(volumes=list(volumes)))
        self.pod.metadata.namespace = "default"
        self.root = root / "pod"
        self.volumes = PodVolumes()
        self.context = VolumeContext(self.pod, self.root, self.objects, self.objects, FakeClock(), Facts())

    def set_up(self) -> None:
        asyncio.run(self.volumes.set_up(self.context))

    def path(self, name: str) -> Path:
        return self.volumes.paths[name]


def config_map(name: str = "cm", **fields: object) -> core_v1.Volume:
    source = core_v1.ConfigMapVolumeSource(name=name, **fields)  # type: ignore[arg-type]
    return core_v1.Volume(name="v", config_map=source)


def test_keys_become_files(tmp_path: Path) -> None:
    harness = Harness(tmp_path, config_map())
    harness.set_up()
    assert (harness.path("v") / "a").read_text() == "1"
    assert harness.path("v").parts[-2:] == ("kubernetes.io~configmap", "v")


def test_chosen_keys_at_chosen_paths(tmp_path: Path) -> None:
    harness = Harness(tmp_path, config_map(items=[core_v1.KeyToPath(key="b", path="x/y", mode=0o600)]))
    harness.set_up()
    assert (harness.path("v") / "x" / "y").stat().st_mode & 0o777 == 0o600
    assert not (harness.path("v") / "a").exists()


@pytest.mark.parametrize(
    ("volume", "said"),
    [
        (config_map("no"), 'MountVolume.SetUp failed for volume "v" : configmap "no" not found'),
        (config_map(items=[core_v1.KeyToPath(key="z", path="z")]), "references non-existent config key: z"),
        (
            core_v1.Volume(name="v", host_path=core_v1.HostPathVolumeSource(path="/no/such", type="Directory")),
            "hostPath type check failed: /no/such is not a directory",
        ),
        (
            core_v1.Volume(
                name="v", persistent_volume_claim=core_v1.PersistentVolumeClaimVolumeSource(claim_name="open")
            ),
            "error processing PVC default/open: PVC is not bound",
        ),
    ],
)
def test_what_cannot_be_set_up_is_said_as_upstream_says_it(tmp_path: Path, volume: core_v1.Volume, said: str) -> None:
    with pytest.raises(VolumeError) as caught:
        Harness(tmp_path, volume).set_up()
    assert said in str(caught.value)


def test_optional_object_may_be_missing(tmp_path: Path) -> None:
    harness = Harness(tmp_path, config_map("no", optional=True))
    harness.set_up()
    assert [path.name for path in harness.path("v").iterdir() if not path.name.startswith("..")] == []


def test_refresh_follows_the_object(tmp_path: Path) -> None:
    harness = Harness(tmp_path, config_map())
    harness.set_up()
    harness.objects.data = {"a": "9"}
    asyncio.run(harness.volumes.refresh(harness.context))
    assert (harness.path("v") / "a").read_text() == "9"
    assert not (harness.path("v") / "b").exists()


def test_empty_dir_keeps_its_content_over_a_second_set_up(tmp_path: Path) -> None:
    harness = Harness(tmp_path, core_v1.Volume(name="v", empty_dir=core_v1.EmptyDirVolumeSource()))
    harness.set_up()
    (harness.path("v") / "kept").write_text("x")
    harness.set_up()
    assert (harness.path("v") / "kept").exists()
    assert harness.path("v").stat().st_mode & 0o777 == 0o777


def test_tear_down_removes_links_but_not_what_they_point_to(tmp_path: Path) -> None:
    harness = Harness(tmp_path, core_v1.Volume(name="v", empty_dir=core_v1.EmptyDirVolumeSource()))
    harness.set_up()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "data").write_text("precious")
    (harness.path("v") / "link").symlink_to(outside)
    asyncio.run(tear_down(harness.root))
    assert not harness.root.exists()
    assert (outside / "data").read_text() == "precious"


def test_references_and_fields() -> None:
    part = core_v1.VolumeProjection(secret=core_v1.SecretProjection(name="s"))
    pod = core_v1.Pod()
    pod.spec.volumes = [config_map(), core_v1.Volume(name="p", projected=core_v1.ProjectedVolumeSource(sources=[part]))]
    assert references(pod) == {("ConfigMap", "cm"), ("Secret", "s")}
    assert not follows_pod(pod)
    pod.spec.volumes.append(core_v1.Volume(name="d", downward_api=core_v1.DownwardAPIVolumeSource()))
    assert follows_pod(pod)
