"""Pods on a real containerd: from their arrival to their end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from agent.cri.client import CriClient
from agent.pods.node_pods import NodePods
from pykube.api import core_v1
from tests.fakes.pod_api import PodApi
from tests.fakes.pod_host import PodHost, host_pod, ready, shell
from tests.fakes.private_runtime import PrivateRuntime, private_runtime

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="containers need root")

Test = Callable[[PodHost, NodePods, CriClient], Awaitable[None]]


@pytest.fixture(scope="module")
def runtime() -> Iterator[PrivateRuntime]:
    with private_runtime(Path(f"/tmp/pk-pods-{os.getpid()}")) as found:
        yield found


def on_host(runtime: PrivateRuntime, test: Test) -> None:
    """Run `test` with an agent on an API of its own; the pods are gone afterwards."""

    async def run() -> None:
        host = PodHost(runtime.root, PodApi())
        async with runtime.client() as cri:
            async with host.agent(cri) as pods:
                await test(host, pods, cri)
                await host.remove_all(pods)
            for sandbox in await cri.list_pod_sandboxes():
                await cri.stop_pod_sandbox(sandbox.id)
                await cri.remove_pod_sandbox(sandbox.id)

    asyncio.run(run())


def test_pod_runs_and_is_deleted(runtime: PrivateRuntime) -> None:
    async def test(host: PodHost, pods: NodePods, cri: CriClient) -> None:
        await host.api.create(host_pod("web", shell("trap 'exit 0' TERM; sleep 3600 & wait")))
        pod = await host.until("web", ready)
        assert pod.status.phase == "Running"
        assert pod.status.pod_ip == "127.0.0.1"
        await host.api.delete(core_v1.Pod, "web", "default")
        await host.gone("web")
        assert not (host.root / "pods" / pod.metadata.uid).exists()

    on_host(runtime, test)
