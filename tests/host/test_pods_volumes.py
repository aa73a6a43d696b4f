"""Volumes as containers see them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cri.client import CriClient
from agent.pods.node_pods import NodePods
from pykube.api import core_v1
from pykube.api.quantity import Quantity
from tests.fakes.pod_host import FOREVER, PodHost, eventually, host_pod, on_host, ready, shell
from tests.fakes.private_runtime import PrivateRuntime, private_runtime

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="volumes need root")


@pytest.fixture(scope="module")
def runtime() -> Iterator[PrivateRuntime]:
    with private_runtime(Path(f"/tmp/pk-podv-{os.getpid()}")) as found:
        yield found


async def output(cri: CriClient, pod: core_v1.Pod, script: str) -> str:
    """What a script prints in the pod's container."""
    identity = pod.status.container_statuses[0].container_id.partition("://")[2]
    stdout, stderr, code = await cri.exec_sync(identity, ["sh", "-c", script])
    assert code == 0, stderr
    return stdout.decode()


async def shows(cri: CriClient, pod: core_v1.Pod, script: str, expected: str) -> None:
    """Return when a script prints what is expected."""

    async def check() -> bool:
        return await output(cri, pod, script) == expected

    await eventually(check)


def mounted(at: str, name: str = "data", **fields: object) -> core_v1.VolumeMount:
    return core_v1.VolumeMount(name=name, mount_path=at, **fields)  # type: ignore[arg-type]


def memory_limits(host: PodHost, pod: core_v1.Pod) -> list[int]:
    """The limits of the pod's memory cgroups, of version 1 or 2, in bytes."""
    below = f"**/{host.cgroups.top}*/**/*pod{pod.metadata.uid}"
    root = Path("/sys/fs/cgroup")
    found = [*root.glob(f"{below}/memory.limit_in_bytes"), *root.glob(f"{below}/memory.max")]
    return [int(path.read_text()) for path in found]


async def settings(host: PodHost, **data: str) -> core_v1.ConfigMap:
    found = core_v1.ConfigMap(data=data)
    found.metadata.name, found.metadata.namespace = "settings", "default"
    return await host.api.create(found)


