"""Who owns whom: all objects and their owner references, and what each change of them calls for. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pykube.api import meta_v1
from pykube.api.scheme import Resource

FOREGROUND: Final = "foregroundDeletion"
ORPHAN: Final = "orphan"


@dataclass(slots=True)
class Node:
    """One object. `virtual`: only references speak of it so far; it may not exist."""

    uid: str
    resource: Resource | None
    """None: no kind of that name is known."""
    namespace: str
    name: str
    owners: tuple[meta_v1.OwnerReference, ...] = ()
    dependents: set[str] = field(default_factory=set)
    finalizers: frozenset[str] = frozenset()
    deleting: bool = False
    virtual: bool = False

    @property
    def in_foreground(self) -> bool:
        """Waiting for its dependents to be gone."""
        return self.deleting and FOREGROUND in self.finalizers

    @property
    def orphaning(self) -> bool:
        """Waiting for its dependents to be let go."""
        return self.deleting and ORPHAN in self.finalizers

    def blocks(self, owner: str) -> bool:
        """Whether `owner` must wait for this one."""
        return any(each.uid == owner and each.block_owner_deletion for each in self.owners)


@dataclass(slots=True)
class Effects:
    """Whom to look at again: `check` may have to be deleted, `orphan` must let its dependents go."""

    check: list[str] = field(default_factory=list)
    orphan: list[str] = field(default_factory=list)


class OwnerGraph:
    """All nodes by uid."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}

    def get(self, uid: str) -> Node | None:
        return self._nodes.get(uid)

    def __len__(self) -> int:
        return len(self._nodes)

    def put(self, resource: Resource, metadata: meta_v1.ObjectMeta) -> Effects:
        """An object was seen."""
        effects = Effects()
        node = self._nodes.get(metadata.uid)
        if node is None:
            node = self._nodes[metadata.uid] = Node(metadata.uid, resource, metadata.namespace, metadata.name)
        was_orphaning, was_foreground = node.orphaning, node.in_foreground
        node.resource, node.namespace, node.name = resource, metadata.namespace, metadata.name
        node.virtual = False
        node.deleting = metadata.deletion_timestamp is not None
        node.finalizers = frozenset(metadata.finalizers)
        self._relink(node, tuple(metadata.owner_references), effects)
        if node.orphaning and not was_orphaning:
            effects.orphan.append(node.uid)
        if node.in_foreground and not was_foreground:
            effects.check += [node.uid, *node.dependents]
        return effects

    def _relink(self, node: Node, owners: tuple[meta_v1.OwnerReference, ...], effects: Effects) -> None:
        before = {each.uid: each for each in node.owners}
        after = {each.uid: each for each in owners}
        node.owners = owners
        for uid, reference in before.items():
            owner = self._nodes.get(uid)
            if owner is None:
                continue
            if uid not in after:
                owner.dependents.discard(node.uid)
            unblocked = reference.block_owner_deletion and not (uid in after and after[uid].block_owner_deletion)
            if unblocked and owner.in_foreground:
                effects.check.append(uid)
        for uid, reference in after.items():
            owner = self._nodes.get(uid)
            if owner is None:
                owner = self._nodes[uid] = Node(uid, None, node.namespace, reference.name, virtual=True)
            owner.dependents.add(node.uid)
            if uid not in before and (owner.virtual or owner.in_foreground):
                effects.check.append(node.uid)

    def remove(self, uid: str) -> Effects:
        """An object is gone, or was found never to have been there."""
        effects = Effects()
        node = self._nodes.pop(uid, None)
        if node is None:
            return effects
        for reference in node.owners:
            owner = self._nodes.get(reference.uid)
            if owner is None:
                continue
            owner.dependents.discard(uid)
            if owner.in_foreground:
                effects.check.append(owner.uid)
            elif owner.virtual and not owner.dependents:
                del self._nodes[owner.uid]
        effects.check += node.dependents
        if node.dependents:
            # Its dependents still speak of it, and each is checked against the API.
            self._nodes[uid] = Node(uid, None, node.namespace, node.name, dependents=node.dependents, virtual=True)
        return effects

    def blocking(self, node: Node) -> list[Node]:
        """The dependents that keep `node` from going in the foreground."""
        found = (self._nodes.get(uid) for uid in node.dependents)
        return [each for each in found if each is not None and each.blocks(node.uid)]
