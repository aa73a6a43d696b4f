"""Service-account tokens for pods: got by TokenRequest, kept while they are young, renewed before they are old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.volumes.context import Token
from pykube.aio.clock import Clock
from pykube.api import authentication_v1, core_v1
from pykube.client.rest import Client

RENEW_AT = 0.8
"""The share of a token's life after which a new one is asked for."""
LONGEST = 24 * 3600.0
"""Seconds after which even a long-lived token is renewed."""


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    renew_at: float


class ServiceAccountTokens:
    """Tokens by pod, audience and life; each is bound to its pod and dies with it."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[tuple[str, tuple[str, ...], int], _Kept] = {}

    async def token(self, pod: core_v1.Pod, audiences: Sequence[str], expiration: int) -> Token:
        """A token for the pod's service account.

        Raises:
            errors.ApiError: the server refused.
        """
        key = (pod.metadata.uid, tuple(audiences), expiration)
        kept = self._kept.get(key)
        now = self._clock.monotonic()
        if kept is None or now >= kept.renew_at:
            kept = self._kept[key] = await self._ask(pod, audiences, expiration)
        return Token(kept.text, max(kept.renew_at - now, 1.0))

    async def _ask(self, pod: core_v1.Pod, audiences: Sequence[str], expiration: int) -> _Kept:
        meta = pod.metadata
        request = authentication_v1.TokenRequest(
            spec=authentication_v1.TokenRequestSpec(
                audiences=list(audiences),
                expiration_seconds=expiration,
                bound_object_ref=authentication_v1.BoundObjectReference(
                    kind="Pod", api_version="v1", name=meta.name, uid=meta.uid
                ),
            )
        )
        account = pod.spec.service_account_name or "default"
        answer = await self._client.create_subresource(
            core_v1.ServiceAccount, account, meta.namespace, "token", request
        )
        life = float(expiration)
        if answer.status.expiration_timestamp is not None:
            life = (answer.status.expiration_timestamp - self._clock.now()).total_seconds()
        return _Kept(answer.status.token, self._clock.monotonic() + min(life * RENEW_AT, LONGEST))

    def forget(self, uid: str) -> None:
        """Drop the tokens of a pod that is gone."""
        for key in [key for key in self._kept if key[0] == uid]:
            del self._kept[key]
