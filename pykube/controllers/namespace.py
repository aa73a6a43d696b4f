"""Namespace: one that is being deleted is emptied first, pods before all else, and then let go."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import msgspec

from pykube import errors
from pykube.api import conditions, core_v1, meta_v1, scheme
from pykube.api.scheme import Resource
from pykube.client.metadata import PartialObjectMetadata

from .base import Controller
from .context import Context

FINALIZER: Final = "kubernetes"
RECHECK: Final = 15.0
"""Seconds until a namespace whose content does not go is looked at again, should an event have been missed."""

_FINE: Final = {
    "NamespaceDeletionDiscoveryFailure": ("ResourcesDiscovered", "All resources successfully discovered"),
    "NamespaceDeletionGroupVersionParsingFailure": (
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
    ),
    "NamespaceDeletionContentFailure": (
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    "NamespaceContentRemaining": ("ContentRemoved", "All content successfully removed"),
    "NamespaceFinalizersRemaining": ("ContentHasNoFinalizers", "All content-preserving finalizers finished"),
}
"""Reason and message of each condition while nothing is wrong (then its status is False)."""


@dataclass(slots=True)
class Content:
    """What is left in a namespace: objects by resource, objects by finalizer, and what could not be deleted."""

    remaining: Counter[str] = field(default_factory=Counter)
    finalizers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    undiscovered: str = ""
    """Why there may be more than was found."""
    unparsable: str = ""

    def errors(self) -> list[str]:
        """All that went wrong; what merely takes its time is not among it."""
        return [*self.failures, *filter(None, (self.undiscovered, self.unparsable))]

    def troubles(self) -> dict[str, tuple[str, str]]:
        """Reason and message of the conditions that are True."""
        found: dict[str, tuple[str, str]] = {}
        if self.undiscovered:
            found["NamespaceDeletionDiscoveryFailure"] = ("DiscoveryFailed", self.undiscovered)
        if self.unparsable:
            found["NamespaceDeletionGroupVersionParsingFailure"] = ("GroupVersionParsingFailed", self.unparsable)
        if self.failures:
            text = ", ".join(sorted(self.failures))
            message = f"Failed to delete all resource types, {len(self.failures)} remaining: {text}"
            found["NamespaceDeletionContentFailure"] = ("ContentDeletionFailed", message)
        if self.remaining:
            listed = sorted(f"{name} has {count} resource instances" for name, count in self.remaining.items())
            message = f"Some resources are remaining: {', '.join(listed)}"
            found["NamespaceContentRemaining"] = ("SomeResourcesRemain", message)
        if self.finalizers:
            listed = sorted(f"{name} in {count} resource instances" for name, count in self.finalizers.items())
            message = f"Some content in the namespace has finalizers remaining: {', '.join(listed)}"
            found["NamespaceFinalizersRemaining"] = ("SomeFinalizersRemain", message)
        return found


class NamespaceController(Controller):
    """Keys are names of namespaces."""

    name = "namespace-controller"
    workers = 5

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._kinds = context.kinds
        self.namespaces = self.watch(core_v1.Namespace)
        self._kinds.on_change(self._content_changed)

    async def started(self) -> None:
        await self._kinds.start()

    def _content_changed(
        self, resource: Resource, old: meta_v1.ObjectMeta | None, new: meta_v1.ObjectMeta | None
    ) -> None:
        """Something of an ending namespace is gone: that may have been the last of it."""
        if new is None and old is not None and old.namespace:
            namespace = self.namespaces.get(old.namespace)
            if namespace is not None and namespace.metadata.deletion_timestamp is not None:
                self.queue.add(old.namespace)

    async def sync(self, key: str) -> None:
        namespace = self.namespaces.get(key)
        if namespace is None or namespace.metadata.deletion_timestamp is None:
            return
        if FINALIZER not in namespace.spec.finalizers:
            return
        content = await self._empty(key)
        await self._tell(namespace, content)
        if wrong := content.errors():
            raise errors.InternalError(f"namespace {key} could not be emptied: {'; '.join(wrong)}")
        if content.remaining:
            self.queue.add_after(key, RECHECK)
            return
        await self._finalize(key)

    async def _empty(self, namespace: str) -> Content:
        """Delete what is there and say what is left; as long as pods are left, nothing else is touched (KEP-5080)."""
        content = Content()
        found = await self._discover(content)
        pods = [each for each in found if each.group_resource == "pods"]
        for group in (pods, [each for each in found if each.group_resource != "pods"]):
            await asyncio.gather(*(self._empty_of(each, namespace, content) for each in group))
            if content.remaining:
                break
        return content

    async def _discover(self, content: Content) -> list[Resource]:
        """What can be in a namespace; asked anew each time, for what is not known of would be left behind."""
        resources = {each.group_resource: each for each in scheme.resources if not each.group}
        resources |= {each.group_resource: each for each in self._kinds.resources()}
        try:
            found = await self._kinds.discover()
        except errors.ApiError as error:
            content.undiscovered = error.message
        else:
            resources |= found.resources
            content.undiscovered, content.unparsable = found.failure(), found.parse_failure()
        return [each for each in resources.values() if each.namespaced and "delete" in each.verbs]

    async def _empty_of(self, resource: Resource, namespace: str, content: Content) -> None:
        """Delete all objects of one kind; asks the API server, for a cache may not have all that was created last."""
        try:
            found = await self._delete_all(resource, namespace)
        except (errors.NotFound, errors.MethodNotAllowed):
            return  # the kind itself is gone
        except errors.ApiError as error:
            content.failures.append(error.message)
            return
        if not found:
            return
        content.remaining[f"{resource.plural}.{resource.group}"] = len(found)
        content.finalizers.update(name for each in found for name in each.finalizers)
        if not any(each.finalizers or each.deletion_grace_period_seconds for each in found):
            where = f"{resource.group}/{resource.version}, Resource={resource.plural}"
            content.failures.append(f"unexpected items still remain in namespace: {namespace} for gvr: {where}")

    async def _delete_all(self, resource: Resource, namespace: str) -> list[meta_v1.ObjectMeta]:
        """Delete with what verbs there are; answers what is left, as far as that can be listed."""
        listable = "list" in resource.verbs
        found = await self._listed(resource, namespace) if listable else []
        if listable and all(each.deletion_timestamp is not None for each in found):
            return found
        if "deletecollection" in resource.verbs:
            await self.client.delete_collection(
                PartialObjectMetadata, namespace, propagation="Background", resource=resource
            )
        else:
            for each in found:
                await self._delete_one(resource, each)
        return await self._listed(resource, namespace) if listable else []

    async def _delete_one(self, resource: Resource, one: meta_v1.ObjectMeta) -> None:
        try:
            await self.client.delete(
                PartialObjectMetadata, one.name, one.namespace, propagation="Background", resource=resource
            )
        except errors.NotFound:
            return

    async def _listed(self, resource: Resource, namespace: str) -> list[meta_v1.ObjectMeta]:
        listing = await self.client.list(PartialObjectMetadata, namespace, resource=resource)
        return [each.metadata for each in listing.items]

    async def _tell(self, namespace: core_v1.Namespace, content: Content) -> None:
        troubles = content.troubles()
        status = msgspec.structs.replace(namespace.status, conditions=list(namespace.status.conditions))
        now = self.clock.now().replace(microsecond=0)
        changed = False
        for kind, (reason, message) in _FINE.items():
            wrong = kind in troubles
            reason, message = troubles.get(kind, (reason, message))
            condition = core_v1.NamespaceCondition(type=kind, status=str(wrong), reason=reason, message=message)
            changed = conditions.put(status.conditions, condition, now) or changed
        if changed and (content.remaining or content.errors() or len(namespace.spec.finalizers) > 1):
            await self.client.update(msgspec.structs.replace(namespace, status=status), subresource="status")

    async def _finalize(self, name: str) -> None:
        """Take our finalizer off, which lets the API server remove the namespace once no other is left."""
        try:
            current = await self.client.get(core_v1.Namespace, name)
            left = [each for each in current.spec.finalizers if each != FINALIZER]
            spec = msgspec.structs.replace(current.spec, finalizers=left)
            await self.client.update(msgspec.structs.replace(current, spec=spec), subresource="finalize")
        except errors.NotFound:
            return
