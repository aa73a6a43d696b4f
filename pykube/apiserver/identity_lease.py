"""The Lease by which clients see which API servers there are, and that this one lives.

Source: KEP-1965; names, labels and times are those of upstream's kube-apiserver.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import socket
import uuid
from datetime import datetime, timedelta
from typing import Final

from pykube import errors
from pykube.aio.clock import Clock
from pykube.api import coordination_v1, meta_v1
from pykube.api.microtime import MicroTime

from .registry import Registry

log = logging.getLogger(__name__)

NAMESPACE: Final = "kube-system"
LABEL: Final = "apiserver.kubernetes.io/identity"
COMPONENT: Final = "kube-apiserver"
RENEWAL: Final = 10.0
"""Seconds between two signs of life."""
DURATION: Final = 3600
"""Seconds without one after which a server is taken for gone."""


def lease_name(hostname: str) -> str:
    """The server's name, which stays the same as long as its host keeps its own."""
    parts = (hostname.encode(), COMPONENT.encode())
    digest = hashlib.sha256(b"".join(len(part).to_bytes(2, "big") + part for part in parts)).digest()[:16]
    return "apiserver-" + base64.b32encode(digest).decode().rstrip("=").lower()


class IdentityLease:
    """Keeps this server's Lease, and removes those of servers that are gone."""

    def __init__(self, registry: Registry, clock: Clock, hostname: str = "") -> None:
        self._registry = registry
        self._clock = clock
        self._hostname = hostname or socket.gethostname()
        self.name = lease_name(self._hostname)
        self._holder = f"{self.name}_{uuid.uuid4()}"

    async def run(self) -> None:
        """Renew for ever; look for others as often as they may expire."""
        looked = -float(DURATION)
        while True:
            try:
                await self.renew()
                if self._clock.monotonic() - looked >= DURATION:
                    looked = self._clock.monotonic()
                    await self.remove_expired()
            except errors.ApiError as error:
                log.warning("the lease of this server: %s", error.message)
            await self._clock.sleep(RENEWAL)

    async def renew(self) -> None:
        """Say that this server lives.

        Raises:
            ApiError: the Lease cannot be written.
        """
        present = self._registry.find(coordination_v1.Lease, self.name, NAMESPACE)
        lease = present or coordination_v1.Lease(metadata=meta_v1.ObjectMeta(name=self.name, namespace=NAMESPACE))
        lease.metadata.labels = {**lease.metadata.labels, LABEL: COMPONENT, "kubernetes.io/hostname": self._hostname}
        lease.spec.holder_identity = self._holder
        lease.spec.lease_duration_seconds = DURATION
        lease.spec.renew_time = MicroTime(self._clock.now())
        if present is None:
            await self._registry.create(lease)
        else:
            await self._registry.update(lease)

    async def remove_expired(self) -> None:
        """Remove the Leases of servers that have not renewed theirs.

        Raises:
            ApiError: one cannot be deleted.
        """
        now = self._clock.now()
        for lease in self._registry.list(coordination_v1.Lease, NAMESPACE):
            if lease.metadata.labels.get(LABEL) == COMPONENT and _expired(lease.spec, now):
                try:
                    await self._registry.delete(coordination_v1.Lease, lease.metadata.name, NAMESPACE)
                except errors.NotFound:
                    continue


def _expired(spec: coordination_v1.LeaseSpec, now: datetime) -> bool:
    if spec.renew_time is None or spec.lease_duration_seconds is None:
        return True
    return spec.renew_time.moment + timedelta(seconds=spec.lease_duration_seconds) < now
