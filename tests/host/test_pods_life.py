"""Pods on a real containerd: from their arrival to their end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cri.client import CriClient
from agent.pods.node_pods import NodePods
from pykube.api import core_v1
from tests.fakes.pod_api import PodApi
from tests.fakes.pod_host import FOREVER, PodHost, eventually, host_pod, on_host, ready, shell
from tests.fakes.private_runtime import PrivateRuntime, private_runtime

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="containers need root")


@pytest.fixture(scope="module")
def runtime() -> Iterator[PrivateRuntime]:
    with private_runtime(Path(f"/tmp/pk-pods-{os.getpid()}")) as found:
        yield found


def state(pod: core_v1.Pod) -> core_v1.ContainerState:
    """The state of the only container."""
    return pod.status.container_statuses[0].state if pod.status.container_statuses else core_v1.ContainerState()


def waiting(pod: core_v1.Pod) -> core_v1.ContainerStateWaiting:
    """Why the only container waits."""
    return state(pod).waiting or core_v1.ContainerStateWaiting()


def test_pod_runs_and_is_deleted(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        await host.api.create(host_pod("web", shell(FOREVER)))
        pod = await host.until("web", ready)
        assert pod.status.phase == "Running"
        assert pod.status.pod_ip == "127.0.0.1"
        assert pod.status.container_statuses[0].container_id.startswith("containerd://")
        await host.api.delete(core_v1.Pod, "web", "default")
        await host.gone("web")

    on_host(runtime, test)


def test_exit_code_and_termination_message(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        script = shell("echo -n sorry > /dev/termination-log; exit 3")
        await host.api.create(host_pod("job", script, restart_policy="Never"))
        pod = await host.until("job", lambda pod: pod.status.phase == "Failed")
        ended = state(pod).terminated
        assert ended is not None
        assert (ended.exit_code, ended.reason, ended.message) == (3, "Error", "sorry")

    on_host(runtime, test)


def test_crash_is_answered_at_once_and_then_waits(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        await host.api.create(host_pod("crash", shell("exit 1")))
        pod = await host.until("crash", lambda pod: waiting(pod).reason == "CrashLoopBackOff")
        assert waiting(pod).message.startswith("back-off 10s restarting failed container=app pod=crash_default(")
        assert pod.status.container_statuses[0].restart_count == 1

    on_host(runtime, test)


def test_container_killed_by_hand_comes_back(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        await host.api.create(host_pod("victim", shell(FOREVER)))
        pod = await host.until("victim", ready)
        identity = pod.status.container_statuses[0].container_id.partition("://")[2]
        info = (await cri.container_status(identity, verbose=True)).info["info"]
        os.kill(int(info.partition('"pid":')[2].partition(",")[0]), signal.SIGKILL)
        pod = await host.until("victim", lambda pod: ready(pod) and pod.status.container_statuses[0].restart_count == 1)
        ended = pod.status.container_statuses[0].last_state.terminated
        assert ended is not None
        assert ended.exit_code == 137

    on_host(runtime, test)


def test_image_that_may_not_be_pulled(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        container = core_v1.Container(name="app", image="pykube.test/none:1", image_pull_policy="Never")
        await host.api.create(host_pod("none", container))
        pod = await host.until("none", lambda pod: waiting(pod).reason == "ErrImageNeverPull")
        expected = 'Container image "pykube.test/none:1" is not present with pull policy of Never'
        assert waiting(pod).message == expected

    on_host(runtime, test)


def test_command_that_does_not_exist(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        container = shell("")
        container.command = ["/no/such/command"]
        await host.api.create(host_pod("lost", container))
        pod = await host.until("lost", lambda pod: waiting(pod).reason == "CrashLoopBackOff")
        ended = pod.status.container_statuses[0].last_state.terminated
        assert ended is not None
        assert (ended.exit_code, ended.reason) == (128, "StartError")
        assert "no such file or directory" in ended.message

    on_host(runtime, test)


def test_missing_config_map_is_said_and_then_used(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        selector = core_v1.ConfigMapKeySelector(name="settings", key="color")
        variable = core_v1.EnvVar(name="COLOR", value_from=core_v1.EnvVarSource(config_map_key_ref=selector))
        await host.api.create(host_pod("late", shell('test "$COLOR" = blue && ' + FOREVER, env=[variable])))
        await host.until("late", lambda pod: waiting(pod).reason == "CreateContainerConfigError")
        settings = core_v1.ConfigMap(data={"color": "blue"})
        settings.metadata.name, settings.metadata.namespace = "settings", "default"
        await host.api.create(settings)
        await host.until("late", ready, seconds=5)

    on_host(runtime, test)


def test_init_containers_and_sidecar(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        volume = core_v1.Volume(name="work", empty_dir=core_v1.EmptyDirVolumeSource())
        mount = [core_v1.VolumeMount(name="work", mount_path="/work")]
        first = shell("echo first >> /work/log", "first", volume_mounts=mount)
        side = shell("echo side >> /work/log; " + FOREVER, "side", volume_mounts=mount, restart_policy="Always")
        second = shell("sleep 0.2; echo second >> /work/log", "second", volume_mounts=mount)
        main = shell("cat /work/log > /dev/termination-log", volume_mounts=mount)
        pod = host_pod("order", main, restart_policy="Never", init_containers=[first, side, second], volumes=[volume])
        await host.api.create(pod)
        done = await host.until("order", lambda pod: pod.status.phase == "Succeeded")
        ended = state(done).terminated
        assert ended is not None
        assert ended.message == "first\nside\nsecond\n"

    on_host(runtime, test)


def test_exec_probes_decide_readiness_and_life(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        probe = core_v1.Probe(
            exec=core_v1.ExecAction(command=["test", "-e", "/tmp/ok"]),
            period_seconds=1,
            timeout_seconds=1,
            failure_threshold=1,
        )
        script = "mkdir -p /tmp; touch /tmp/ok; " + FOREVER
        await host.api.create(host_pod("probed", shell(script, liveness_probe=probe, readiness_probe=probe)))
        pod = await host.until("probed", ready)
        identity = pod.status.container_statuses[0].container_id.partition("://")[2]
        await cri.exec_sync(identity, ["rm", "/tmp/ok"])
        await host.until("probed", lambda pod: ready(pod) and pod.status.container_statuses[0].restart_count == 1)

    on_host(runtime, test)


def runs(status: core_v1.PodStatus) -> list[tuple[str, str, int, bool]]:
    """Which run of each container it is. Not when it began: the agent's clock and the runtime's differ by moments."""
    return [(seen.name, seen.container_id, seen.restart_count, seen.ready) for seen in status.container_statuses]


def test_agent_restart_touches_nothing_healthy(runtime: PrivateRuntime) -> None:
    async def run() -> None:
        host = PodHost(runtime.root, PodApi())
        async with runtime.client() as cri:
            async with host.agent(cri):
                await host.api.create(host_pod("stays", shell(FOREVER)))
                await host.api.create(host_pod("goes", shell(FOREVER)))
                before = (await host.until("stays", ready)).status
                await host.until("goes", ready)
            await host.api.delete(core_v1.Pod, "goes", "default", grace_period=0)
            async with host.agent(cri) as pods:

                async def one_is_left() -> bool:
                    return len(await cri.list_pod_sandboxes()) == 1 and len(pods.workers()) == 1

                await eventually(one_is_left)
                after = (await host.until("stays", ready)).status
                assert runs(after) == runs(before)
                assert after.start_time == before.start_time
                await host.remove_all(pods)

    asyncio.run(run())


def test_sandbox_killed_by_hand_is_rebuilt(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        await host.api.create(host_pod("rebuilt", shell(FOREVER)))
        await host.until("rebuilt", ready)
        sandbox = (await cri.list_pod_sandboxes())[0].id
        await cri.stop_pod_sandbox(sandbox)
        await host.until("rebuilt", lambda pod: ready(pod) and pod.status.container_statuses[0].restart_count > 0)

    on_host(runtime, test)


def test_pre_stop_hook_runs_within_the_grace_period(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        place = host.root / "hook"
        place.mkdir()
        volume = core_v1.Volume(name="out", host_path=core_v1.HostPathVolumeSource(path=str(place)))
        mount = [core_v1.VolumeMount(name="out", mount_path="/out")]
        action = core_v1.LifecycleHandler(exec=core_v1.ExecAction(command=["touch", "/out/stopped"]))
        hook = core_v1.Lifecycle(pre_stop=action)
        container = shell(FOREVER, volume_mounts=mount, lifecycle=hook)
        await host.api.create(host_pod("polite", container, grace=5, volumes=[volume]))
        await host.until("polite", ready)
        await host.api.delete(core_v1.Pod, "polite", "default")
        await host.gone("polite")
        assert (place / "stopped").exists()

    on_host(runtime, test)


def test_containerd_killed_under_a_running_pod(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        await host.api.create(host_pod("calm", shell(FOREVER)))
        before = (await host.until("calm", ready)).status.container_statuses
        os.kill(int(runtime.containerd().pid_path.read_text().split()[0]), signal.SIGKILL)
        await host.api.create(host_pod("late", shell(FOREVER)))
        await host.until("late", ready, seconds=10)
        assert (await host.until("calm", ready)).status.container_statuses == before

    on_host(runtime, test)
