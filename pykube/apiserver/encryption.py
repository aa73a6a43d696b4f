"""Encryption at rest as the API server knows it: whose objects lie under which key, and the path that tells and mends.

``GET /pykube/encryption`` tells how values are closed; ``POST`` writes a slice of those anew that would be closed
otherwise now. Both are for whoever may ``get`` and ``post`` that path.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from pykube.aio.clock import Clock
from pykube.api import scheme
from pykube.api.scheme import CustomResource
from pykube.config import ServerConfig
from pykube.errors import MethodNotAllowed
from pykube.store.base import Store
from pykube.store.encryption.configuration import GroupResource
from pykube.store.encryption.file import Encryption
from pykube.store.encryption.reencryption import reencrypt

from . import answers, keys, parameters
from .registry import Registry
from .request import Context, Handler

PATH = "/pykube/encryption"

SLICE = 200
"""Values that one request looks at where it does not say."""
MAX_SLICE = 1000


async def encrypted(config: ServerConfig, store: Store, clock: Clock) -> Encryption | None:
    """`store` with the keys of the configured file; None where there is none.

    Raises:
        ConfigurationError: the file cannot be used, or a key management service cannot be reached.
    """
    if not config.encryption_provider_config:
        return None
    return await Encryption.begin(store, Path(config.encryption_provider_config), resource_of, clock)


def rewrite_outdated(registry: Registry, encryption: Encryption) -> None:
    """Have an update that changes nothing written all the same where it brings a value under the newest key."""
    for resource in registry.resources():
        if "list" in resource.verbs and not isinstance(resource, CustomResource):
            registry.cache(resource).outdated = encryption.store.outdated


@functools.cache
def _places() -> Mapping[str, GroupResource]:
    """The built-in resources by the prefix of their keys; events of both groups are the core group's."""
    found: dict[str, GroupResource] = {}
    for resource in sorted(scheme.resources, key=lambda one: one.group):
        if "list" in resource.verbs:
            found.setdefault(keys.prefix(resource), GroupResource(resource.group, resource.plural))
    return found


def resource_of(key: str) -> GroupResource | None:
    """The resource whose objects lie under a key of the store; custom ones lie under their group."""
    places = _places()
    second = key.find("/", len(keys.ROOT)) + 1
    if (found := places.get(key[:second])) is not None:
        return found
    third = key.find("/", second) + 1
    if (found := places.get(key[:third])) is not None:
        return found
    group, plural = key[len(keys.ROOT) : second - 1], key[second : third - 1]
    return GroupResource(group, plural) if third and "." in group else None


class EncryptionReport:
    """What answers the path."""

    def __init__(self, encryption: Encryption) -> None:
        self._encryption = encryption

    @property
    def paths(self) -> Mapping[str, Handler]:
        """Where it answers."""
        return {PATH: self.handle}

    async def handle(self, ctx: Context) -> web.StreamResponse:
        """Tell, or write a slice anew.

        Raises:
            BadRequest: a parameter is no number.
            ServiceUnavailable: a key management service cannot be reached.
        """
        await self._encryption.look()
        store = self._encryption.store
        if ctx.info.verb == "get":
            seals = Counter(store.outdated.seals.values())
            told = {"values": seals, "outdated": len(store.outdated), "unreadable": store.unreadable}
            return answers.plain_data(ctx, told)
        if ctx.info.verb != "post":
            raise MethodNotAllowed("the server does not allow this method on the requested resource")
        query = ctx.info.query
        limit = max(1, min(parameters.whole_number(query, "limit") or SLICE, MAX_SLICE))
        after = query.get("after", "")
        progress = await reencrypt(store, after=after, limit=limit, dry_run="dryRun" in query)
        return answers.plain_data(
            ctx,
            {
                "seen": progress.seen,
                "rewritten": len(progress.rewritten),
                "unreadable": progress.unreadable,
                "next": progress.next,
                "remaining": progress.remaining,
            },
        )
