"""One object in another version of its kind, or of the same kind in another group: by way of the stored form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

from pykube.api import codec
from pykube.api.scheme import Resource

from . import decoding

if TYPE_CHECKING:
    from .registry import Registry


class ConversionNeeded(Exception):
    """Code that cannot wait has come to where an object in another version is needed.

    Whoever can wait awaits `supply` and has that code run again from its beginning, which then finds the object.
    """

    def __init__(self, supply: Callable[[], Awaitable[None]]) -> None:
        super().__init__("an object in another version is needed")
        self.supply = supply


async def encoded_as(registry: Registry, obj: Any, given: Resource, wanted: Resource) -> bytes:
    """The JSON of `obj`, which is of the resource `given`, as `wanted` serves it; its resourceVersion stays in it.

    Raises:
        InternalError: a conversion webhook has failed.
    """
    return await converted(registry, codec.encode(obj), given, wanted)


async def read_as(registry: Registry, doc: Any, given: Resource, wanted: Resource) -> Any:
    """The object of `wanted` behind plain data that somebody made of the resource `given`, with its defaults.

    Raises:
        BadRequest: it is no such object.
        InternalError: a conversion webhook has failed.
    """
    model = registry.storage(given).model
    obj: Any = codec.from_dict(model.type, doc)
    decoding.check_kind(obj, model.api_version, model.kind)
    model.complete(obj)
    if given.api_version == wanted.api_version:
        return obj
    data = await encoded_as(registry, obj, given, wanted)
    own = registry.storage(wanted).model
    found: Any = codec.from_dict(own.type, msgspec.json.decode(data))
    own.complete(found)
    return found


async def converted(registry: Registry, data: bytes, given: Resource, wanted: Resource) -> bytes:
    """The same for encoded objects."""
    if (given.group, given.version) == (wanted.group, wanted.version):
        return data
    stored = await registry.storage(given).to_stored(data)
    return await registry.storage(wanted).to_served(stored)
