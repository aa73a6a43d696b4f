"""The Node object of this host: registered once, kept true.

The status is looked at every ten seconds and written when it says something new, or every five minutes; the Lease is
the sign of life in between.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.errors import CriError
from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.api import codec, core_v1
from pykube.api.quantity import Quantity
from pykube.client.rest import Client, PatchKind

from . import node_facts
from .node_conditions import Health, conditions, same_but_for_heartbeats

log = logging.getLogger(__name__)

LOOK = 10.0
"""Seconds between looks at the host."""
RETRY = 2.0
"""Seconds until a status is written again that could not be."""
REPORT = 300.0
"""Seconds after which the status is written even though it says nothing new."""
MOST_IMAGES = 50
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """What does not change while the agent runs."""

    name: str
    addresses: tuple[str, ...]
    hostname: str
    port: int
    """Of the node API."""
    labels: tuple[tuple[str, str], ...]
    state_dir: Path
    max_pods: int


class NodeKeeper:
    """Registers the Node and keeps its status."""

    def __init__(self, client: Client, cri: CriClient, clock: Clock, identity: NodeIdentity) -> None:
        self._client = client
        self._cri = cri
        self._clock = clock
        self.identity = identity
        self._capacity = node_facts.capacity(identity.state_dir, identity.max_pods)
        self._written: core_v1.NodeStatus | None = None
        self._written_at = 0.0
        self._look_now = asyncio.Event()
        self._version = ""
        self.node = core_v1.Node()
        """The Node as it was registered, or seen last."""

    @property
    def allocatable(self) -> dict[str, Quantity]:
        """What pods may have of this node."""
        return node_facts.allocatable(self._capacity)

    def look(self) -> None:
        """Look at the host now: something has changed."""
        self._look_now.set()

    # Registration

    async def register(self) -> core_v1.Node:
        """Have the Node in the API, with this host's labels; tries until it works."""
        backoff = Backoff(base=0.1, cap=7.0, jitter=0.2)
        while True:
            try:
                self.node = await self._register()
                return self.node
            except errors.ApiError as error:
                log.warning("cannot register node %s: %s", self.identity.name, error)
            await self._clock.sleep(backoff.next())

    async def _register(self) -> core_v1.Node:
        name = self.identity.name
        try:
            node = await self._client.get(core_v1.Node, name)
        except errors.NotFound:
            fresh = core_v1.Node()
            fresh.metadata.name = name
            fresh.metadata.labels = self._labels()
            fresh.status = await self._status([])
            log.info("registering node %s", name)
            return await self._client.create(fresh)
        missing = {key: value for key, value in self._labels().items() if node.metadata.labels.get(key) != value}
        if not missing:
            return node
        return await self._client.patch(core_v1.Node, name, body={"metadata": {"labels": missing}})

    def _labels(self) -> dict[str, str]:
        return {
            "kubernetes.io/hostname": self.identity.hostname,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": node_facts.architecture(),
            **dict(self.identity.labels),
        }

    # Status

    async def run(self) -> None:
        """Keep the status true until cancelled."""
        while True:
            self._look_now.clear()
            try:
                await self._report()
                wait = LOOK if self._ready else 1.0
            except errors.NotFound:
                log.warning("node %s is gone from the API; it is registered again", self.identity.name)
                await self.register()
                self._written = None
                continue
            except errors.ApiError as error:
                log.warning("cannot write the status of node %s: %s", self.identity.name, error)
                wait = RETRY
            await self._wait(wait)

    async def _wait(self, seconds: float) -> None:
        """Until it is time, or `look` is called."""
        waiting = asyncio.create_task(self._look_now.wait())
        sleeping = asyncio.create_task(self._clock.sleep(seconds))
        try:
            await asyncio.wait({waiting, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            sleeping.cancel()

    @property
    def _ready(self) -> bool:
        written = self._written.conditions if self._written is not None else []
        return any(condition.type == "Ready" and condition.status == "True" for condition in written)

    async def _report(self) -> None:
        before = self._written or self.node.status
        status = await self._status(before.conditions)
        now = self._clock.monotonic()
        if self._written is not None and now - self._written_at < REPORT and _same(status, self._written):
            return
        body: dict[str, Any] = {"status": codec.to_dict(status)}
        body["status"]["addresses"] = [*body["status"].get("addresses", []), {"$patch": "replace"}]
        self.node = await self._client.patch(
            core_v1.Node, self.identity.name, body=body, kind=PatchKind.STRATEGIC, subresource="status"
        )
        self._written, self._written_at = status, now

    async def _status(self, old: Sequence[core_v1.NodeCondition]) -> core_v1.NodeStatus:
        identity = self.identity
        health, images, handlers = await self._ask_runtime()
        status = core_v1.NodeStatus(
            capacity=self._capacity,
            allocatable=self.allocatable,
            conditions=conditions(health, old, self._clock.now()),
            addresses=[core_v1.NodeAddress(type="InternalIP", address=address) for address in identity.addresses],
            node_info=node_facts.system_info(self._version),
            images=images,
            runtime_handlers=handlers,
        )
        status.addresses.append(core_v1.NodeAddress(type="Hostname", address=identity.hostname))
        status.daemon_endpoints.kubelet_endpoint.port = identity.port
        return status

    async def _ask_runtime(self) -> tuple[Health, list[core_v1.ContainerImage], list[core_v1.NodeRuntimeHandler]]:
        used, _ = node_facts.disk_used(self.identity.state_dir)
        available = node_facts.memory_bytes("MemAvailable")
        try:
            if not self._version:
                version = await self._cri.version()
                self._version = f"{version.runtime_name}://{version.runtime_version}"
            answer = await self._cri.status()
            images = await self._cri.list_images()
        except CriError as error:
            problem = f"container runtime is down: {error.message}"
            return Health(problem, "", available, 1 - used), [], []
        told = {condition.type: condition for condition in answer.status.conditions}
        health = Health(
            _problem(told, "RuntimeReady", "container runtime not ready: "),
            _problem(told, "NetworkReady", ""),
            available,
            1 - used,
        )
        return health, _images(images), _handlers(answer)


def _problem(told: dict[str, pb.RuntimeCondition], name: str, prefix: str) -> str:
    condition = told.get(name)
    if condition is None:
        return f"{prefix}runtime status check may not have completed yet"
    if condition.status:
        return ""
    return f"{prefix}{name}=false reason:{condition.reason} message:{condition.message}"


def _images(images: Sequence[pb.Image]) -> list[core_v1.ContainerImage]:
    """The largest images, with a few names each."""
    found = []
    for image in sorted(images, key=lambda image: (-image.size, image.id))[:MOST_IMAGES]:
        names = [*image.repo_digests, *image.repo_tags][:MOST_NAMES]
        found.append(core_v1.ContainerImage(names=names, size_bytes=image.size))
    return found


def _handlers(answer: pb.StatusResponse) -> list[core_v1.NodeRuntimeHandler]:
    return [
        core_v1.NodeRuntimeHandler(
            name=handler.name,
            features=core_v1.NodeRuntimeHandlerFeatures(
                recursive_read_only_mounts=handler.features.recursive_read_only_mounts,
                user_namespaces=handler.features.user_namespaces,
            ),
        )
        for handler in answer.runtime_handlers
    ]


def _same(one: core_v1.NodeStatus, other: core_v1.NodeStatus) -> bool:
    """Whether two statuses say the same, heartbeats aside."""
    return same_but_for_heartbeats(one.conditions, other.conditions) and all(
        getattr(one, field) == getattr(other, field)
        for field in ("capacity", "allocatable", "addresses", "node_info", "images", "daemon_endpoints")
    )
