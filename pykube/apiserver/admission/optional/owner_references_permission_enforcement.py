"""OwnerReferencesPermissionEnforcement: who ties an object to an owner must be allowed what follows from that.

An owner that goes takes the object with it, so its author must be allowed to delete it. A reference that blocks the
owner's deletion is like a finalizer on the owner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pykube.api import meta_v1
from pykube.api.scheme import Resource

from ... import statuses
from ...authz import Attributes, Authorizer
from ...registry import Registry
from ...write import Operation, Write

_UNTOUCHED = frozenset({("pods", "", "status")})
"""What cannot change owners, by plural, group and subresource."""


class OwnerReferencesPermissionEnforcement:
    """Looks at ``metadata.ownerReferences``."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    async def __call__(self, write: Write) -> None:
        """Ask for what a changed list of owners needs.

        Raises:
            Forbidden: the user may not.
        """
        resource = write.resource
        if write.operation not in (Operation.CREATE, Operation.UPDATE):
            return
        if (resource.plural, resource.group, write.subresource) in _UNTOUCHED:
            return
        new, old = _owners(write.object), _owners(write.old)
        if new == old:
            return
        if write.operation is Operation.UPDATE:
            await self._check_deletion(write)
        blocking = _newly_blocking(new, old)
        if blocking and not await self._may_all(write):
            for reference in blocking:
                await self._check_owner(write, reference)

    async def _check_deletion(self, write: Write) -> None:
        resource = write.resource
        asked = Attributes(
            user=write.user,
            verb="delete",
            group=resource.group,
            version=resource.version,
            resource=resource.plural,
            subresource=write.subresource,
            namespace=write.namespace,
            name=write.name,
        )
        decision = await self._authorizer.authorize(asked)
        if not decision.allowed:
            why = f"cannot set an ownerRef on a resource you can't delete: {decision.reason}, <nil>"
            raise statuses.forbidden(resource, write.name, why)

    async def _may_all(self, write: Write) -> bool:
        return (await self._authorizer.authorize(_finalizers(write, "*", "*", "*", "*"))).allowed is True

    async def _check_owner(self, write: Write, reference: meta_v1.OwnerReference) -> None:
        owners = list(_resources(write.registry, reference))
        if not owners:
            why = (
                "cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion "
                f"{reference.api_version} Kind {reference.kind}"
            )
            raise statuses.forbidden(write.resource, write.name, why)
        for owner in owners:
            asked = _finalizers(write, owner.group, owner.version, owner.plural, reference.name)
            if owner.namespaced:
                asked = replace(asked, namespace=write.namespace)
            decision = await self._authorizer.authorize(asked)
            if not decision.allowed:
                why = (
                    "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers "
                    f"on: {decision.reason}, <nil>"
                )
                raise statuses.forbidden(write.resource, write.name, why)


def _finalizers(write: Write, group: str, version: str, resource: str, name: str) -> Attributes:
    return Attributes(
        user=write.user,
        verb="update",
        group=group,
        version=version,
        resource=resource,
        subresource="finalizers",
        name=name,
    )


def _owners(obj: object) -> list[meta_v1.OwnerReference]:
    metadata = getattr(obj, "metadata", None)
    return list(metadata.owner_references) if isinstance(metadata, meta_v1.ObjectMeta) else []


def _newly_blocking(
    new: Iterable[meta_v1.OwnerReference], old: Iterable[meta_v1.OwnerReference]
) -> list[meta_v1.OwnerReference]:
    blocked = {each.uid for each in old if each.block_owner_deletion}
    return [each for each in new if each.block_owner_deletion and each.uid not in blocked]


def _resources(registry: Registry, reference: meta_v1.OwnerReference) -> Iterable[Resource]:
    return (
        resource
        for resource in registry.resources()
        if (resource.api_version, resource.kind) == (reference.api_version, reference.kind)
    )
