"""Another server decides: it is sent a SubjectAccessReview for each request, and its answers are remembered.

Source: k8s.io/apiserver, plugin/pkg/authorizer/webhook.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from pykube.aio.clock import Clock
from pykube.api import codec

from ..authn.expiring_cache import ExpiringCache
from ..authn.review_client import ReviewError
from ..authn.user import User
from ..cel.program import Program
from .authorizer import NO_OPINION, Attributes, Decision, Permissions
from .match_conditions import ConditionError, matches
from .selection import field_requirements, label_requirements

log = logging.getLogger(__name__)

MAX_REMEMBERED = 8192
"""Answers; upstream's number."""
MAX_CACHED_ATTRIBUTES = 10_000
"""Characters of what a caller chooses freely; questions that are longer are not remembered, lest memory be filled."""


class Asker(Protocol):
    """What is needed of `ReviewClient`."""

    async def ask(self, review: Mapping[str, Any]) -> dict[str, Any]:
        """The status of a review; raises ReviewError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """How one webhook is asked; times in seconds, 0: not remembered."""

    name: str
    version: str = "v1"
    """Of the SubjectAccessReview that is sent: v1 or v1beta1."""
    authorized: float = 300.0
    """How long what was allowed stays so."""
    unauthorized: float = 30.0
    """How long what was not allowed stays so."""
    deny_on_failure: bool
    """Whether a webhook that fails forbids the request; otherwise the authorizers after it are asked."""
    conditions: Sequence[Program] = ()
    """Only what meets all of these is asked about."""


class _Status(msgspec.Struct, rename="camel"):
    allowed: bool = False
    denied: bool = False
    reason: str = ""
    evaluation_error: str = ""


class WebhookAuthorizer:
    """The authorizer that asks."""

    def __init__(self, client: Asker, settings: WebhookSettings, clock: Clock) -> None:
        self._client = client
        self._settings = settings
        self._answers: ExpiringCache[bytes, _Status] = ExpiringCache(MAX_REMEMBERED, clock)

    def permissions(self, user: User, namespace: str) -> Permissions:
        """A webhook can be asked, but not to list."""
        return Permissions(incomplete=True, error="webhook authorizer does not support user rule resolution")

    async def authorize(self, attributes: Attributes) -> Decision:
        spec = review_spec(attributes)
        try:
            if not matches(self._settings.conditions, spec):
                return NO_OPINION
            return _decision(await self._status(attributes, spec))
        except (ConditionError, ReviewError, msgspec.ValidationError) as error:
            log.warning("webhook authorizer %s failed: %s", self._settings.name, error)
            return Decision(False if self._settings.deny_on_failure else None, "", str(error))

    async def _status(self, attributes: Attributes, spec: Mapping[str, Any]) -> _Status:
        key = msgspec.json.encode(spec)
        found = self._answers.get(key)
        if found is not None:
            return found
        settings = self._settings
        sent = dict(spec)
        if settings.version == "v1beta1" and "groups" in sent:
            sent["group"] = sent.pop("groups")
        answer = await self._client.ask(
            {
                "apiVersion": f"authorization.k8s.io/{settings.version}",
                "kind": "SubjectAccessReview",
                "metadata": {},
                "spec": sent,
                "status": {"allowed": False},
            }
        )
        status = msgspec.convert(answer, _Status)
        seconds = settings.authorized if status.allowed else settings.unauthorized
        if seconds and _size(attributes) < MAX_CACHED_ATTRIBUTES:
            self._answers.put(key, status, seconds)
        return status


def _decision(status: _Status) -> Decision:
    if status.denied:
        both = "webhook subject access review returned both allow and deny response" if status.allowed else ""
        return Decision(False, status.reason, both)
    return Decision(True if status.allowed else None, status.reason)


def _size(a: Attributes) -> int:
    return sum(map(len, (a.namespace, a.verb, a.group, a.version, a.resource, a.subresource, a.name, a.path)))


def review_spec(attributes: Attributes) -> dict[str, Any]:
    """The spec of the review about a request, as JSON data without what is empty."""
    user = attributes.user
    spec: dict[str, Any] = {}
    if attributes.is_resource:
        spec["resourceAttributes"] = _resource(attributes)
    else:
        spec["nonResourceAttributes"] = _filled({"path": attributes.path, "verb": attributes.verb})
    spec |= _filled({"user": user.name, "groups": list(user.groups), "uid": user.uid})
    if user.extra:
        spec["extra"] = {key: list(values) for key, values in user.extra.items()}
    return spec


def _resource(a: Attributes) -> dict[str, Any]:
    found: dict[str, Any] = _filled(
        {
            "namespace": a.namespace,
            "verb": a.verb,
            "group": a.group,
            "version": a.version,
            "resource": a.resource,
            "subresource": a.subresource,
            "name": a.name,
        }
    )
    if fields := field_requirements(a):
        found["fieldSelector"] = {"requirements": [codec.to_dict(one) for one in fields]}
    if labels := label_requirements(a):
        found["labelSelector"] = {"requirements": [codec.to_dict(one) for one in labels]}
    return found


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value}
