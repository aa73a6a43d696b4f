"""The objects of a write as plain data, in the version that a policy wants to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from pykube.api import codec
from pykube.api.scheme import Resource

from ...write import Write


def new(write: Write, resource: Resource) -> Callable[[], Any]:
    """Makes the object as it shall be; None on a deletion."""
    return lambda: view(write, resource, write.object)


def old(write: Write, resource: Resource) -> Callable[[], Any]:
    """Makes the object as it is; None on a creation."""
    return lambda: view(write, resource, write.old)


def view(write: Write, resource: Resource, obj: Any) -> Any:
    """An object of the write as `resource` serves it."""
    if obj is None:
        return None
    if write.shown is not None or _same(resource, write.resource):
        return codec.to_dict(obj)
    registry = write.registry
    stored = registry.storage(write.resource).stored(codec.encode(obj))
    return msgspec.json.decode(registry.cache(resource).converted(stored))


def back(write: Write, resource: Resource, doc: Any) -> Any:
    """Plain data of `resource` in the version that is written."""
    if write.shown is not None or _same(resource, write.resource):
        return doc
    registry = write.registry
    stored = registry.storage(resource).stored(msgspec.json.encode(doc))
    return msgspec.json.decode(registry.cache(write.resource).converted(stored))


def _same(one: Resource, other: Resource) -> bool:
    return one.api_version == other.api_version
