"""Token cleaner: bootstrap tokens that have expired go."""

from __future__ import annotations

from pykube import errors
from pykube.api import core_v1
from pykube.pki.join_token import NAMESPACE, SECRET_TYPE

from .base import Controller, split
from .bootstrap_tokens import expires
from .context import Context


class TokenCleaner(Controller):
    """Keys are those of the tokens' Secrets."""

    name = "token-cleaner"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.tokens = self.watch(core_v1.Secret, namespace=NAMESPACE, field_selector=f"type={SECRET_TYPE}")

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        secret = self.tokens.get(name, namespace)
        end = expires(secret) if secret is not None else None
        if secret is None or end is None:
            return
        left = (end - self.clock.now()).total_seconds()
        if left > 0:
            self.queue.add_after(key, left)
            return
        try:
            await self.client.delete(core_v1.Secret, name, namespace, uid=secret.metadata.uid)
        except errors.NotFound:
            return
