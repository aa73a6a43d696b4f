"""The node's Lease: the cheap sign of life, renewed every ten seconds."""

from __future__ import annotations

import logging

from pykube import errors
from pykube.aio.clock import Clock
from pykube.api import coordination_v1, core_v1, meta_v1
from pykube.api.microtime import MicroTime
from pykube.client.rest import Client

log = logging.getLogger(__name__)

NAMESPACE = "kube-node-lease"
DURATION = 40
"""Seconds that a renewal is good for."""
INTERVAL = 10.0
RETRY = 2.0
"""Seconds until a renewal that failed is tried again."""


class NodeLease:
    """Keeps the Lease of one Node."""

    def __init__(self, client: Client, node_name: str, clock: Clock) -> None:
        self._client = client
        self._name = node_name
        self._clock = clock
        self._held: coordination_v1.Lease | None = None

    async def run(self, owner: core_v1.Node) -> None:
        """Renew until cancelled; a server that does not answer is asked again soon."""
        while True:
            try:
                await self._renew(owner)
            except errors.Conflict:
                self._held = None
                continue
            except errors.ApiError as error:
                log.warning("cannot renew the lease of node %s: %s", self._name, error)
                self._held = None
                await self._clock.sleep(RETRY)
                continue
            await self._clock.sleep(INTERVAL)

    async def _renew(self, owner: core_v1.Node) -> None:
        if self._held is None:
            try:
                self._held = await self._client.get(coordination_v1.Lease, self._name, NAMESPACE)
            except errors.NotFound:
                self._held = await self._client.create(self._fresh(owner))
                return
        self._held.spec.holder_identity = self._name
        self._held.spec.lease_duration_seconds = DURATION
        self._held.spec.renew_time = _micro(self._clock)
        self._held = await self._client.update(self._held)

    def _fresh(self, owner: core_v1.Node) -> coordination_v1.Lease:
        return coordination_v1.Lease(
            metadata=meta_v1.ObjectMeta(
                name=self._name,
                namespace=NAMESPACE,
                owner_references=[
                    meta_v1.OwnerReference(api_version="v1", kind="Node", name=self._name, uid=owner.metadata.uid)
                ],
            ),
            spec=coordination_v1.LeaseSpec(
                holder_identity=self._name, lease_duration_seconds=DURATION, renew_time=_micro(self._clock)
            ),
        )


def _micro(clock: Clock) -> MicroTime:
    return MicroTime(clock.now())