def test_config_map_follows_its_object(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        held = await settings(host, color="blue")
        volume = core_v1.Volume(name="data", config_map=core_v1.ConfigMapVolumeSource(name="settings"))
        await host.api.create(host_pod("cm", shell(FOREVER, volume_mounts=[mounted("/etc/cm")]), volumes=[volume]))
        pod = await host.until("cm", ready)
        assert await output(cri, pod, "cat /etc/cm/color; readlink /etc/cm/color") == "blue..data/color\n"
        held.data = {"color": "red", "size": "9"}
        await host.api.update(held)
        await shows(cri, pod, "cat /etc/cm/*", "red9")

    on_host(runtime, test)


def test_secret_lies_in_memory_with_its_mode(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        secret = core_v1.Secret(data={"key": b"hush"})
        secret.metadata.name, secret.metadata.namespace = "hidden", "default"
        await host.api.create(secret)
        source = core_v1.SecretVolumeSource(secret_name="hidden", default_mode=0o400)
        volume = core_v1.Volume(name="data", secret=source)
        await host.api.create(host_pod("sec", shell(FOREVER, volume_mounts=[mounted("/sec")]), volumes=[volume]))
        pod = await host.until("sec", ready)
        assert await output(cri, pod, "cat /sec/key; stat -Lc %a /sec/key") == "hush400\n"
        assert "tmpfs" in await output(cri, pod, "grep ' /sec ' /proc/mounts")

    on_host(runtime, test)


def test_missing_secret_is_waited_for(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        volume = core_v1.Volume(name="data", secret=core_v1.SecretVolumeSource(secret_name="late"))
        await host.api.create(host_pod("wait", shell(FOREVER, volume_mounts=[mounted("/sec")]), volumes=[volume]))

        async def complained() -> bool:
            return any(event.reason == "FailedMount" for event in (await host.api.list(core_v1.Event)).items)

        await eventually(complained)
        secret = core_v1.Secret(data={"key": b"now"})
        secret.metadata.name, secret.metadata.namespace = "late", "default"
        await host.api.create(secret)
        await host.until("wait", ready, seconds=4)

    on_host(runtime, test)


def test_projected_token_and_downward_fields(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        field = core_v1.DownwardAPIVolumeFile(
            path="labels", field_ref=core_v1.ObjectFieldSelector(field_path="metadata.labels")
        )
        sources = [
            core_v1.VolumeProjection(service_account_token=core_v1.ServiceAccountTokenProjection(path="token")),
            core_v1.VolumeProjection(downward_api=core_v1.DownwardAPIProjection(items=[field])),
        ]
        volume = core_v1.Volume(name="data", projected=core_v1.ProjectedVolumeSource(sources=sources))
        wanted = host_pod("proj", shell(FOREVER, volume_mounts=[mounted("/p")]), volumes=[volume])
        wanted.metadata.labels = {"app": "one"}
        await host.api.create(wanted)
        pod = await host.until("proj", ready)
        assert await output(cri, pod, "cat /p/token; echo; cat /p/labels") == 'token-1-of-default\napp="one"'
        await host.api.patch(core_v1.Pod, "proj", "default", body={"metadata": {"labels": {"app": "two"}}})
        await shows(cri, pod, "cat /p/labels", 'app="two"')

    on_host(runtime, test)


def test_empty_dir_in_memory_keeps_to_its_size(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        source = core_v1.EmptyDirVolumeSource(medium="Memory", size_limit=Quantity.parse("64Ki"))
        volume = core_v1.Volume(name="data", empty_dir=source)
        script = "dd if=/dev/zero of=/mem/big bs=1k count=100; " + FOREVER
        await host.api.create(host_pod("mem", shell(script, volume_mounts=[mounted("/mem")]), volumes=[volume]))
        pod = await host.until("mem", ready)
        assert "size=64k" in await output(cri, pod, "grep ' /mem ' /proc/mounts")

    on_host(runtime, test)


def test_sub_path_and_host_path(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        place = host.root / "shared"
        place.mkdir()
        (place / "file").write_text("from the host")
        volume = core_v1.Volume(name="data", host_path=core_v1.HostPathVolumeSource(path=str(place), type="Directory"))
        mounts = [mounted("/one", sub_path="file"), mounted("/dir", sub_path="made/here")]
        await host.api.create(host_pod("sub", shell(FOREVER, volume_mounts=mounts), volumes=[volume]))
        pod = await host.until("sub", ready)
        assert await output(cri, pod, "cat /one; echo -n x > /dir/y") == "from the host"
        await host.remove_all(pods)
        assert (place / "made" / "here" / "y").read_text() == "x"

    on_host(runtime, test)


def test_fs_group_and_user(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        volume = core_v1.Volume(name="data", empty_dir=core_v1.EmptyDirVolumeSource())
        context = core_v1.PodSecurityContext(run_as_user=1000, run_as_group=1000, fs_group=2000)
        container = shell(FOREVER, volume_mounts=[mounted("/d")])
        await host.api.create(host_pod("user", container, volumes=[volume], security_context=context))
        pod = await host.until("user", ready)
        assert await output(cri, pod, "id -u; id -G; touch /d/f; stat -c %u:%g /d/f") == "1000\n1000 2000\n1000:2000\n"

    on_host(runtime, test)


def test_limits_reach_the_kernel(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        amounts = {"cpu": Quantity.parse("100m"), "memory": Quantity.parse("64Mi")}
        resources = core_v1.ResourceRequirements(limits=amounts, requests=amounts)
        await host.api.create(host_pod("limited", shell(FOREVER, resources=resources)))
        pod = await host.until("limited", ready)
        assert pod.status.qos_class == "Guaranteed"
        assert memory_limits(host, pod) == [64 * 1024 * 1024]

    on_host(runtime, test)
