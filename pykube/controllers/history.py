"""ControllerRevisions: what the templates of a DaemonSet or StatefulSet were, so that it can go back to one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import msgspec

from pykube import errors
from pykube.api import apps_v1, codec, meta_v1, names, owners
from pykube.client.informer import Informer
from pykube.client.rest import Client

from . import adoption
from .indexes import BY_CONTROLLER, ORPHANS, index_by_controller

HASH_LABEL: Final = "controller.kubernetes.io/hash"
REVISION_LABEL: Final = "controller-revision-hash"


def data_of(owner: Any) -> dict[str, Any]:
    """What a revision keeps: a strategic merge patch that puts the owner's template back."""
    template = codec.to_dict(owner.spec.template)
    return {"spec": {"template": {**template, "$patch": "replace"}}}


def _hash(data: Any, collisions: int | None) -> str:
    text = codec.encode(data) + (b"" if collisions is None else str(collisions).encode())
    return names.safe_encode(str(int.from_bytes(hashlib.sha256(text).digest()[:4], "big")))


def hash_of(revision: apps_v1.ControllerRevision) -> str:
    """The short name of a revision's template."""
    return revision.metadata.labels.get(HASH_LABEL) or revision.metadata.labels.get(REVISION_LABEL, "")


def oldest_first(revisions: Sequence[apps_v1.ControllerRevision]) -> list[apps_v1.ControllerRevision]:
    return sorted(revisions, key=lambda each: (each.revision, each.metadata.name))


class History:
    """The revisions of the objects of one controller."""

    def __init__(self, client: Client, revisions: Informer[apps_v1.ControllerRevision]) -> None:
        self._client = client
        self._revisions = revisions
        index_by_controller(revisions)

    async def claim(self, owner: Any, matches: Callable[[dict[str, str]], bool]) -> list[apps_v1.ControllerRevision]:
        """The owner's revisions, oldest first; orphans that match are adopted."""
        found = self._revisions.by_index(BY_CONTROLLER, owner.metadata.uid)
        orphans = [
            each
            for each in self._revisions.by_index(ORPHANS, owner.metadata.namespace)
            if matches(each.metadata.labels)
        ]
        claim: adoption.Claim[apps_v1.ControllerRevision] = adoption.Claim(owned=found)
        if owner.metadata.deletion_timestamp is None:
            claim.adopt = orphans
        return oldest_first(await adoption.carry_out(self._client, owner, claim))

    async def current(
        self, owner: Any, revisions: Sequence[apps_v1.ControllerRevision], labels: dict[str, str]
    ) -> apps_v1.ControllerRevision:
        """The revision of the present template, made or moved to the end of the history where need be.

        Raises:
            errors.AlreadyExists: its name is another's; ``status.collisionCount`` must grow.
        """
        data = data_of(owner)
        newest = max((each.revision for each in revisions), default=0)
        same = [each for each in revisions if each.data == data]
        if same:
            found = same[-1]
            if found.revision < newest:
                found = await self._client.update(msgspec.structs.replace(found, revision=newest + 1))
            return found
        mark = _hash(data, owner.status.collision_count)
        revision = apps_v1.ControllerRevision(
            metadata=meta_v1.ObjectMeta(
                name=f"{owner.metadata.name[: names.SUBDOMAIN_MAX - 1 - len(mark)]}-{mark}",
                namespace=owner.metadata.namespace,
                labels={**labels, HASH_LABEL: mark, REVISION_LABEL: mark},
                owner_references=[owners.controller_reference(owner)],
            ),
            data=data,
            revision=newest + 1,
        )
        try:
            return await self._client.create(revision)
        except errors.AlreadyExists:
            existing = await self._client.get(
                apps_v1.ControllerRevision, revision.metadata.name, revision.metadata.namespace
            )
            if existing.data == data and owners.is_controlled_by(existing, owner):
                return existing
            raise

    async def trim(
        self, revisions: Sequence[apps_v1.ControllerRevision], in_use: Collection[str], limit: int | None
    ) -> None:
        """Delete the oldest revisions beyond `limit`; those whose names are `in_use` are kept and not counted."""
        unused = [each for each in oldest_first(revisions) if each.metadata.name not in in_use]
        for each in unused[: max(len(unused) - (10 if limit is None else limit), 0)]:
            try:
                await self._client.delete(apps_v1.ControllerRevision, each.metadata.name, each.metadata.namespace)
            except errors.NotFound:
                continue
