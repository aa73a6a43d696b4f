"""The objects of one write as webhooks want to see them: each version is made once, until the object changes."""

from __future__ import annotations

from typing import Any

from pykube.api import codec
from pykube.api.scheme import Resource

from .. import versions
from ..write import Write

_Version = tuple[str, str]


class Views:
    """The encoded objects of a write by version."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._objects: dict[_Version, bytes | None] = {}
        self._olds: dict[_Version, bytes | None] = {}

    async def object(self, resource: Resource) -> bytes | None:
        """The object as it shall be; None when there is none."""
        return await self._view(self._objects, self._write.object, resource)

    async def old(self, resource: Resource) -> bytes | None:
        """The object as it is."""
        return await self._view(self._olds, self._write.old, resource)

    async def _view(self, views: dict[_Version, bytes | None], obj: Any, resource: Resource) -> bytes | None:
        version = (resource.group, resource.version)
        if version not in views:
            views[version] = await self._made(obj, resource)
        return views[version]

    async def _made(self, obj: Any, resource: Resource) -> bytes | None:
        write = self._write
        if obj is None:
            return None
        if write.shown is not None:
            return codec.encode(obj)
        return await versions.encoded_as(write.registry, obj, write.resource, resource)

    async def replace(self, doc: dict[str, Any], resource: Resource) -> bool:
        """Take over the object as a webhook has changed it; answers whether that makes a difference.

        Raises:
            BadRequest: it is no such object any more.
        """
        write = self._write
        before = codec.encode(write.object)
        if write.shown is not None:
            kept = doc if isinstance(write.object, dict) else codec.from_dict(type(write.object), doc)
        else:
            kept = await versions.read_as(write.registry, doc, resource, write.resource)
        write.object = kept
        self._objects.clear()
        return codec.encode(kept) != before
