"""Garbage collector: what has lost all its owners goes too; deletion in the foreground, and orphaning.

See "Garbage Collection" in Kubernetes' documentation. Here the graph answers whether an owner is alive; that one is
gone is always asked of the API server itself, since being wrong about that would destroy what is still wanted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pykube import errors
from pykube.api import core_v1, meta_v1
from pykube.api.scheme import Resource
from pykube.client.metadata import PartialObjectMetadata

from .base import Controller
from .context import Context
from .ownergraph import FOREGROUND, ORPHAN, Effects, Node, OwnerGraph

_ORPHAN_KEY: Final = "orphan:"
_ABSENT_KEPT: Final = 500


@dataclass(slots=True)
class Owners:
    """The owners of an object by what they are: alive, gone, or waiting for their dependents to go."""

    solid: list[meta_v1.OwnerReference] = field(default_factory=list)
    gone: list[meta_v1.OwnerReference] = field(default_factory=list)
    waiting: list[meta_v1.OwnerReference] = field(default_factory=list)


class GarbageCollector(Controller):
    """Keys are uids; those with ``orphan:`` in front are objects that let their dependents go."""

    name = "garbage-collector-controller"
    workers = 10

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.graph = OwnerGraph()
        self._kinds = context.kinds
        self._kinds.on_change(self._changed)
        self._absent: dict[tuple[str, str], None] = {}
        """Owners (uid, namespace asked in) that the API server does not have; uids are never used again."""

    async def started(self) -> None:
        await self._kinds.start()

    def _changed(self, resource: Resource, old: meta_v1.ObjectMeta | None, new: meta_v1.ObjectMeta | None) -> None:
        if new is not None:
            if old is None or _differ(old, new):
                self._enqueue(self.graph.put(resource, new))
        elif old is not None:
            self._enqueue(self.graph.remove(old.uid))

    def _enqueue(self, effects: Effects) -> None:
        for uid in effects.check:
            self.queue.add(uid)
        for uid in effects.orphan:
            self.queue.add(_ORPHAN_KEY + uid)

    async def sync(self, key: str) -> None:
        if key.startswith(_ORPHAN_KEY):
            node = self.graph.get(key.removeprefix(_ORPHAN_KEY))
            if node is not None and node.orphaning:
                await self._orphan(node)
            return
        node = self.graph.get(key)
        if node is None or node.virtual or node.resource is None or (node.deleting and not node.in_foreground):
            return
        if node.in_foreground:
            await self._wait_for_dependents(node)
        elif node.owners and not self._all_alive(node):
            await self._check(node)

    # -- foreground and orphan

    async def _wait_for_dependents(self, node: Node) -> None:
        blocking = self.graph.blocking(node)
        if not blocking:
            await self._drop_finalizer(node, FOREGROUND)
        for each in blocking:
            if not each.in_foreground:
                self.queue.add(each.uid)

    async def _orphan(self, node: Node) -> None:
        dependents = [each for each in map(self.graph.get, list(node.dependents)) if each is not None]
        await asyncio.gather(*(self._release(each, {node.uid}) for each in dependents))
        await self._drop_finalizer(node, ORPHAN)

    async def _drop_finalizer(self, node: Node, finalizer: str) -> None:
        latest = await self._latest(node)
        if latest is None or finalizer not in latest.finalizers:
            return
        left = [each for each in latest.finalizers if each != finalizer]
        await self._patch(node, {"resourceVersion": latest.resource_version, "finalizers": left})

    async def _release(self, node: Node, owners: Iterable[str]) -> None:
        """Take the references to `owners` off an object."""
        latest = await self._latest(node)
        if latest is None:
            return
        left = [_plain(each) for each in latest.owner_references if each.uid not in owners]
        if len(left) < len(latest.owner_references):
            await self._patch(node, {"resourceVersion": latest.resource_version, "ownerReferences": left})

    async def _patch(self, node: Node, metadata: dict[str, object]) -> None:
        try:
            await self.client.patch(
                PartialObjectMetadata,
                node.name,
                node.namespace,
                body={"metadata": {"uid": node.uid, **metadata}},
                resource=node.resource,
            )
        except errors.NotFound:
            return

    # -- collection

    def _all_alive(self, node: Node) -> bool:
        """Whether every owner was seen and stays; the common case, which costs no request."""
        owners = [self.graph.get(each.uid) for each in node.owners]
        return all(
            owner is not None
            and not owner.virtual
            and not owner.in_foreground
            and owner.namespace in ("", node.namespace)
            for owner in owners
        )

    async def _check(self, node: Node) -> None:
        """Delete an object when nobody owns it any more; free it of owners that are gone when somebody still does."""
        latest = await self._latest(node)
        if latest is None:
            self._enqueue(self.graph.remove(node.uid))
            return
        if not latest.owner_references or latest.deletion_timestamp is not None:
            return
        owners = await self._classify(node, latest.owner_references)
        if owners is None:
            return
        if owners.solid:
            lost = {each.uid for each in (*owners.gone, *owners.waiting)}
            if lost:
                await self._release(node, lost)
            return
        if owners.waiting and node.dependents:
            await self._break_circle(node)
            await self._delete(node, latest, "Foreground")
            return
        kept = next((word for word in (ORPHAN, FOREGROUND) if word in latest.finalizers), "")
        await self._delete(node, latest, {ORPHAN: "Orphan", FOREGROUND: "Foreground"}.get(kept, "Background"))

    async def _break_circle(self, node: Node) -> None:
        """When a dependent of the object is itself waiting, the two may wait for each other for ever: do not block."""
        dependents = (self.graph.get(uid) for uid in node.dependents)
        if not any(each is not None and each.in_foreground for each in dependents):
            return
        latest = await self._latest(node)
        if latest is not None:
            references = [{**_plain(each), "blockOwnerDeletion": False} for each in latest.owner_references]
            await self._patch(node, {"resourceVersion": latest.resource_version, "ownerReferences": references})

    async def _delete(self, node: Node, latest: meta_v1.ObjectMeta, propagation: str) -> None:
        try:
            await self.client.delete(
                PartialObjectMetadata,
                node.name,
                node.namespace,
                propagation=propagation,
                uid=node.uid,
                resource_version=latest.resource_version,
                resource=node.resource,
            )
        except errors.NotFound:
            self._enqueue(self.graph.remove(node.uid))

    async def _latest(self, node: Node) -> meta_v1.ObjectMeta | None:
        """The object's metadata as the API server has it; None when it is gone."""
        try:
            found = await self.client.get(PartialObjectMetadata, node.name, node.namespace, resource=node.resource)
        except errors.NotFound as error:
            _check_object_missing(error, node.name)
            return None
        return found.metadata if found.metadata.uid == node.uid else None

    async def _classify(self, node: Node, references: Sequence[meta_v1.OwnerReference]) -> Owners | None:
        """Sort the owners; None when a reference cannot be judged, so that nothing must be done."""
        found = Owners()
        for reference in references:
            owner = self.graph.get(reference.uid)
            if owner is not None and not owner.virtual and owner.namespace in ("", node.namespace):
                (found.waiting if owner.in_foreground else found.solid).append(reference)
                continue
            resource = self._kinds.by_kind(reference.api_version, reference.kind)
            if resource is None:
                raise errors.ServiceUnavailable(f"no kind {reference.kind} in {reference.api_version} is known (yet)")
            if resource.namespaced and not node.namespace:
                self._tell_invalid(node, reference)
                return None
            if await self._exists(reference, resource, node.namespace if resource.namespaced else "", found):
                continue
            found.gone.append(reference)
        return found

    async def _exists(
        self, reference: meta_v1.OwnerReference, resource: Resource, namespace: str, found: Owners
    ) -> bool:
        """Ask the API server; sorts an owner that exists into `found`."""
        key = (reference.uid, namespace)
        if key in self._absent:
            return False
        try:
            owner = await self.client.get(PartialObjectMetadata, reference.name, namespace, resource=resource)
        except errors.NotFound as error:
            _check_object_missing(error, reference.name)
            owner = None
        if owner is None or owner.metadata.uid != reference.uid:
            while len(self._absent) >= _ABSENT_KEPT:
                del self._absent[next(iter(self._absent))]
            self._absent[key] = None
            return False
        waiting = owner.metadata.deletion_timestamp is not None and FOREGROUND in owner.metadata.finalizers
        (found.waiting if waiting else found.solid).append(reference)
        return True

    def _tell_invalid(self, node: Node, reference: meta_v1.OwnerReference) -> None:
        about = core_v1.ObjectReference(
            api_version=node.resource.api_version if node.resource else "",
            kind=node.resource.kind if node.resource else "",
            name=node.name,
            namespace=node.namespace,
            uid=node.uid,
        )
        text = (
            f"ownerRef [{reference.api_version}/{reference.kind}, namespace: {node.namespace}, name: {reference.name}, "
            f'uid: {reference.uid}] does not exist in namespace "{node.namespace}"'
        )
        self.event(about, "OwnerRefInvalidNamespace", text, warning=True)


def _check_object_missing(error: errors.NotFound, name: str) -> None:
    """Tell an object that is not there from a kind that is not served (any more), which says nothing of its objects.

    Raises:
        errors.ServiceUnavailable: it is the kind.
    """
    if error.details.name != name:
        raise errors.ServiceUnavailable(f"whether {name} exists cannot be told: {error.message}") from error


def _differ(old: meta_v1.ObjectMeta, new: meta_v1.ObjectMeta) -> bool:
    """Whether the graph can see the difference: most changes are of the status."""
    return (
        old.owner_references != new.owner_references
        or old.finalizers != new.finalizers
        or old.deletion_timestamp != new.deletion_timestamp
        or old.uid != new.uid
    )


def _plain(reference: meta_v1.OwnerReference) -> dict[str, object]:
    found: dict[str, object] = {
        "apiVersion": reference.api_version,
        "kind": reference.kind,
        "name": reference.name,
        "uid": reference.uid,
    }
    if reference.controller is not None:
        found["controller"] = reference.controller
    if reference.block_owner_deletion is not None:
        found["blockOwnerDeletion"] = reference.block_owner_deletion
    return found
