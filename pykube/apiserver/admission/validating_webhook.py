"""ValidatingAdmissionWebhook: webhooks say yes or no to what is about to happen, all at the same time.

Source: k8s.io/apiserver, pkg/admission/plugin/webhook/validating.
"""

from __future__ import annotations

import asyncio

from pykube.aio.clock import Clock
from pykube.api.admissionregistration_v1 import ValidatingWebhookConfiguration

from ..registry import Registry
from ..webhooks import review
from ..webhooks.calls import REQUEST_SECONDS, Asked, Caller
from ..webhooks.hooks import HookSource
from ..webhooks.views import Views
from ..write import Write
from .matching import is_exempt


class ValidatingWebhooks:
    """The admission plugin; the registry must be started."""

    def __init__(self, registry: Registry, caller: Caller, clock: Clock) -> None:
        self._source = HookSource(registry, ValidatingWebhookConfiguration)
        self._caller = caller
        self._clock = clock

    async def __call__(self, write: Write) -> None:
        """Ask the webhooks that are concerned.

        Raises:
            ApiError: one denies it, or has failed and must not. When several do, the first one's words are told.
        """
        if self._source.idle or is_exempt(write):
            return
        views = Views(write)
        asked: list[Asked] = []
        for hook, resource in self._source.index.find(write):
            one = Asked(hook, resource)
            if await self._caller.wants(one, write, views):
                # The views are made here, once, and not by each of those who run side by side.
                await views.object(resource)
                await views.old(resource)
                asked.append(one)
        if not asked:
            return
        until = self._clock.monotonic() + REQUEST_SECONDS
        outcomes = await asyncio.gather(*(self._ask(one, write, views, until) for one in asked), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _ask(self, asked: Asked, write: Write, views: Views, until: float) -> None:
        verdict = await self._caller.ask(asked, write, views, until=until)
        if verdict is not None and not verdict.allowed:
            raise review.refusal(asked.hook.name, verdict.status)
