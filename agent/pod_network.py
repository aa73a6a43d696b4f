"""Setting up the pod network once the Node has its subnet, and saying when it is ready."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from agent.cri.client import CriClient
from agent.cri.errors import CriError
from agent.network.setup import PodNetwork
from agent.proxy.nft import NftError
from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.api import core_v1
from pykube.client.informer import Informer

log = logging.getLogger(__name__)

RETRY = 5.0
CHECK = 60.0
"""Seconds between looks at whether bridge and rules are still there."""
PATIENCE = 10.0
"""Seconds for which the runtime is asked whether it has seen the new network."""


class NetworkKeeper:
    """Keeps the host's side of the pod network."""

    def __init__(
        self,
        network: PodNetwork,
        nodes: Informer[core_v1.Node],
        cri: CriClient,
        node_name: str,
        clock: Clock,
        ready: Callable[[], None],
    ) -> None:
        """`ready` is called when the runtime has taken the network up."""
        self._network = network
        self._nodes = nodes
        self._cri = cri
        self._name = node_name
        self._clock = clock
        self._ready = ready
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Set up, then keep what was set up, until cancelled."""
        self._nodes.add_handler(
            on_add=self._node_changed, on_update=lambda _, new: self._node_changed(new), on_delete=self._node_changed
        )
        await self._nodes.wait_synced()
        tasks = Supervisor(self._clock)
        tasks.keep("routes to nodes", lambda: self._network.run(self._nodes.list, self._name))
        try:
            while True:
                self._changed.clear()
                await self._wait(CHECK if await self._ensure() else RETRY)
        finally:
            await tasks.close()

    def _node_changed(self, node: core_v1.Node) -> None:
        self._network.nodes_changed()
        if node.metadata.name == self._name and node.spec.pod_cidr:
            self._changed.set()

    async def _wait(self, seconds: float) -> None:
        waiting = asyncio.create_task(self._changed.wait())
        sleeping = asyncio.create_task(self._clock.sleep(seconds))
        try:
            await asyncio.wait({waiting, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            sleeping.cancel()

    async def _ensure(self) -> bool:
        node = self._nodes.get(self._name)
        if node is None:
            return False
        try:
            done = await self._network.ensure(node)
        except (OSError, NftError) as error:
            log.error("cannot set up the pod network: %s", error)
            return False
        if done and not _ready(node):
            await self._announce()
        return done

    async def _announce(self) -> None:
        """The runtime notices the configuration by itself; say so as soon as it has."""
        began = self._clock.monotonic()
        while self._clock.monotonic() - began < PATIENCE:
            try:
                told = {condition.type: condition.status for condition in (await self._cri.status()).status.conditions}
            except CriError:
                told = {}
            if told.get("NetworkReady"):
                self._ready()
                return
            await self._clock.sleep(0.02)


def _ready(node: core_v1.Node) -> bool:
    return any(condition.type == "Ready" and condition.status == "True" for condition in node.status.conditions)
