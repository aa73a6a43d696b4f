"""The objects of a write as plain data, in the version that a policy wants to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from pykube.api import codec
from pykube.api.scheme import Resource

from ... import versions
from ...write import Write


async def view(write: Write, resource: Resource, obj: Any) -> Callable[[], Any]:
    """Makes an object of the write as `resource` serves it; None where there is none.

    The version that is written is made when it is looked at; another one now, as a webhook may have to convert it.
    """
    if obj is None:
        return lambda: None
    if _as_written(write, resource):
        return lambda: codec.to_dict(obj)
    data = await versions.encoded_as(write.registry, obj, write.resource, resource)
    return lambda: msgspec.json.decode(data)


async def read(write: Write, resource: Resource, doc: Any) -> Any:
    """The object behind plain data of `resource`, in the version that is written, with its defaults.

    Raises:
        BadRequest: it is no such object.
    """
    if write.shown is not None:
        return doc if isinstance(write.object, dict) else codec.from_dict(type(write.object), doc)
    return await versions.read_as(write.registry, doc, resource, write.resource)


def _as_written(write: Write, resource: Resource) -> bool:
    return write.shown is not None or resource.api_version == write.resource.api_version
