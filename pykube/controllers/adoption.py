"""Which objects belong to a controller: its own that still match, and orphans that match and want a parent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pykube import errors
from pykube.api import meta_v1, owners, selectors
from pykube.client.rest import Client, PatchKind

T = TypeVar("T")


@dataclass(slots=True)
class Claim(Generic[T]):
    """What is to be done so that an owner has exactly what it selects."""

    owned: list[T] = field(default_factory=list)
    adopt: list[T] = field(default_factory=list)
    release: list[T] = field(default_factory=list)


def plan(owner: Any, selector: selectors.LabelSelector, objects: Iterable[T]) -> Claim[T]:
    """Sort `objects` (of the owner's namespace) by what they are to `owner`. Nothing is adopted by a dying owner."""
    claim: Claim[T] = Claim()
    dying = owner.metadata.deletion_timestamp is not None
    for obj in objects:
        metadata: meta_v1.ObjectMeta = obj.metadata  # type: ignore[attr-defined]
        reference = owners.controller_of(obj)  # type: ignore[arg-type]
        matches = selector.matches(metadata.labels)
        if reference is not None:
            if reference.uid == owner.metadata.uid:
                (claim.owned if matches or dying else claim.release).append(obj)
        elif matches and not dying and metadata.deletion_timestamp is None:
            claim.adopt.append(obj)
    return claim


async def carry_out(client: Client, owner: Any, claim: Claim[T]) -> list[T]:
    """Adopt and release as planned; returns what `owner` has then.

    Before adopting, the owner is read again: a cached one may be long deleted, and would take what is another's.
    """
    found = list(claim.owned)
    if claim.adopt:
        fresh = await client.get(type(owner), owner.metadata.name, owner.metadata.namespace)
        if fresh.metadata.uid == owner.metadata.uid and fresh.metadata.deletion_timestamp is None:
            for obj in claim.adopt:
                if await _adopt(client, owner, obj):
                    found.append(obj)
    for obj in claim.release:
        await release(client, owner, obj)
    return found


async def _adopt(client: Client, owner: Any, obj: Any) -> bool:
    reference = owners.controller_reference(owner)
    body = {
        "metadata": {
            "uid": obj.metadata.uid,
            "ownerReferences": [
                {
                    "apiVersion": reference.api_version,
                    "kind": reference.kind,
                    "name": reference.name,
                    "uid": reference.uid,
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
        }
    }
    try:
        await client.patch(type(obj), obj.metadata.name, obj.metadata.namespace, body=body, kind=PatchKind.STRATEGIC)
    except errors.NotFound:
        return False
    return True


async def release(client: Client, owner: Any, obj: Any) -> None:
    """Take the owner's reference off `obj`; nothing happens when either is gone."""
    body = {
        "metadata": {
            "uid": obj.metadata.uid,
            "ownerReferences": [{"$patch": "delete", "uid": owner.metadata.uid}],
        }
    }
    try:
        await client.patch(type(obj), obj.metadata.name, obj.metadata.namespace, body=body, kind=PatchKind.STRATEGIC)
    except (errors.NotFound, errors.Invalid):
        # Invalid: it has another uid by now, or had no such reference any more.
        return
