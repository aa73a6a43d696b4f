"""Who records requests: holds them against the policy, and hands their events to all that are to have them."""

from __future__ import annotations

from collections.abc import Awaitable, MutableMapping, Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from pykube.aio.clock import Clock
from pykube.errors import InternalError

from ..authz.authorizer import Decision, attributes_of
from ..request import Context
from .event import Event
from .metrics import AuditMetrics
from .outlet import Outlet
from .policy import Judge, Stage
from .trail import Trail

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

DECISION = "authorization.k8s.io/decision"
REASON = "authorization.k8s.io/reason"
_UNAUTHORIZED = 401


class Auditor:
    """Records requests; as a stage it stands behind authentication. Close it at the end."""

    def __init__(self, judge: Judge, outlets: Sequence[Outlet], clock: Clock, metrics: AuditMetrics) -> None:
        self._judge = judge
        self._outlets = tuple(outlets)
        self._clock = clock
        self._counted = metrics

    @property
    def metrics(self) -> Collector:
        """What is counted."""
        return self._counted

    def start(self) -> None:
        """Begin to deliver."""
        for outlet in self._outlets:
            outlet.start()

    async def close(self) -> None:
        """Deliver what waits, and end."""
        for outlet in self._outlets:
            await outlet.close()

    async def audited(self, ctx: Context, answering: Awaitable[web.StreamResponse]) -> web.StreamResponse:
        """Answer a request, and record it."""
        trail = ctx.trail = Trail(ctx, self._clock.now(), self._record)
        try:
            response = await answering
        except BaseException:
            if (event := trail.abandoned()) is not None:
                self._counted.events += 1
                for outlet in self._outlets:
                    outlet.offer(event)
            raise
        if trail.begun:
            await trail.complete(response)
        elif response.status == _UNAUTHORIZED:
            verdict = self._judge.judge(attributes_of(ctx.info, ctx.user), known=False)
            self._counted.levels[str(verdict.level)] += 1
            await trail.refused(verdict, response)
        return response

    async def __call__(self, ctx: Context) -> None:
        """Decide what is recorded, now that it is known who asks.

        Raises:
            InternalError: what must be recorded cannot be.
        """
        verdict = self._judge.judge(attributes_of(ctx.info, ctx.user))
        self._counted.levels[str(verdict.level)] += 1
        assert ctx.trail is not None
        if not await ctx.trail.judged(verdict, ctx.user):
            self._counted.rejected += 1
            raise InternalError("failed to store audit event")

    async def _record(self, event: Event) -> bool:
        """Hand an event to all; whether those that must have it have got it."""
        self._counted.events += 1
        kept = True
        for outlet in self._outlets:
            delivered = await outlet.put(event)
            if not delivered and outlet.mode == "blocking-strict" and event.stage is Stage.RECEIVED:
                kept = False
        return kept


def note_decision(annotations: MutableMapping[str, str], decision: Decision) -> None:
    """Say in a record whether the request was allowed, and why."""
    if decision.error and not decision.allowed:
        annotations[REASON] = "internal error"
        return
    annotations[DECISION] = "allow" if decision.allowed else "forbid"
    annotations[REASON] = decision.reason
