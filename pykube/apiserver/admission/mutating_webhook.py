"""MutatingAdmissionWebhook: webhooks change objects on their way in, one after the other.

Source: k8s.io/apiserver, pkg/admission/plugin/webhook/mutating.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pykube.aio.clock import Clock
from pykube.api import codec
from pykube.api.admissionregistration_v1 import MutatingWebhookConfiguration
from pykube.api.patch import json_patch
from pykube.errors import ApiError

from .. import statuses
from ..registry import Registry
from ..webhooks import review
from ..webhooks.calls import REQUEST_SECONDS, Asked, Caller
from ..webhooks.hooks import Hook, HookSource
from ..webhooks.views import Views
from ..write import Write
from .matching import is_exempt

_NAME = "MutatingAdmissionWebhook"
_Key = tuple[str, str, int]


@dataclass(slots=True)
class _Round:
    """What has to be known when the plugins run once more: who wants to be asked again, and what they left."""

    asked: set[_Key] = field(default_factory=set)
    """Webhooks with the policy IfNeeded that have been asked since the object last changed."""
    due: set[_Key] = field(default_factory=set)
    """Those of them that have not seen the newest change."""
    output: bytes = b""

    def changed(self) -> None:
        """The object is another one now."""
        self.due |= self.asked
        self.asked.clear()


class MutatingWebhooks:
    """The admission plugin; the registry must be started."""

    def __init__(self, registry: Registry, caller: Caller, clock: Clock) -> None:
        self._source = HookSource(registry, MutatingWebhookConfiguration)
        self._caller = caller
        self._clock = clock

    async def __call__(self, write: Write) -> None:
        """Let webhooks change the object.

        Raises:
            ApiError: one denies it, or has failed and must not.
        """
        if self._source.idle or is_exempt(write):
            return
        candidates = list(self._source.index.candidates(write))
        if not candidates:
            return
        notes: _Round = write.notes.setdefault(_NAME, _Round())
        if write.reinvocation and codec.encode(write.object) != notes.output:
            notes.changed()
        until = self._clock.monotonic() + REQUEST_SECONDS
        views = Views(write)
        for hook, criteria, resource in candidates:
            asked = Asked(hook, resource)
            if not criteria.match_selectors(write) or not await self._caller.wants(asked, write, views):
                continue
            if write.reinvocation and hook.key not in notes.due:
                continue
            await self._ask(asked, write, views, notes, until)
        notes.output = codec.encode(write.object)

    async def _ask(self, asked: Asked, write: Write, views: Views, notes: _Round, until: float) -> None:
        hook = asked.hook
        verdict = await self._caller.ask(asked, write, views, until=until)
        changed = False
        if verdict is not None:
            if not verdict.allowed:
                _annotate(write, hook, changed=False)
                raise review.refusal(hook.name, verdict.status)
            if verdict.patch:
                changed = await _patched(asked, write, views, verdict.patch)
        _annotate(write, hook, changed=changed)
        if changed:
            notes.changed()
            write.ask_again()
        if hook.reinvocable:
            notes.asked.add(hook.key)


async def _patched(asked: Asked, write: Write, views: Views, patch: Sequence[dict[str, Any]]) -> bool:
    """Change the object as the webhook wants; answers whether it is another one now.

    Raises:
        InternalError: the patch does not fit, or what comes out is no object of the kind.
    """
    hook, data = asked.hook, await views.object(asked.resource)
    if data is None:
        raise statuses.internal(
            f'admission webhook "{hook.name}" attempted to modify the object, which is not supported for this operation'
        )
    try:
        return await views.replace(json_patch.apply(msgspec.json.decode(data), patch), asked.resource)
    except ApiError as error:
        causes = "; ".join(cause.message for cause in error.details.causes)
        raise statuses.internal(causes or error.message) from error


def _annotate(write: Write, hook: Hook, *, changed: bool) -> None:
    """Note for the audit log who has changed what."""
    key = f"mutation.webhook.admission.k8s.io/round_{int(write.reinvocation)}_index_{hook.position}"
    told = {"configuration": hook.configuration, "webhook": hook.name, "mutated": changed}
    write.audit[key] = msgspec.json.encode(told).decode()
