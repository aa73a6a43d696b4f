"""Deleting a Node shuts its agent out: certificates that were issued before that are no good any more.

A certificate is valid until it expires, and there is no list of revoked ones that clients fetch; but everybody who
shows one shows it here. What has to be known is when a Node was deleted: whoever joins again under its name gets a
certificate that is newer. These times lie in the store beside the objects, outside of the API, so that no right to
write objects lifts a revocation.

The node that this server itself runs on is never shut out: its agent's certificate comes from this host's own
authority, and whoever holds that needs no Node.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pykube.aio.clock import Clock
from pykube.api import core_v1
from pykube.errors import ApiError, Unauthorized
from pykube.pki.ca import BACKDATED
from pykube.store.base import KeyExists, RevisionMismatch, Store

from .user import User, node_name
from .x509 import ClientCertificate

if TYPE_CHECKING:
    from ..registry import Registry
    from ..watch_cache import CacheEvent

log = logging.getLogger(__name__)

PREFIX = "/registry/pykube.io/deletednodes/"
FORGOTTEN = timedelta(days=3660)
"""No certificate lives longer."""
ATTEMPTS = 3


class NodeRevocation:
    """Knows when Nodes were deleted; `load` it before requests come, `close` it at the end."""

    def __init__(self, store: Store, clock: Clock, *, own: str = "") -> None:
        """`own` is the node of this host."""
        self._store = store
        self._clock = clock
        self._own = own
        self._deleted: dict[str, datetime] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def load(self) -> None:
        """Learn what earlier servers knew."""
        now = self._clock.now()
        for entry in (await self._store.list(PREFIX)).entries:
            deleted = datetime.fromisoformat(entry.value.decode())
            if now - deleted < FORGOTTEN:
                name = entry.key.removeprefix(PREFIX)
                self._deleted[name] = max(deleted, self._deleted.get(name, deleted))

    def follow(self, registry: Registry) -> None:
        """Notice deletions from now on."""
        registry.cache(core_v1.Node).subscribe(self._changed)

    async def close(self) -> None:
        """Wait until what was noticed is kept."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    def check(self, certificate: ClientCertificate) -> User:
        """The certificate's user.

        Raises:
            Unauthorized: it is a node's that was deleted after the certificate had been issued.
        """
        user = certificate.user
        name = node_name(user)
        deleted = self._deleted.get(name) if name else None
        if deleted is not None and name != self._own and certificate.not_before + BACKDATED <= deleted:
            raise Unauthorized(f"node {name} was deleted after this certificate had been issued; it has to join again")
        return user

    def _changed(self, event: CacheEvent) -> None:
        if event.type != "DELETED":
            return
        name = event.object.name
        deleted = self._deleted[name] = self._clock.now().replace(microsecond=0)
        task = asyncio.ensure_future(self._keep(name, deleted))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _keep(self, name: str, deleted: datetime) -> None:
        key, value = PREFIX + name, deleted.isoformat().encode()
        try:
            for _ in range(ATTEMPTS):
                try:
                    found, _ = await self._store.get(key)
                    if found is None:
                        await self._store.create(key, value)
                    else:
                        await self._store.update(key, value, expected=found.revision)
                except (KeyExists, RevisionMismatch):
                    continue
                return
        except ApiError as error:
            log.error("node %s was deleted, which is forgotten with the next restart: %s", name, error)
