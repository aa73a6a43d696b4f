"""One leader among many: whoever renews the Lease. Semantics: client-go's leaderelection.

Nobody's wall clock is trusted: a lease counts as expired when it was *seen* unchanged for its whole duration.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from pykube import errors
from pykube.aio.clock import Clock
from pykube.api import codec, coordination_v1, meta_v1
from pykube.api.microtime import MicroTime

from .rest import Client

log = logging.getLogger(__name__)


class LeadershipLost(Exception):
    """The lease could not be renewed in time; another may lead by now."""


class LeaderElector:
    """A candidate for one Lease."""

    def __init__(
        self,
        client: Client,
        name: str,
        namespace: str,
        identity: str,
        clock: Clock,
        *,
        lease_duration: float = 15.0,
        renew_deadline: float = 10.0,
        retry_period: float = 2.0,
    ) -> None:
        """Durations in seconds; `renew_deadline` must be below `lease_duration`, so that a leader ends in time."""
        self._client = client
        self._name, self._namespace = name, namespace
        self._identity = identity
        self._clock = clock
        self._duration, self._deadline, self._retry = lease_duration, renew_deadline, retry_period
        self._lease: coordination_v1.Lease | None = None
        self._seen_at = 0.0

    @property
    def leader(self) -> str:
        """The identity of whom we last saw holding the lease; empty: nobody."""
        return (self._lease.spec.holder_identity or "") if self._lease else ""

    async def run(self, lead: Callable[[], Awaitable[None]]) -> None:
        """Wait for the lease, then run `lead` as long as we hold it; give it back when `lead` returns.

        Raises:
            LeadershipLost: the lease was lost; `lead` was cancelled before that.
        """
        while not await self._try():
            await self._clock.sleep(self._retry)
        log.info("%s leads as %s/%s", self._identity, self._namespace, self._name)
        leading = asyncio.ensure_future(lead())
        renewing = asyncio.ensure_future(self._renew())
        try:
            await asyncio.wait({leading, renewing}, return_when=asyncio.FIRST_COMPLETED)
            if renewing.done():
                await _cancelled(leading)
                renewing.result()
            await leading
        finally:
            await _cancelled(renewing)
            await _cancelled(leading)
            await self._release()

    async def _renew(self) -> None:
        renewed = self._clock.monotonic()
        while True:
            await self._clock.sleep(self._retry)
            if await self._try():
                renewed = self._clock.monotonic()
            elif self._clock.monotonic() - renewed >= self._deadline:
                raise LeadershipLost(f"{self._identity} lost the lease {self._namespace}/{self._name}")

    async def _try(self) -> bool:
        """Take or renew the lease if it is ours, free or expired; whether we hold it now."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._take()
        except errors.Conflict:
            return False
        except (errors.ApiError, TimeoutError) as error:
            log.warning("lease %s/%s: %s", self._namespace, self._name, error or "no answer in time")
            return False

    async def _take(self) -> bool:
        if self._lease is not None and self.leader == self._identity:
            try:
                await self._write(self._lease)  # as a rule nobody else has touched it: no need to look first
            except (errors.Conflict, errors.NotFound):
                self._lease = None
            else:
                return True
        try:
            lease = await self._client.get(coordination_v1.Lease, self._name, self._namespace)
        except errors.NotFound:
            meta = meta_v1.ObjectMeta(name=self._name, namespace=self._namespace)
            self._observe(await self._client.create(coordination_v1.Lease(metadata=meta, spec=self._spec(None))))
            return True
        self._observe(lease)
        if lease.spec.holder_identity not in (None, "", self._identity) and not self._expired(lease.spec):
            return False
        await self._write(lease)
        return True

    async def _write(self, lease: coordination_v1.Lease) -> None:
        changed = codec.copy(lease)
        changed.spec = self._spec(lease.spec)
        self._observe(await self._client.update(changed))

    def _spec(self, old: coordination_v1.LeaseSpec | None) -> coordination_v1.LeaseSpec:
        now = MicroTime(self._clock.now())
        ours = old is not None and old.holder_identity == self._identity
        transitions = (old.lease_transitions or 0) if old else 0
        return coordination_v1.LeaseSpec(
            holder_identity=self._identity,
            lease_duration_seconds=int(self._duration),
            acquire_time=old.acquire_time if old and ours else now,
            renew_time=now,
            lease_transitions=transitions if ours or old is None else transitions + 1,
        )

    def _observe(self, lease: coordination_v1.Lease) -> None:
        if self._lease is None or lease.spec != self._lease.spec:
            self._seen_at = self._clock.monotonic()
        self._lease = lease

    def _expired(self, spec: coordination_v1.LeaseSpec) -> bool:
        return self._clock.monotonic() - self._seen_at >= (spec.lease_duration_seconds or self._duration)

    async def _release(self) -> None:
        """Let others in at once; best effort."""
        if self.leader != self._identity:
            return
        try:
            lease = await self._client.get(coordination_v1.Lease, self._name, self._namespace)
            if lease.spec.holder_identity == self._identity:
                changed = codec.copy(lease)
                changed.spec.holder_identity = ""
                changed.spec.lease_duration_seconds = 1
                await self._client.update(changed)
        except errors.ApiError as error:
            log.debug("the lease could not be given back: %s", error.message)


async def _cancelled(task: asyncio.Future[None]) -> None:
    """End a task and wait for that; its error, if any, is not ours to report."""
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
