"""The webhooks that are configured: followed, taken apart once per change, and found by what they are about.

Configurations count in the order of their names, the webhooks of one in the order in which they stand there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pykube.api import codec
from pykube.api.admissionregistration_v1 import (
    MatchCondition,
    MutatingWebhook,
    MutatingWebhookConfiguration,
    ValidatingWebhook,
    ValidatingWebhookConfiguration,
)
from pykube.api.selectors import SelectorError

from ..admission.matching import Criteria, Index
from ..registry import Registry
from ..watch_cache import CacheEvent
from .target import WebhookTarget, target_of

log = logging.getLogger(__name__)

SECONDS = 10
"""How long a webhook may take when its configuration does not say; it always does, once defaulted."""

Configuration = ValidatingWebhookConfiguration | MutatingWebhookConfiguration


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook; `target` is None when it cannot be understood, and `problem` says why."""

    configuration: str
    name: str
    position: int
    """Where it stands among all of its kind."""
    target: WebhookTarget | None
    problem: str
    ignore_failures: bool
    seconds: int
    side_effects: str | None
    versions: tuple[str, ...]
    conditions: tuple[MatchCondition, ...]
    reinvocable: bool

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells it from all others, while nobody changes the configurations."""
        return self.configuration, self.name, self.position

    @property
    def dry_runs(self) -> bool:
        """Whether it may be asked about what will not happen."""
        return self.side_effects in ("None", "NoneOnDryRun")


class HookSource:
    """The webhooks of one kind of configuration; the registry must be started."""

    def __init__(self, registry: Registry, cls: type[Configuration]) -> None:
        self._type = cls
        self._configurations: dict[str, Sequence[ValidatingWebhook | MutatingWebhook]] = {}
        self._index: Index[Hook] | None = None
        registry.cache(cls).subscribe(self._changed)
        registry.on_change.append(self._stale)

    @property
    def idle(self) -> bool:
        """Whether there are none: the cheap question of each write."""
        return not self._configurations

    @property
    def index(self) -> Index[Hook]:
        """The webhooks by what they are about."""
        if self._index is None:
            self._index = Index(self._entries())
        return self._index

    def _stale(self) -> None:
        self._index = None

    def _changed(self, event: CacheEvent) -> None:
        name = event.object.name
        if event.type == "DELETED":
            self._configurations.pop(name, None)
        else:
            found = codec.decode(self._type, event.object.data)
            if found.webhooks:
                self._configurations[name] = found.webhooks
            else:
                self._configurations.pop(name, None)
        self._stale()

    def _entries(self) -> Iterator[tuple[Hook, Criteria]]:
        position = 0
        for name in sorted(self._configurations):
            for webhook in self._configurations[name]:
                yield _compiled(name, webhook, position)
                position += 1


def _compiled(configuration: str, webhook: ValidatingWebhook | MutatingWebhook, position: int) -> tuple[Hook, Criteria]:
    problem = ""
    target = None
    try:
        target = target_of(webhook.client_config)
    except ValueError as error:
        problem = str(error)
    hook = Hook(
        configuration,
        webhook.name,
        position,
        target,
        problem,
        webhook.failure_policy == "Ignore",
        webhook.timeout_seconds or SECONDS,
        webhook.side_effects,
        tuple(webhook.admission_review_versions),
        tuple(webhook.match_conditions),
        isinstance(webhook, MutatingWebhook) and webhook.reinvocation_policy == "IfNeeded",
    )
    return hook, _criteria(webhook)


def _criteria(webhook: ValidatingWebhook | MutatingWebhook) -> Criteria:
    """A selector that no longer passes for one chooses everything: better asked too often than never."""
    try:
        return Criteria(
            webhook.rules,
            namespace_selector=webhook.namespace_selector,
            object_selector=webhook.object_selector,
            match_policy=webhook.match_policy,
        )
    except SelectorError as error:
        log.warning("webhook %s: %s", webhook.name, error)
        return Criteria(webhook.rules, match_policy=webhook.match_policy)
