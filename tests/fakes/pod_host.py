"""Pods of a fake API on a real private containerd: the agent's pod side, whole."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from agent.cgroups import Cgroups, detect_driver
from agent.cri.client import CriClient
from agent.images import Images
from agent.pods.dns import host_resolver
from agent.pods.node_pods import NodePods
from agent.pods.probe_actions import ProbeActions
from agent.pods.references import References
from agent.pods.status import Host
from agent.pods.surroundings import Surroundings
from agent.pods.tokens import ServiceAccountTokens
from pykube.aio.clock import SystemClock
from pykube.api import core_v1
from pykube.client.events import EventRecorder
from pykube.client.informer import Informer
from pykube.client.rest import Client
from pykube.config import Network
from tests.fakes.pod_api import PodApi
from tests.fakes.private_runtime import BUSYBOX_IMAGE, PrivateRuntime

NODE = "here"
FOREVER = "trap 'exit 0' TERM; sleep 3600 & wait"
"""A script that runs until it is told to stop."""


def shell(script: str, name: str = "app", **fields: Any) -> core_v1.Container:
    """A container that runs a shell script."""
    return core_v1.Container(
        name=name,
        image=BUSYBOX_IMAGE,
        command=["sh", "-c", script],
        image_pull_policy="IfNotPresent",
        termination_message_path="/dev/termination-log",
        termination_message_policy="File",
        **fields,
    )


def host_pod(name: str, *containers: core_v1.Container, **spec: Any) -> core_v1.Pod:
    """A pod in the host's network."""
    pod = core_v1.Pod()
    pod.metadata.name, pod.metadata.namespace = name, "default"
    pod.spec = core_v1.PodSpec(
        containers=list(containers),
        node_name=NODE,
        host_network=True,
        restart_policy=spec.pop("restart_policy", "Always"),
        enable_service_links=True,
        termination_grace_period_seconds=spec.pop("grace", 1),
        **spec,
    )
    return pod


class PodHost:
    """The pods of one node; enter `agent` to have them looked after."""

    def __init__(self, root: Path, api: PodApi) -> None:
        self.root = root
        self.api = api
        self.cgroups = Cgroups(detect_driver(), top=f"pkpods{os.getpid()}")

    @contextlib.asynccontextmanager
    async def agent(self, cri: CriClient) -> AsyncIterator[NodePods]:
        """The agent's pod side, until the block ends; containers outlive it."""
        clock = SystemClock()
        client = cast(Client, self.api)
        pods: NodePods
        references = References(client, clock, lambda uid: pods.references_changed(uid))
        probes = ProbeActions(cri)
        self.cgroups.prepare()
        surroundings = Surroundings(
            clock=clock,
            client=client,
            writes=asyncio.Semaphore(6),
            cri=cri,
            images=Images(cri, clock),
            cgroups=self.cgroups,
            references=references,
            tokens=ServiceAccountTokens(client, clock),
            recorder=EventRecorder(client, "kubelet", NODE, clock),
            probes=probes,
            services=lambda: (),
            services_known=lambda: True,
            resolver=host_resolver,
            network=Network(),
            host=Host(("127.0.0.1",)),
            node_name=NODE,
            memory_capacity=2**33,
            allocatable={},
            pods_dir=self.root / "pods",
            log_dir=self.root / "logs",
        )
        informer = Informer(client, core_v1.Pod, clock=clock)
        pods = NodePods(surroundings, informer)
        tasks = [asyncio.create_task(informer.run()), asyncio.create_task(pods.run())]
        try:
            yield pods
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await references.close()
            await probes.close()
            if not pods.workers():
                await self.cgroups.remove_all()

    async def until(self, name: str, condition: Callable[[core_v1.Pod], bool], seconds: float = 20) -> core_v1.Pod:
        """The pod, as soon as the API's object fulfils `condition`."""
        informer = Informer(cast(Client, self.api), core_v1.Pod)
        found: asyncio.Future[core_v1.Pod] = asyncio.get_running_loop().create_future()

        def look(pod: core_v1.Pod) -> None:
            if pod.metadata.name == name and condition(pod) and not found.done():
                found.set_result(pod)

        informer.add_handler(on_add=look, on_update=lambda _, pod: look(pod))
        watching = asyncio.create_task(informer.run())
        try:
            async with asyncio.timeout(seconds):
                return await found
        except TimeoutError:
            raise AssertionError(f"in vain: {self.api.pod(name)}") from None
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def gone(self, name: str, seconds: float = 20) -> None:
        """Return when the API no longer has the pod."""
        await eventually(lambda: self.api.pod(name) is None, seconds)

    async def remove_all(self, pods: NodePods) -> None:
        """Delete every pod and wait until nothing of them is left."""
        for pod in pods.pods():
            if self.api.pod(pod.metadata.name) is not None:
                await self.api.delete(core_v1.Pod, pod.metadata.name, "default")
        await eventually(lambda: not pods.workers(), 30)
        async with asyncio.timeout(30):
            await pods.removal.wait_idle()


Test = Callable[[PodHost, NodePods, CriClient], Awaitable[None]]


def on_host(runtime: PrivateRuntime, test: Test) -> None:
    """Run `test` with an agent on an API of its own; the pods are gone afterwards, with all that was theirs."""

    async def run() -> None:
        host = PodHost(runtime.root, PodApi())
        async with runtime.client() as cri, host.agent(cri) as pods:
            await test(host, pods, cri)
            await host.remove_all(pods)
            assert await cri.list_pod_sandboxes() == []
            assert list((host.root / "pods").glob("*")) == []

    asyncio.run(run())


async def eventually(check: Callable[[], bool | Awaitable[bool]], seconds: float = 10) -> None:
    """Return as soon as `check` says yes."""
    async with asyncio.timeout(seconds):
        while True:
            answer = check()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.01)


def ready(pod: core_v1.Pod) -> bool:
    """Whether the pod is Ready."""
    return any(condition.type == "Ready" and condition.status == "True" for condition in pod.status.conditions)
