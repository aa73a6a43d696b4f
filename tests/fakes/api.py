"""An API server in a dict, for tests of what talks to one through `pykube.client.rest.Client`.

It keeps versions, uids, generations, finalizers and watches as the real one does; it neither defaults nor validates.
`refuse` makes chosen writes fail.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from pykube import errors
from pykube.api import apiextensions_v1, authorization_v1, codec, core_v1, meta_v1, scheme, selectors
from pykube.api.patch import json_patch, merge_patch, strategic_merge
from pykube.api.scheme import Resource
from pykube.apiserver.discovery import RemoteVersion, aggregated_list, grouped
from pykube.client.config import ClientConfig
from pykube.client.metadata import PartialObjectMetadata
from pykube.client.rest import Listing, PatchKind, WatchEvent, WatchType
from pykube.controllers.kinds import of_definition
from tests.fakes.clock import FakeClock

Key = tuple[str, str, str]
"""Group resource, namespace, name."""
Refusal = Callable[[str, Any], errors.ApiError | None]
"""Called with the verb and the object (or name); what it returns is raised."""

_FOREGROUND = "foregroundDeletion"
_ORPHAN = "orphan"


class FakeApi:
    """Speaks as `Client` does."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._objects: dict[Key, Any] = {}
        self._revision = 0
        self._uids = 0
        self._watchers: list[tuple[str, asyncio.Queue[tuple[WatchType, Any]]]] = []
        self.config = ClientConfig(server="https://fake", ca_data="-----BEGIN CERTIFICATE-----")
        self.refuse: Refusal = lambda verb, obj: None
        self.reviews: Callable[[Any], bool] = lambda review: True
        """Answers SubjectAccessReviews."""
        self.others: list[RemoteVersion] = []
        """What other servers answer for."""
        self.calls: list[tuple[str, str]] = []
        """Verb (with its subresource) and ``kind/name`` of every write, in order."""

    # -- tests look here

    def all(self, cls: type, namespace: str = "") -> list[Any]:
        """What is stored of a type, by name."""
        wanted = scheme.resource_of(cls).group_resource
        return [
            obj
            for key, obj in sorted(self._objects.items())
            if key[0] == wanted and (not namespace or key[1] == namespace)
        ]

    def put_status(self, obj: Any, **changes: Any) -> Any:
        """Have the status of an object changed, as its agent or controller would."""
        current = self._objects[self._key(scheme.resource_of(obj), obj.metadata.namespace, obj.metadata.name)]
        status = msgspec.structs.replace(current.status, **changes)
        return self._store(scheme.resource_of(obj), msgspec.structs.replace(current, status=status))

    # -- the client's methods

    async def get(
        self, cls: type, name: str, namespace: str = "", *, subresource: str = "", resource: Resource | None = None
    ) -> Any:
        return self._shown(cls, self._find(resource or scheme.resource_of(cls), namespace, name))

    async def list(
        self,
        cls: type,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        resource_version: str = "",
        resource: Resource | None = None,
    ) -> Listing[Any]:
        wanted = (resource or scheme.resource_of(cls)).group_resource
        labels = selectors.parse_label_selector(label_selector)
        items = [
            self._shown(cls, obj)
            for key, obj in sorted(self._objects.items())
            if key[0] == wanted and (not namespace or key[1] == namespace) and labels.matches(obj.metadata.labels)
        ]
        return Listing(items, str(self._revision))

    async def watch(
        self,
        cls: type,
        namespace: str = "",
        *,
        resource_version: str = "",
        label_selector: str = "",
        field_selector: str = "",
        timeout: float | None = None,
        resource: Resource | None = None,
    ) -> AsyncGenerator[WatchEvent[Any], None]:
        queue: asyncio.Queue[tuple[WatchType, Any]] = asyncio.Queue()
        entry = ((resource or scheme.resource_of(cls)).group_resource, queue)
        self._watchers.append(entry)
        labels = selectors.parse_label_selector(label_selector)
        try:
            while True:
                kind, obj = await queue.get()
                if labels.matches(obj.metadata.labels) and (not namespace or obj.metadata.namespace == namespace):
                    yield WatchEvent(kind, self._shown(cls, obj))
        finally:
            self._watchers.remove(entry)

    async def create(self, obj: Any, *, subresource: str = "", resource: Resource | None = None) -> Any:
        found = resource or scheme.resource_of(obj)
        obj = codec.copy(obj)
        self._check("create", obj)
        if isinstance(obj, authorization_v1.SubjectAccessReview):
            obj.status.allowed = self.reviews(obj)
            return obj
        metadata = obj.metadata
        self._uids += 1
        if not metadata.name:
            metadata.name = f"{metadata.generate_name}{self._uids:05d}"
        if self._key(found, metadata.namespace, metadata.name) in self._objects:
            raise errors.AlreadyExists(f'{found.group_resource} "{metadata.name}" already exists')
        metadata.uid = metadata.uid or f"uid-of-{found.singular}-{self._uids}"
        metadata.creation_timestamp = metadata.creation_timestamp or self._now()
        metadata.generation = 1
        return codec.copy(self._store(found, obj))

    async def create_subresource(self, parent: type, name: str, namespace: str, subresource: str, body: Any) -> Any:
        found = scheme.resource_of(parent)
        current = codec.copy(self._find(found, namespace, name))
        self._check(f"create {subresource}", current)
        if subresource == "binding":
            if current.spec.node_name:
                raise errors.Conflict(f'pod {name} is already assigned to node "{current.spec.node_name}"')
            current.spec.node_name = body.target.name
            current.status.conditions = [
                *(each for each in current.status.conditions if each.type != "PodScheduled"),
                core_v1.PodCondition(type="PodScheduled", status="True", last_transition_time=self._now()),
            ]
        self._store(found, current)
        return body

    async def update(self, obj: Any, *, subresource: str = "", resource: Resource | None = None) -> Any:
        found = resource or scheme.resource_of(obj)
        self._check(f"update {subresource}".strip(), obj)
        current = self._find(found, obj.metadata.namespace, obj.metadata.name)
        version = obj.metadata.resource_version
        if version and version != current.metadata.resource_version:
            raise errors.Conflict(f'Operation cannot be fulfilled on {found.group_resource} "{obj.metadata.name}"')
        return codec.copy(self._change(found, current, codec.copy(obj), subresource))

    async def patch(
        self,
        cls: type,
        name: str,
        namespace: str = "",
        *,
        body: Any,
        kind: PatchKind = PatchKind.MERGE,
        subresource: str = "",
        field_manager: str = "",
        force: bool = False,
        resource: Resource | None = None,
    ) -> Any:
        found = resource or scheme.resource_of(cls)
        current = self._find(found, namespace, name)
        self._check(f"patch {subresource}".strip(), current)
        document = codec.to_dict(current)
        change = json.loads(body) if isinstance(body, bytes) else codec.to_dict(body)
        uid = change.get("metadata", {}).get("uid") if isinstance(change, dict) else None
        if uid and uid != current.metadata.uid:
            raise errors.Conflict("Precondition failed: UID")
        if kind is PatchKind.JSON:
            document = json_patch.apply(document, change)
        elif kind is PatchKind.STRATEGIC:
            document = strategic_merge.apply(type(current), document, change)
        else:
            document = merge_patch.apply(document, change)
        changed = codec.from_dict(type(current), document)
        return self._shown(cls, self._change(found, current, changed, subresource))

    async def delete(
        self,
        cls: type,
        name: str,
        namespace: str = "",
        *,
        grace_period: int | None = None,
        propagation: str = "",
        uid: str = "",
        resource_version: str = "",
        resource: Resource | None = None,
    ) -> None:
        found = resource or scheme.resource_of(cls)
        current = self._find(found, namespace, name)
        self._check("delete", current)
        if uid and current.metadata.uid != uid:
            raise errors.Conflict("the UID in the precondition does not match")
        if resource_version and current.metadata.resource_version != resource_version:
            raise errors.Conflict("the ResourceVersion in the precondition does not match")
        current = codec.copy(current)
        extra = {"Foreground": _FOREGROUND, "Orphan": _ORPHAN}.get(propagation)
        if extra and extra not in current.metadata.finalizers:
            current.metadata.finalizers.append(extra)
        graceful = isinstance(current, core_v1.Pod) and bool(current.spec.node_name) and grace_period != 0
        graceful = graceful and current.status.phase not in ("Succeeded", "Failed")
        if isinstance(current, core_v1.Namespace):
            current.status.phase = "Terminating"
            graceful = bool(current.spec.finalizers)
        if current.metadata.finalizers or graceful:
            current.metadata.deletion_timestamp = current.metadata.deletion_timestamp or self._now()
            self._store(found, current)
        else:
            self._remove(found, current)

    async def delete_collection(
        self,
        cls: type,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        grace_period: int | None = None,
        propagation: str = "",
        resource: Resource | None = None,
    ) -> None:
        listing = await self.list(cls, namespace, label_selector=label_selector, resource=resource)
        for obj in listing.items:
            await self.delete(
                cls, obj.metadata.name, obj.metadata.namespace, grace_period=grace_period, resource=resource
            )

    async def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Discovery: what is built in, what is defined, and what `others` are said to serve."""
        assert (method, path) == ("GET", "/apis")
        definitions = map(of_definition, self.all(apiextensions_v1.CustomResourceDefinition))
        resources = [*(one for one in scheme.resources if one.group), *(one for one in definitions if one is not None)]
        remotes = {(one.group, one.version): one for one in self.others}
        body = msgspec.json.encode(aggregated_list(grouped(resources, remotes), remotes))
        etag = hashlib.sha256(body).hexdigest()
        if headers is not None and headers.get("If-None-Match") == etag:
            return 304, {}, b""
        return 200, {"ETag": etag}, body

    # -- inside

    def _check(self, verb: str, obj: Any) -> None:
        self.calls.append((verb, f"{obj.kind}/{obj.metadata.name or obj.metadata.generate_name}"))
        refusal = self.refuse(verb, obj)
        if refusal is not None:
            raise refusal

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)

    @staticmethod
    def _key(resource: Resource, namespace: str, name: str) -> Key:
        return resource.group_resource, namespace if resource.namespaced else "", name

    def _find(self, resource: Resource, namespace: str, name: str) -> Any:
        found = self._objects.get(self._key(resource, namespace, name))
        if found is None:
            details = errors.Details(name, resource.group, resource.plural)
            raise errors.NotFound(f'{resource.group_resource} "{name}" not found', details)
        return found

    @staticmethod
    def _shown(cls: type, obj: Any) -> Any:
        return PartialObjectMetadata(metadata=obj.metadata) if cls is PartialObjectMetadata else codec.copy(obj)

    def _change(self, resource: Resource, current: Any, changed: Any, subresource: str) -> Any:
        if subresource in ("status", "approval"):
            metadata = msgspec.structs.replace(
                current.metadata, annotations=changed.metadata.annotations, labels=changed.metadata.labels
            )
            changed = msgspec.structs.replace(current, metadata=metadata, status=changed.status)
        elif not subresource and hasattr(changed, "status"):
            changed = msgspec.structs.replace(changed, status=current.status)
            if changed.spec != current.spec:
                changed.metadata.generation = current.metadata.generation + 1
        if changed == current:
            return current
        dying = changed.metadata.deletion_timestamp is not None and not changed.metadata.finalizers
        if dying and not (
            isinstance(changed, core_v1.Pod) or getattr(getattr(changed, "spec", None), "finalizers", None)
        ):
            self._remove(resource, changed)
            return changed
        return self._store(resource, changed)

    def _store(self, resource: Resource, obj: Any) -> Any:
        self._revision += 1
        obj = codec.copy(obj)
        obj.metadata.resource_version = str(self._revision)
        key = self._key(resource, obj.metadata.namespace, obj.metadata.name)
        kind = WatchType.MODIFIED if key in self._objects else WatchType.ADDED
        self._objects[key] = obj
        self._tell(resource, kind, obj)
        return obj

    def _remove(self, resource: Resource, obj: Any) -> None:
        self._revision += 1
        obj = codec.copy(obj)
        obj.metadata.resource_version = str(self._revision)
        del self._objects[self._key(resource, obj.metadata.namespace, obj.metadata.name)]
        self._tell(resource, WatchType.DELETED, obj)

    def _tell(self, resource: Resource, kind: WatchType, obj: Any) -> None:
        for wanted, queue in self._watchers:
            if wanted == resource.group_resource:
                queue.put_nowait((kind, obj))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._objects.values())


def condition(kind: str, status: str, now: datetime) -> core_v1.PodCondition:
    """A condition of a pod."""
    return core_v1.PodCondition(type=kind, status=status, last_transition_time=now.replace(microsecond=0))


def meta(name: str, namespace: str = "", **more: Any) -> meta_v1.ObjectMeta:
    """Metadata, shortly."""
    return meta_v1.ObjectMeta(name=name, namespace=namespace, **more)
