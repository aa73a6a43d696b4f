"""Writes down what type checking finds in each validating policy, once for each of its generations.

Upstream does this in the controller manager (pkg/controller/validatingadmissionpolicystatus); here it is done where the
CEL compiler is.
"""

from __future__ import annotations

import asyncio
import logging

from pykube.aio.clock import Clock
from pykube.api.admissionregistration_v1 import TypeChecking, ValidatingAdmissionPolicy
from pykube.errors import ApiError, Conflict, NotFound

from ...registry import Registry
from ...watch_cache import CacheEvent
from . import type_checking

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
"""When a status cannot be written, it is tried again after so long."""


class PolicyStatuses:
    """Keeps ``status.typeChecking`` and ``status.observedGeneration`` up to date; the registry must be started."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self._waiting: dict[str, None] = {}
        self._wake = asyncio.Event()
        registry.cache(ValidatingAdmissionPolicy).subscribe(self._changed)

    async def run(self) -> None:
        """Follow the policies, for ever."""
        while True:
            await self._wake.wait()
            await self.work()

    async def work(self) -> None:
        """Check all policies that wait."""
        while self._waiting:
            name = next(iter(self._waiting))
            del self._waiting[name]
            try:
                await self._check(name)
            except Conflict:
                self._waiting[name] = None
            except NotFound:
                continue
            except ApiError as error:
                log.warning("the status of ValidatingAdmissionPolicy %s cannot be written: %s", name, error)
                self._waiting[name] = None
                await self._clock.sleep(RETRY_SECONDS)
        self._wake.clear()

    def _changed(self, event: CacheEvent) -> None:
        if event.type != "DELETED":
            self._waiting[event.object.name] = None
            self._wake.set()

    async def _check(self, name: str) -> None:
        policy = self._registry.find(ValidatingAdmissionPolicy, name)
        if policy is None or policy.metadata.generation <= policy.status.observed_generation:
            return
        policy.status.observed_generation = policy.metadata.generation
        policy.status.type_checking = TypeChecking(expression_warnings=type_checking.check(self._registry, policy))
        await self._registry.update(policy, subresource="status")
